"""What a replayed run costs: for each case, and before the first one; by command and by pytest."""

import json
import os
import resource
import statistics
import subprocess
import sys
import time
from pathlib import Path

import pytest

from evalkit.cassettes import (
    Answered,
    Asked,
    Mode,
    Taping,
    Timing,
    cassette_path,
    open_cassette,
)
from evalkit.providers import Provider, find_api
from evalkit.suite import load_suite

TOOL = """\
  - name: get_weather
    parameters:
      type: object
      properties: {location: {type: string}, unit: {type: string, enum: [celsius, fahrenheit]}}
      required: [location]
      additionalProperties: false
  - {name: search, parameters: {type: object, properties: {query: {type: string}}}}
  - {name: refund, parameters: {type: object, properties: {order_id: {type: string}}}}
"""
CASE = """\
  - id: case-{n}
    prompt: Weather in City{n}, please
    expect: {{calls: [{{get_weather: {{location: City{n}, unit: {{$optional: celsius}}}}}}]}}
"""
CONFIG = """\
providers: {gpt: {api: openai-chat, model: m}}
prices: {m: {input_usd_per_million: 1, output_usd_per_million: 2}}
"""
PROVIDER = Provider(name="gpt", api="openai-chat", model="m")
ENVIRON = {k: v for k, v in os.environ.items() if k != "PYTHONDONTWRITEBYTECODE"}


def recorded_project(folder: Path, cases: int) -> Path:
    """A suite of one-turn cases with a cassette each; one answer in ten is wrong."""
    folder.mkdir()
    text = "".join(CASE.format(n=n) for n in range(cases))
    (folder / "suite.yaml").write_text(f"version: 1\nsuite: s\ntools:\n{TOOL}cases:\n{text}")
    (folder / "evalkit.yaml").write_text(CONFIG)
    api = find_api("openai-chat")
    for n, case in enumerate(load_suite(folder / "suite.yaml").cases):
        path = cassette_path(
            folder / "cassettes", suite="s", provider="gpt", model="m", case=case.id
        )
        body = api.encode(PROVIDER, case.given, case.tools, case.settings)
        asked = Asked(method="POST", url=api.endpoint(PROVIDER), body=body)
        with open_cassette(path, Taping(mode=Mode.ALL)) as cassette:
            cassette.play(asked, 0)
            cassette.record(asked, answer(n), 0, Timing(latency_s=0.5))
    return folder


def answer(n: int) -> Answered:
    city = f"City{n}" + ("x" if n % 10 == 0 else "")
    call = {"name": "get_weather", "arguments": json.dumps({"location": city})}
    message = {
        "role": "assistant",
        "content": None,
        "tool_calls": [{"id": "call_1", "type": "function", "function": call}],
    }
    body = {
        "id": "chatcmpl-1",
        "model": "m",
        "choices": [{"index": 0, "finish_reason": "tool_calls", "message": message}],
        "usage": {"prompt_tokens": 100, "completion_tokens": 20, "total_tokens": 120},
    }
    headers = {"content-type": ("application/json",)}
    return Answered(status=200, reason="OK", headers=headers, body=json.dumps(body).encode())


def cpu_s(command: list[str], folder: Path, times: int = 5) -> float:
    """The least CPU time that a process took, in seconds."""
    taken = []
    for _ in range(times):
        before = resource.getrusage(resource.RUSAGE_CHILDREN)
        subprocess.run(command, cwd=folder, env=ENVIRON, capture_output=True, check=False)
        after = resource.getrusage(resource.RUSAGE_CHILDREN)
        taken.append(after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime)
    return min(taken)


def wall_s(command: list[str], folder: Path, times: int = 20) -> float:
    """The median time that a process took, in seconds."""
    taken = []
    for _ in range(times):
        start = time.perf_counter()
        subprocess.run(command, cwd=folder, env=ENVIRON, capture_output=True, check=False)
        taken.append(time.perf_counter() - start)
    return statistics.median(taken)


RUN = [sys.executable, "-m", "evalkit", "run", "suite.yaml", "--json"]
FLOOR = "import json,sys\nfor _ in range(1000): json.loads(json.dumps(list(range(100))))"


@pytest.fixture(scope="module")
def projects(tmp_path_factory):
    root = tmp_path_factory.mktemp("replay")
    return {cases: recorded_project(root / str(cases), cases) for cases in (1, 300, 3000)}


def test_a_replayed_case_costs_little_and_the_cost_is_linear(projects):
    taken = {cases: cpu_s(RUN, folder) for cases, folder in projects.items()}
    bare = cpu_s([sys.executable, "-c", "pass"], projects[1])
    floor = cpu_s([sys.executable, "-c", FLOOR], projects[1]) - bare

    a_case = (taken[3000] - taken[300]) / 2700
    growth = (taken[3000] - taken[1]) / (taken[300] - taken[1])
    print(f"\nreplay: {a_case * 1e3:.3f} ms CPU a case, start-up {taken[1]:.3f} s")
    print(f"3,000 cases over 300, start-up left out: {growth:.1f}")
    assert growth <= 11
    assert a_case <= 60 * floor / 1000


def test_one_replayed_case_starts_fast(projects):
    whole = wall_s(RUN, projects[1], times=7)
    bare = wall_s([sys.executable, "-c", "pass"], projects[1], times=7)

    print(f"\none replayed case from the shell: {whole:.3f} s (python alone {bare:.3f})")
    assert whole <= 60 * bare


def test_the_version_is_told_about_as_fast_as_click_loads(projects):
    version = wall_s([sys.executable, "-m", "evalkit", "--version"], projects[1])
    click = wall_s([sys.executable, "-c", "import click"], projects[1])

    print(f"\nevalkit --version {version:.3f} s, import click {click:.3f} s: {version / click:.2f}")
    assert version <= 1.5 * click


def test_pytest_starts_as_fast_with_the_plugin_as_without(tmp_path):
    (tmp_path / "test_one.py").write_text("def test_one(): pass\n")
    pytest_ = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider"]

    bare = [*pytest_, "-p", "no:evalkit"]
    # In turns, so that whatever else the machine does falls on both.
    pairs = [(cpu_s(pytest_, tmp_path, 1), cpu_s(bare, tmp_path, 1)) for _ in range(20)]
    with_plugin, without = (statistics.median(taken) for taken in zip(*pairs, strict=True))

    print(f"\npytest with the plugin {with_plugin:.3f} s CPU, without {without:.3f} s")
    assert with_plugin <= 1.1 * without


PLAIN = """\
import pytest

@pytest.mark.parametrize("n", range({cases}))
def test_a(n): pass
"""
PYTEST = [
    sys.executable,
    "-m",
    "pytest",
    "-q",
    "-p",
    "no:cacheprovider",
    "-p",
    "no:hypothesispytest",
]
COLLECTED, HELD = 5_000, 1_000


@pytest.fixture(scope="module")
def items(tmp_path_factory):
    return recorded_project(tmp_path_factory.mktemp("items") / "project", HELD)


def test_cases_are_collected_at_a_few_times_the_price_of_plain_tests(tmp_path):
    case = "  - {{id: case-{n}, tags: [F1], prompt: Weather in City{n}, expect: no_call}}\n"
    cases = "".join(case.format(n=n) for n in range(COLLECTED))
    (tmp_path / "suite.yaml").write_text(f"version: 1\nsuite: s\ncases:\n{cases}")
    (tmp_path / "evalkit.yaml").write_text("providers: {gpt: {api: openai-chat, model: m}}\n")
    (tmp_path / "test_plain.py").write_text(PLAIN.format(cases=COLLECTED))
    (tmp_path / "test_none.py").write_text("")

    none, plain, suite = (
        cpu_s([*PYTEST, "--co", name], tmp_path, times=2)
        for name in ("test_none.py", "test_plain.py", "suite.yaml")
    )

    ratio = (suite - none) / (plain - none)
    print(
        f"\n{COLLECTED} items collected: {suite:.2f} s CPU, {plain:.2f} plain, {none:.2f} nothing"
    )
    print(f"beyond start-up {ratio:.1f} times plain tests")
    assert ratio <= 8


def test_a_replayed_item_costs_a_few_times_a_plain_test(items):
    (items / "test_plain.py").write_text(PLAIN.format(cases=HELD))
    (items / "test_none.py").write_text("def test_a(): pass\n")

    none, plain, first, suite = (
        cpu_s([*PYTEST, *words], items, times=2)
        for words in (["test_none.py"], ["test_plain.py"], ["suite.yaml", "-x"], ["suite.yaml"])
    )

    item, floor = (suite - first) / HELD, (plain - none) / HELD
    print(f"\na replayed item {item * 1e3:.2f} ms CPU, a plain test {floor * 1e3:.2f} ms")
    assert item <= 8 * floor

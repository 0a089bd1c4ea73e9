from __future__ import annotations

import shlex
import subprocess
import sys

import pytest
from msgspec.structs import replace
from shop_run import HOSTILE, shop_run

from evalkit.report._overview import rerun_command
from evalkit.runfile import read_run

SUITE = """\
version: 1
suite: odd
tools: []
cases:
  - {id: greeting, prompt: Hello, expect: no_call}
  - id: weather
    matrix: {city: [New York, "$HOME"]}
    prompt: "Weather in {{ city }}"
    expect: no_call
"""
PROVIDER = """\
providers:
  "it's me": {api: openai-chat, model: m, simulate: script.yaml}
"""
SCRIPT = """\
version: 1
rules:
  - {when: {user: e}, answer: {text: Hello!}}
"""


@pytest.fixture
def project(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    folder = tmp_path / "my suites"
    folder.mkdir()
    (folder / "odd.yaml").write_text(SUITE)
    (tmp_path / "config").mkdir()
    (tmp_path / "config" / "it.yaml").write_text(PROVIDER)
    (tmp_path / "config" / "script.yaml").write_text(SCRIPT)
    return tmp_path


def ran(path, arguments):
    """Run `evalkit run` with these words, and return what the run file holds then."""
    words = [sys.executable, "-m", "evalkit", "run", *arguments, "--output", str(path)]
    subprocess.run(words, check=True, capture_output=True)
    return read_run(path)


def test_the_command_runs_just_its_own_case_again(project):
    flags = ["my suites", "--record", "live", "--config", "config/it.yaml"]
    all_of_it = ran(project / "all.jsonl", flags)

    for number, result in enumerate(all_of_it.results):
        pasted = shlex.split(rerun_command(all_of_it.header, result))
        assert pasted[:2] == ["evalkit", "run"]
        again = ran(project / f"{number}.jsonl", pasted[2:])

        assert [(r.case, r.provider) for r in again.results] == [(result.case, result.provider)]


@pytest.mark.parametrize(
    ("command", "kept"),
    [
        ("evalkit run suites", ""),
        ("evalkit run suites --config 'my config.yaml'", " --config 'my config.yaml'"),
        ("evalkit run --config=a.yaml suites --trials 3", " --config=a.yaml"),
        ("evalkit run suites --allow-python", " --allow-python"),
        *((text, "") for text in HOSTILE.values()),
    ],
)
def test_the_flags_that_a_case_needs_are_kept(command, kept):
    record = shop_run()

    said = rerun_command(replace(record.header, command=command), record.results[0])

    assert said == f"evalkit run suites/greetings.yaml --case hello --provider careful{kept}"


def test_only_a_live_run_asks_live_again():
    record = shop_run()

    said = [
        rerun_command(replace(record.header, mode=mode), record.results[0])
        for mode in ("none", "once", "missing", "all", "live")
    ]

    assert [command.endswith(" --record live") for command in said] == [False] * 4 + [True]

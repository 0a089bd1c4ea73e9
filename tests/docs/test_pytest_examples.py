"""The examples of docs/pytest.md, run as tests of a user."""

from evalkit.simulator import load_script, serve

CONFIG = """\
providers:
  gpt: {api: openai-chat, model: gpt, simulate: script.yaml}
  claude: {api: anthropic, model: claude, simulate: script.yaml}
"""
SCRIPT = """\
version: 1
rules:
  - when: {result: A8472}
    answer: {text: Kim ordered A8472.}
  - when: {result: "7"}
    answer: {calls: [{name: get_orders, arguments: {user_id: 7}}]}
  - when: {user: What did Kim order}
    answer: {calls: [{name: get_user, arguments: {name: Kim}}]}
  - when: {user: Weather in Oslo}
    answer: {calls: [{name: get_weather, arguments: {location: Oslo}}]}
"""
SUITE = """\
version: 1
suite: weather
tools: [{name: get_weather, input_schema: {type: object}}]
cases:
  - {id: oslo, prompt: Weather in Oslo?, expect: {calls: [{get_weather: {location: Oslo}}]}}
"""
ANSWERS = """\
import json
import pytest


def answer(*calls, text=None):
    made = [{"id": f"call_{index}", "type": "function",
             "function": {"name": name, "arguments": json.dumps(arguments)}}
            for index, (name, arguments) in enumerate(calls)]
    return {"role": "assistant", "content": text, "tool_calls": made}


OSLO = ("get_weather", {"location": "Oslo"})


@pytest.fixture
def response():
    return answer(OSLO)


@pytest.fixture
def two_cities():
    return answer(("get_weather", {"location": "Paris"}), OSLO)


@pytest.fixture
def greeting():
    return answer(text="Hello!")


@pytest.fixture
def refund():
    return answer(("process_refund", {
        "order_id": "A8472", "reason": "Wrong size.", "amount_usd": 47, "due": "31 Jan 2026",
        "key": "k-1"}))
"""


def outcomes(run):
    return run.stdout.strip().splitlines()[-1]


def write(project, page, note):
    for index, example in enumerate(page("pytest.md").examples("python", note)):
        project.write(f"tests/test_{note}_{index}.py", example.text)


def test_every_example_in_python_is_run_by_one_of_these_tests(page):
    notes = {example.note for example in page("pytest.md").examples("python")}

    assert notes == {"answers", "agent"}


def test_the_assertions_hold_for_the_answers_they_speak_of(empty_project, page):
    empty_project.write("tests/conftest.py", ANSWERS)
    write(empty_project, page, "answers")

    run = empty_project.pytest("-q", "tests")

    assert "4 passed" in outcomes(run), run.stdout


def test_the_agents_are_recorded_and_replayed(empty_project, page):
    project = empty_project
    project.write("evalkit.yaml", CONFIG)
    project.write("suites/weather.yaml", SUITE)
    write(project, page, "agent")
    script = project.write("script.yaml", SCRIPT)

    with serve(load_script(script)) as url:
        recorded = project.pytest("-q", "tests", "--evalkit-record", "missing",
                                  OPENAI_API_KEY="none", OPENAI_BASE_URL=f"{url}/v1")  # fmt: skip
    replayed = project.pytest("-q", "tests")

    assert "3 passed" in outcomes(recorded), recorded.stdout
    assert "3 passed" in outcomes(replayed), replayed.stdout


def test_the_commands_for_suites_run(project, page):
    first, *_ = page("pytest.md").examples("console")
    lines = [line.removeprefix("$ pytest ") for line in first.text.splitlines()]

    codes = [project.pytest(*line.split()).returncode for line in lines]

    assert codes == [1, 0, 0, 1]


def test_the_summary_is_the_one_that_pytest_prints(project, page):
    (shown,) = (e for e in page("pytest.md").examples("text") if " evalkit " in e.text)
    names = ("--evalkit-provider", "careful", "--evalkit-provider", "hasty")

    run = project.pytest("suites/greetings.yaml", "-q", *names)

    assert "\n".join(shown.text.splitlines()[1:]) in run.stdout


def test_every_flag_of_the_plugin_is_on_the_page(page, empty_project):
    words = empty_project.pytest("--help").stdout.replace("=", " ").split()
    flags = {word for word in words if word.startswith("--evalkit-")}

    assert [flag for flag in flags if f"`{flag}" not in page("pytest.md").text] == []

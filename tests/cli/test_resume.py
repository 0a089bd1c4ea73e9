"""A run that ended before its time, finished."""

import json
import os
import re
import shutil
import signal
import subprocess
import sys

import pytest

from evalkit.runfile import read_run

TURNS = """\
version: 1
suite: turns
tools: [{name: look, input_schema: {type: object}}]
cases:
  - {id: plain, prompt: hi, expect: no_call}
  - {id: talk, turns: [{user: hello, expect: no_call}, {user: bye, expect: no_call}]}
  - {id: tool, prompt: hi, simulate: {look: {return: sunny}}, expect: no_call}
"""
SLOW = """\
version: 1
rules:
  - when: {user: {$search: '.'}}
    answer: {text: Hello!, latency_s: 0.05}
"""
CONFIG = """\
providers:
  slow: {api: openai-chat, model: slow, simulate: slow.yaml, max_concurrency: 2}
"""
RUN = ("run", "suites/greetings.yaml", "--provider", "careful", "--provider", "hasty")


def judged(project, name="run.jsonl"):
    results = read_run(project.folder / name).results
    return [(r.case, r.provider, r.trial, r.status, r.verdicts) for r in results]


def torn_after(project, results, name="run.jsonl"):
    """Leave a run file as a kill leaves it: so many results, and half of the next."""
    path = project.folder / name
    lines = path.read_bytes().splitlines(keepends=True)
    path.write_bytes(b"".join(lines[: results + 1]) + lines[results + 1][:50])


def with_errors(project, *numbers, name="run.jsonl"):
    """Turn results of a run file into errored ones."""
    path = project.folder / name
    records = [json.loads(line) for line in path.read_text().splitlines()]
    for number in numbers:
        result = records[number]["result"]
        result |= {"status": "errored", "verdicts": []}
    path.write_text("".join(json.dumps(record) + "\n" for record in records))


@pytest.mark.parametrize("kept", [0, 1, 7])
def test_a_resumed_run_is_the_run_that_would_have_been(project, kept):
    project.evalkit(*RUN, "-o", "whole.jsonl")
    shutil.copy(project.folder / "whole.jsonl", project.folder / "run.jsonl")
    torn_after(project, kept)

    run = project.evalkit("run", "--resume", "run.jsonl")

    assert run.returncode == 1
    assert run.stderr.startswith("resuming run ")
    assert f"{kept} conversations are kept" in run.stderr
    assert judged(project) == judged(project, "whole.jsonl")
    assert read_run(project.folder / "run.jsonl").finished_at is not None


def test_only_what_errored_or_is_missing_is_held_again(project):
    project.evalkit(*RUN, "-o", "run.jsonl")
    whole = judged(project)
    with_errors(project, 2, 5)
    torn_after(project, len(whole) - 1)

    run = project.evalkit("run", "--resume", "run.jsonl")

    assert f"{len(whole) - 3} conversations are kept" in run.stderr
    assert "3/3: " in run.stderr
    assert judged(project) == whole


def test_a_resumed_run_may_go_into_another_file(project):
    project.evalkit(*RUN, "-o", "run.jsonl")
    torn_after(project, 4)
    torn = (project.folder / "run.jsonl").read_bytes()

    project.evalkit("run", "--resume", "run.jsonl", "-o", "whole.jsonl")

    assert (project.folder / "run.jsonl").read_bytes() == torn
    assert len(judged(project, "whole.jsonl")) == 22


def test_nothing_is_left_of_a_run_that_ended(project):
    project.evalkit(*RUN, "-o", "run.jsonl")
    before = judged(project)

    run = project.evalkit("run", "--resume", "run.jsonl")

    assert run.returncode == 1
    assert judged(project) == before


def test_a_flag_on_the_command_line_goes_before_the_runs_own(project):
    project.evalkit(*RUN, "-o", "run.jsonl")

    project.evalkit("run", "--resume", "run.jsonl", "-p", "careful", "--case", "hello")

    assert [(case, provider) for case, provider, *_ in judged(project)] == [("hello", "careful")]


def test_what_is_asked_differently_today_is_held_again(project):
    project.evalkit(*RUN, "-o", "run.jsonl")
    suite = project.folder / "suites/greetings.yaml"
    suite.write_text(suite.read_text().replace("prompt: hello\n", "prompt: hello there\n"))

    run = project.evalkit("run", "--resume", "run.jsonl")

    assert run.returncode == 3
    assert "20 conversations are kept" in run.stderr


SUITE, CONFIGURED = "suites/greetings.yaml", "evalkit.yaml"
CHANGES = {
    "the model": (CONFIGURED, "model: careful,", "model: other,", "the model changed"),
    "an address": (
        CONFIGURED,
        "model: careful,",
        "model: careful, base_url: 'http://127.0.0.1:9/v1',",
        "the provider changed",
    ),
    "a setting": (SUITE, "temperature: 0", "temperature: 0.5", "the settings changed"),
    "a limit": (SUITE, "temperature: 0", "max_turns: 2", "the settings changed"),
    "the system prompt": (SUITE, "Be brief and friendly.", "Be brief.", "the messages changed"),
    "a tool": (
        "suites/tools/weather.yaml",
        "of one place right now",
        "of one place now",
        "the tools changed",
    ),
    "two of them": (
        SUITE,
        "max_tokens: 512\n",
        "max_tokens: 99\nsimulate: {get_weather: {return: sunny}}\n",
        "the settings and simulated tools changed",
    ),
}


@pytest.mark.parametrize(("file", "before", "after", "why"), CHANGES.values(), ids=CHANGES)
def test_what_changed_since_is_told_and_held_again(project, file, before, after, why):
    project.evalkit("run", "suites/greetings.yaml", "-p", "careful", "-o", "run.jsonl")
    path = project.folder / file
    assert before in path.read_text()
    path.write_text(path.read_text().replace(before, after))

    run = project.evalkit("run", "--resume", "run.jsonl")

    lines = run.stderr.splitlines()
    assert "0 conversations are kept, 11 are held" in lines[0]
    assert f"  held again: greetings::hello [careful]: {why}" in lines
    assert "  ... and 1 cases more that changed" in lines


def test_a_simulated_tool_and_a_scripted_user_that_changed_are_held_again(empty_project):
    empty_project.write("slow.yaml", SLOW)
    empty_project.write("evalkit.yaml", CONFIG)
    suite = empty_project.write("suites/turns.yaml", TURNS)
    empty_project.evalkit("run", "--record", "live", "-o", "run.jsonl")
    suite.write_text(TURNS.replace("sunny", "rainy").replace("bye", "goodbye"))

    run = empty_project.evalkit("run", "--resume", "run.jsonl")

    assert "1 conversations are kept, 2 are held" in run.stderr
    assert "turns::talk [slow]: the scripted user changed" in run.stderr
    assert "turns::tool [slow]: the simulated tools changed" in run.stderr
    assert {status for *_, status, _ in judged(empty_project)} == {"passed"}


def test_what_errored_is_counted(project):
    project.evalkit(*RUN, "-o", "run.jsonl")
    with_errors(project, 2, 5)

    run = project.evalkit("run", "--resume", "run.jsonl")

    assert "20 conversations are kept, 2 are held, 2 of them because they errored" in run.stderr
    assert "held again" not in run.stderr


def test_a_kept_conversation_is_judged_by_what_is_expected_today(project):
    project.evalkit(*RUN, "-p", "careful", "--case", "hello", "-o", "run.jsonl")
    suite = project.folder / "suites/greetings.yaml"
    text = suite.read_text()
    suite.write_text(text.replace("expect: no_call", "expect: {answer: {$contains: xyz}}"))

    run = project.evalkit("run", "--resume", "run.jsonl")

    assert "conversations are kept" in run.stderr
    assert {status for *_, status, _ in judged(project)} == {"failed"}


@pytest.mark.parametrize(
    ("command", "complaint"),
    [
        pytest.param("pytest suites", "not made by `evalkit run`", id="another command"),
        pytest.param(
            "evalkit run --failed run.jsonl", "chose its cases by the run file", id="replaced"
        ),
        pytest.param("evalkit run --no-such-flag", "--no-such-flag", id="a flag we do not have"),
    ],
)
def test_a_run_that_cannot_be_repeated_is_not_resumed(project, command, complaint):
    project.evalkit(*RUN, "-o", "run.jsonl")
    path = project.folder / "run.jsonl"
    header, rest = path.read_text().split("\n", 1)
    record = json.loads(header)
    record["run"]["command"] = command
    path.write_text(json.dumps(record) + "\n" + rest)
    before = path.read_bytes()

    run = project.evalkit("run", "--resume", "run.jsonl")

    assert run.returncode == 2
    assert complaint in run.stderr
    assert path.read_bytes() == before


def test_python_is_not_allowed_because_a_run_file_says_so(project):
    project.write(
        "python.yaml",
        "version: 1\nsuite: p\ncases:\n"
        "  - {id: a, prompt: hi, expect: {answer: {$python: 'os:getcwd'}}}\n",
    )
    project.evalkit("run", "python.yaml", "-p", "careful", "--allow-python", "-o", "run.jsonl")

    run = project.evalkit("run", "--resume", "run.jsonl")

    assert run.returncode == 2
    assert "--allow-python" in run.stderr


@pytest.mark.skipif(os.name == "nt", reason="signals are POSIX's")
@pytest.mark.parametrize("ending", [signal.SIGINT, signal.SIGKILL])
def test_a_recording_that_was_stopped_is_resumed_and_pays_only_for_the_rest(empty_project, ending):
    cases = "".join(f"  - {{id: c-{n}, prompt: hi {n}, expect: no_call}}\n" for n in range(40))
    empty_project.write(
        "suites/s.yaml", f"version: 1\nsuite: s\ndefaults: {{trials: 2}}\ncases:\n{cases}"
    )
    empty_project.write("slow.yaml", SLOW)
    empty_project.write("evalkit.yaml", CONFIG)
    words = ["run", "--record", "missing", "-o", "run.jsonl"]
    command = [sys.executable, "-m", "evalkit", *words]
    streams = {"stdout": subprocess.DEVNULL, "stderr": subprocess.PIPE, "text": True}
    with subprocess.Popen(command, cwd=empty_project.folder, **streams) as process:
        assert any(line.startswith("16/80") for line in process.stderr)
        process.send_signal(ending)

    run = empty_project.evalkit("run", "--resume", "run.jsonl")

    record = read_run(empty_project.folder / "run.jsonl")
    assert run.returncode == 0
    assert {(r.case, r.trial) for r in record.results} == {
        (f"c-{n}", trial) for n in range(40) for trial in range(2)
    }
    assert record.finished_at is not None
    kept = int(re.search(r"(\d+) conversations are kept", run.stderr)[1])
    assert kept >= 16
    assert f"{80 - kept}/{80 - kept}: {80 - kept} passed" in run.stderr

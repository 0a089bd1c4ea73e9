"""What is left of a run that ends before its time."""

import os
import signal
import subprocess
import sys

import pytest

from evalkit.runfile import read_run

SLOW = """\
version: 1
rules:
  - when: {user: {$search: '.'}}
    answer: {text: Hello!, latency_s: 0.2}
"""
CONFIG = """\
providers:
  slow: {api: openai-chat, model: slow, simulate: slow.yaml, max_concurrency: 1}
"""


def suite(cases):
    lines = "\n".join(
        f"  - {{id: case-{n}, prompt: hi {n}, expect: no_call}}" for n in range(cases)
    )
    return f"version: 1\nsuite: s\ncases:\n{lines}\n"


def started(project):
    """Start a recording of fifty cases, and wait until a few are done."""
    project.write("slow.yaml", SLOW)
    project.write("evalkit.yaml", CONFIG)
    project.write("suites/s.yaml", suite(50))
    command = [sys.executable, "-m", "evalkit", "run", "--record", "missing", "-o", "run.jsonl"]
    process = subprocess.Popen(
        command, cwd=project.folder, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    )
    for line in process.stderr:
        if line.startswith("5/50"):
            break
    return process


@pytest.mark.skipif(os.name == "nt", reason="signals are POSIX's")
def test_an_interrupted_run_leaves_a_readable_run_file_and_says_so(empty_project):
    process = started(empty_project)

    process.send_signal(signal.SIGINT)
    output, errors = process.communicate(timeout=30)

    record = read_run(empty_project.folder / "run.jsonl")
    assert process.returncode == 130
    assert 5 <= len(record.results) < 50
    assert record.finished_at is None
    assert "Traceback" not in output + errors


@pytest.mark.skipif(os.name == "nt", reason="signals are POSIX's")
def test_a_killed_run_loses_no_answer_and_the_next_one_asks_only_for_the_rest(empty_project):
    process = started(empty_project)

    process.kill()
    process.communicate(timeout=30)
    graded = read_run(empty_project.folder / "run.jsonl").results
    replayed = empty_project.evalkit("run", "-o", "replay.jsonl")

    again = read_run(empty_project.folder / "replay.jsonl").results
    kept = {result.case for result in again if result.status == "passed"}
    assert replayed.returncode == 3
    assert {result.case for result in graded} <= kept


def test_a_run_survives_a_provider_that_cannot_be_reached(empty_project):
    empty_project.write(
        "evalkit.yaml",
        "providers:\n"
        "  gone: {api: openai-chat, model: m, base_url: 'http://127.0.0.1:9/v1'}\n"
        "  slow: {api: openai-chat, model: slow, simulate: slow.yaml}\n",
    )
    empty_project.write("slow.yaml", SLOW)
    empty_project.write("suites/s.yaml", suite(3))

    run = empty_project.evalkit("run", "--record", "live", "-o", "run.jsonl")

    by_provider = {"gone": set(), "slow": set()}
    for result in read_run(empty_project.folder / "run.jsonl").results:
        by_provider[result.provider].add(result.status.value)
    assert run.returncode == 3
    assert by_provider == {"gone": {"errored"}, "slow": {"passed"}}
    assert "cannot reach http://127.0.0.1:9/v1/chat/completions" in run.stdout

"""Whoever reads what a command prints may leave early, as `head` does."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from evalkit.runfile import read_run

SIGPIPE_STATUS = 141
"""What a shell tells of a program that SIGPIPE ended: 128 + 13."""
FULL = Path("/dev/full")
SUITE = "suites/greetings.yaml"
CAREFUL = ("run", SUITE, "-p", "careful", "-o", "run.jsonl")


@pytest.fixture
def unread(project):
    """Run evalkit with nobody at the other end of the named streams."""

    def run(*words, streams=("stdout",)):
        reading, writing = os.pipe()
        os.close(reading)
        piped = {"stdout": subprocess.PIPE, "stderr": subprocess.PIPE}
        piped |= dict.fromkeys(streams, writing)
        command = [sys.executable, "-m", "evalkit", *words]
        try:
            return subprocess.run(command, cwd=project.folder, text=True, check=False, **piped)
        finally:
            os.close(writing)

    return run


@pytest.mark.parametrize(
    "words",
    [
        pytest.param(CAREFUL, id="tables"),
        pytest.param((*CAREFUL, "--json"), id="JSON"),
        pytest.param(("grade", "run.jsonl", "--suite", SUITE, "--json"), id="rows"),
        pytest.param(("schema",), id="a schema"),
        pytest.param(("--help",), id="help"),
    ],
)
def test_a_command_whose_reader_left_ends_as_sigpipe_would_end_it(project, unread, words):
    project.evalkit(*CAREFUL)

    run = unread(*words)

    assert run.returncode == SIGPIPE_STATUS
    assert "Error" not in run.stderr
    assert "Exception" not in run.stderr


def test_a_run_whose_reader_left_writes_all_of_its_files(project, unread):
    unread(*CAREFUL, "--report", "report")

    record = read_run(project.folder / "run.jsonl")
    assert record.finished_at is not None
    assert len(record.results) == 11
    assert {path.name for path in (project.folder / "report").iterdir()} == {
        "index.html",
        "report.md",
        "junit.xml",
    }


def test_a_comparison_whose_reader_left_writes_its_page(project, unread):
    project.evalkit(*CAREFUL)

    unread("compare", "run.jsonl", "run.jsonl", "--page", "page.html")

    assert (project.folder / "page.html").read_text().endswith("</html>\n")


def test_a_run_goes_on_when_nobody_reads_its_progress(project, unread):
    run = unread(*CAREFUL, streams=("stdout", "stderr"))

    record = read_run(project.folder / "run.jsonl")
    assert run.returncode == SIGPIPE_STATUS
    assert record.finished_at is not None


def test_a_complaint_that_nobody_reads_ends_as_sigpipe_would_end_it(unread):
    run = unread("run", "nowhere.yaml", streams=("stderr",))

    assert run.returncode == SIGPIPE_STATUS


@pytest.mark.skipif(not FULL.exists(), reason="there is no device that is always full")
@pytest.mark.parametrize("words", [CAREFUL, ("schema",)], ids=["tables", "a schema"])
def test_output_for_which_there_is_no_room_is_told(project, words):
    with FULL.open("w") as full:
        command = [sys.executable, "-m", "evalkit", *words]
        run = subprocess.run(
            command, cwd=project.folder, stdout=full, stderr=subprocess.PIPE, text=True, check=False
        )

    told = "evalkit: the output cannot be written: No space left on device"
    assert run.stderr.splitlines()[-1] == told
    assert run.returncode == 3

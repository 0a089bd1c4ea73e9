"""The start in five minutes, as a reader types it."""

import os
import subprocess
import sys
from pathlib import Path

import pytest


@pytest.fixture
def typed(tmp_path):
    """Run a command in the folder that the commands before it changed to."""
    folder = [tmp_path]
    path = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
    environ = {**os.environ, "PATH": path, "COLUMNS": "120", "NO_COLOR": "1"}

    def run(command):
        if command.startswith("cd "):
            folder[0] /= command[3:]
            return ""
        done = subprocess.run(
            ["bash", "-c", command],  # noqa: S607 - whichever shell a reader has
            cwd=folder[0],
            env=environ,
            capture_output=True,
            text=True,
            check=False,
            timeout=120,
        )
        return done.stdout

    return run


def commands(page):
    """Each command on the page, with the lines that are shown below it."""
    for example in page.examples("console"):
        for part in f"\n{example.text}".split("\n$ ")[1:]:
            command, *shown = part.rstrip("\n").split("\n")
            yield command, shown


def missing(shown, printed):
    """The lines that are shown and were not printed, in that order; others may stand between."""
    lines = iter(line.rstrip() for line in printed.splitlines())
    return [line for line in shown if not any(line in found for found in lines)]


def test_a_reader_sees_what_the_page_shows(page, typed):
    for command, shown in commands(page("index.md")):
        if command.startswith("pip "):
            continue

        printed = typed(command)

        assert missing(shown, printed) == [], f"{command}\n{printed}"

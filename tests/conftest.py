"""A project as a user has one: suites, tools, cassettes and evalkit.yaml in a folder."""

import os
import shutil
import signal
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

import pytest
from hypothesis import settings

DROPPED = {"CI", "PYTHONDONTWRITEBYTECODE"}
"""As on a machine of a user."""
CHECKOUT = Path(__file__).parents[1]

settings.register_profile("untimed", parent=settings(), deadline=None)
settings.load_profile("untimed")


def pytest_configure():
    """Let tests interrupt what they start, also where a shell started them in the background."""
    if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
        signal.signal(signal.SIGINT, signal.default_int_handler)


@dataclass(frozen=True)
class Project:
    """A folder to run evalkit in, as a process of its own."""

    folder: Path

    def evalkit(self, *words, **environ):
        return self._run([sys.executable, "-m", "evalkit", *words], environ)

    def pytest(self, *words, **environ):
        command = [sys.executable, "-m", "pytest", *words]
        return self._run(command, environ)

    def write(self, name, text):
        path = self.folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
        return path

    def _run(self, command, environ):
        kept = {name: value for name, value in os.environ.items() if name not in DROPPED}
        return subprocess.run(
            command,
            cwd=self.folder,
            env={**kept, "COLUMNS": "120", "NO_COLOR": "1", **environ},
            capture_output=True,
            text=True,
            check=False,
            timeout=120,
        )


@pytest.fixture
def empty_project(tmp_path):
    return Project(tmp_path)


@pytest.fixture
def project(tmp_path):
    for name in ("suites", "cassettes"):
        shutil.copytree(CHECKOUT / name, tmp_path / name)
    shutil.copy(CHECKOUT / "evalkit.yaml", tmp_path)
    return Project(tmp_path)

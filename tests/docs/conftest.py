"""The examples of the documentation, by page."""

import re
from dataclasses import dataclass
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
FENCE = re.compile(r"^```(\w+) ?([^\n]*)\n(.*?)^```$", re.MULTILINE | re.DOTALL)


@dataclass(frozen=True)
class Example:
    """A block of code: its language, the words after it, and its text."""

    language: str
    note: str
    text: str


@dataclass(frozen=True)
class Page:
    name: str

    @property
    def text(self):
        return (ROOT / "docs" / self.name).read_text()

    def examples(self, language, note=None):
        found = [Example(*parts) for parts in FENCE.findall(self.text)]
        return [
            each
            for each in found
            if each.language == language and (note is None or each.note == note)
        ]


@pytest.fixture
def page():
    return Page


@pytest.fixture
def root():
    return ROOT

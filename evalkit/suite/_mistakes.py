"""Mistakes found beyond the shape of a file, collected with their places."""

from __future__ import annotations

from msgspec import Struct, field

from evalkit.errors import Problem
from evalkit.suite._check import Steps
from evalkit.suite._yaml import Document
from evalkit.transcript import JsonValue


class Mistakes(Struct, frozen=True):
    """The problems of one suite; several documents may share the list."""

    document: Document
    problems: list[Problem] = field(default_factory=list)

    def at(self, path: Steps, what: str, hint: str | None = None) -> None:
        """Complain of the value at `path`."""
        where = self.document.where(path)
        self.problems.append(Problem(what=what, where=where, hint=hint))

    def at_key(self, path: Steps, what: str, hint: str | None = None) -> None:
        """Complain of the key that the value at `path` stands under."""
        where = self.document.where_key(path)
        self.problems.append(Problem(what=what, where=where, hint=hint))

    def empty_keys(self, value: JsonValue, path: Steps) -> bool:
        """Complain of keys that are followed by nothing; whether there were any."""
        if not isinstance(value, dict):
            return False
        empty = [key for key, each in value.items() if each is None]
        for key in empty:
            hint = "give it a value, or leave the key out"
            self.at_key((*path, key), f"nothing stands under {key!r}", hint)
        return bool(empty)

    def within(self, document: Document) -> Mistakes:
        """Collect into the same list from another document."""
        return Mistakes(document, self.problems)

"""Small steps that every scanner takes."""

from __future__ import annotations

import re

from msgspec import Struct

_SPACE = re.compile(r"\s*+")


def skip_space(text: str, at: int) -> int:
    match = _SPACE.match(text, at)
    return match.end() if match else at


def skip_mark(text: str, at: int, mark: str | None) -> int:
    """Step over white space and `mark`, or stay where `mark` does not follow."""
    start = skip_space(text, at)
    return start + len(mark) if mark and text.startswith(mark, start) else at


class NextMark(Struct):
    """Where a mark stands next; a mark that is not there is looked for once only."""

    text: str
    mark: str | None
    _next: int = -1

    def after(self, at: int) -> int:
        """Return the offset of the mark from `at` on, or the length of the text."""
        if self._next < at:
            place = self.text.find(self.mark, at) if self.mark else -1
            self._next = place if place >= 0 else len(self.text)
        return self._next

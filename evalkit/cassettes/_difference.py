"""Where two JSON values differ, field by field."""

from __future__ import annotations

import json
from collections.abc import Iterator
from enum import Enum
from itertools import zip_longest

from msgspec import Struct

from evalkit.transcript import JsonValue

_DEEPEST = 50
_LONGEST = 60
_BEFORE = 20


class _Absent(Enum):
    ABSENT = "(absent)"


class Difference(Struct, frozen=True):
    """Two values of one field, as JSON text."""

    path: str
    recorded: str
    asked: str

    @property
    def size(self) -> int:
        """How many characters stand behind what both values begin with."""
        same = _same_start(self.recorded, self.asked)
        return len(self.recorded) + len(self.asked) - 2 * same

    def __str__(self) -> str:
        start = max(0, _same_start(self.recorded, self.asked) - _BEFORE)
        return f"{self.path}: {_part(self.recorded, start)} -> {_part(self.asked, start)}"


def differences(
    recorded: JsonValue | _Absent, asked: JsonValue | _Absent, path: str = "$", depth: int = 0
) -> Iterator[Difference]:
    """Find every field that one value has and the other has not, or has with another value."""
    match recorded, asked:
        case dict(), dict() if depth < _DEEPEST:
            for name in {**recorded, **asked}:
                before = recorded.get(name, _Absent.ABSENT)
                after = asked.get(name, _Absent.ABSENT)
                yield from differences(before, after, path + _step(name), depth + 1)
        case list(), list() if depth < _DEEPEST:
            pairs = zip_longest(recorded, asked, fillvalue=_Absent.ABSENT)
            for at, (before, after) in enumerate(pairs):
                yield from differences(before, after, f"{path}[{at}]", depth + 1)
        case _:
            old, new = _text(recorded), _text(asked)
            if old != new:
                yield Difference(path, old, new)


def _step(name: str) -> str:
    return f".{name}" if name.isidentifier() else f"[{json.dumps(name)}]"


def _text(value: JsonValue | _Absent) -> str:
    if isinstance(value, _Absent):
        return value.value
    return json.dumps(value, sort_keys=True, ensure_ascii=False)


def _same_start(one: str, other: str) -> int:
    """Count the characters that two texts begin with alike, halving what is left to compare."""
    low, high = 0, min(len(one), len(other))
    while low < high:
        middle = (low + high + 1) // 2
        if one[low:middle] == other[low:middle]:
            low = middle
        else:
            high = middle - 1
    return low


def _part(text: str, start: int) -> str:
    """Cut a long text so that the place where it differs can be seen."""
    if len(text) <= _LONGEST:
        return text
    end = start + _LONGEST
    return f"{'…' if start else ''}{text[start:end]}{'…' if end < len(text) else ''}"

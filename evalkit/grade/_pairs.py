"""How far one call is from one expected call."""

from __future__ import annotations

from enum import StrEnum

from msgspec import Struct

from evalkit.grade._scene import Placed
from evalkit.matchers import Mismatch, show
from evalkit.parse import repair
from evalkit.suite import CallExpectation
from evalkit.transcript import JsonObject, JsonValue

MISSING = 1000
"""The cost of an expected call that nobody made."""
EXTRA = 1000
"""The cost of a call that nobody expected. With a call of another tool instead of the expected
one, both are told as one mistake: that costs less than the two."""

_COMPARED = 120
"""Characters of a text that count for how much two are alike."""


class Fit(StrEnum):
    """How a call answers an expected one."""

    EXACT = "exact"
    DIFFERS = "differs"
    """The tool is right, an argument is not."""
    MALFORMED = "malformed"
    """The tool is right, the arguments cannot be read."""
    OTHER_TOOL = "other_tool"


class Pair(Struct, frozen=True, kw_only=True):
    """An expected call beside a call that was made."""

    expected: int
    """The index of the expected call."""
    placed: Placed
    fit: Fit
    mismatches: tuple[Mismatch, ...] = ()
    cost: float = 0


def pair(index: int, expected: CallExpectation, placed: Placed) -> Pair:
    """Compare a call with the expected call of that index."""
    call = placed.call
    if call.name != expected.tool:
        return Pair(
            expected=index,
            placed=placed,
            fit=Fit.OTHER_TOOL,
            cost=1500 + _cost(_mismatches(expected, placed, call.arguments)) / 3,
        )
    if call.arguments is None:
        reading = repair(call.raw or "")
        mismatches = _mismatches(expected, placed, reading if isinstance(reading, dict) else None)
        return Pair(
            expected=index,
            placed=placed,
            fit=Fit.MALFORMED,
            mismatches=mismatches or (),
            cost=300 + _cost(mismatches) * 2 / 3,
        )
    mismatches = expected.args.match(call.arguments, placed.context)
    if not mismatches:
        return Pair(expected=index, placed=placed, fit=Fit.EXACT)
    return Pair(
        expected=index,
        placed=placed,
        fit=Fit.DIFFERS,
        mismatches=mismatches,
        cost=_cost(mismatches),
    )


def would_match(expected: CallExpectation, placed: Placed) -> bool:
    """Whether the best reading of malformed arguments is what was expected."""
    reading = repair(placed.call.raw or "")
    return isinstance(reading, dict) and not expected.args.match(reading, placed.context)


def _mismatches(
    expected: CallExpectation, placed: Placed, arguments: JsonObject | None
) -> tuple[Mismatch, ...] | None:
    return None if arguments is None else expected.args.match(arguments, placed.context)


def _cost(mismatches: tuple[Mismatch, ...] | None) -> float:
    """From 0 to 900; None stands for arguments that nobody can read."""
    if mismatches is None:
        return 900
    return min(900.0, sum(200 - 100 * _likeness(found) for found in mismatches))


def _likeness(mismatch: Mismatch) -> float:
    """How much of two values agrees at their beginnings and ends, from 0 to 1."""
    one, other = _spelled(mismatch.expected), _spelled(mismatch.actual)
    shorter, longer = min(len(one), len(other)), max(len(one), len(other))
    head = 0
    while head < shorter and one[head] == other[head]:
        head += 1
    tail = 0
    while tail < shorter - head and one[-1 - tail] == other[-1 - tail]:
        tail += 1
    return (head + tail) / longer


def _spelled(value: JsonValue) -> str:
    """Write a value to be compared; a text as it is, and no more of it than is ever shown."""
    return f"'{value[:_COMPARED]}'" if isinstance(value, str) else show(value)

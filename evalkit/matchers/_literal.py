"""Values that stand for themselves."""

from __future__ import annotations

from evalkit.matchers._values import Context, Mismatch, Pattern
from evalkit.matchers._words import differs
from evalkit.transcript import JsonValue


def compile_literal(value: JsonValue) -> Pattern:
    """The pattern that only `value` matches, matchers in it taken as they are written."""

    def check(actual: JsonValue, _: Context) -> tuple[Mismatch, ...]:
        if equal(value, actual):
            return ()
        why = differs(value, actual)
        return (Mismatch(path="$", reason=why, expected=value, actual=actual),)

    return Pattern(source=value, check=check)


def equal(one: JsonValue, other: JsonValue) -> bool:
    """Compare as JSON does: 5 equals 5.0, true is not 1, lists are ordered."""
    pairs = [(one, other)]
    while pairs:
        left, right = pairs.pop()
        if isinstance(left, dict) and isinstance(right, dict) and left.keys() == right.keys():
            pairs += [(left[key], right[key]) for key in left]
        elif isinstance(left, list) and isinstance(right, list) and len(left) == len(right):
            pairs += zip(left, right, strict=True)
        elif isinstance(left, dict | list) or not _same_scalar(left, right):
            return False
    return True


def _same_scalar(one: JsonValue, other: JsonValue) -> bool:
    if isinstance(one, bool) or isinstance(other, bool):
        return one is other
    return one == other

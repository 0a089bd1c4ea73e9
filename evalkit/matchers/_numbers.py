"""Matchers of numbers."""

from __future__ import annotations

import operator
from collections.abc import Callable, Mapping
from functools import partial
from typing import TypeGuard

from evalkit.matchers._values import BadPattern, Context, Matcher, Reason
from evalkit.matchers._words import describe, show
from evalkit.transcript import JsonValue

_CLOSE = 0.01
"""How far a value may be from `$approx: number`, as a share of it."""


def is_number(value: JsonValue) -> TypeGuard[int | float]:
    """Whether a value is a number of JSON; true and false are none."""
    return isinstance(value, int | float) and not isinstance(value, bool)


def _compare(
    name: str, words: str, holds: Callable[[float, float], bool], operand: JsonValue
) -> Reason:
    if not is_number(operand):
        raise BadPattern(f"{name} takes a number, got {describe(operand)}")
    bound = operand

    def reason(actual: JsonValue, _: Context) -> str | None:
        if is_number(actual) and holds(actual, bound):
            return None
        return _not_a_number(actual) or f"expected {words} {show(bound)}, got {show(actual)}"

    return reason


def _range(operand: JsonValue) -> Reason:
    low, high = _bounds(operand)

    def reason(actual: JsonValue, _: Context) -> str | None:
        if not is_number(actual):
            return _not_a_number(actual)
        if (low is None or low <= actual) and (high is None or actual <= high):
            return None
        wanted = f"from {show(low)} to {show(high)}"
        if low is None or high is None:
            wanted = f"at most {show(high)}" if low is None else f"at least {show(low)}"
        return f"expected a number {wanted}, got {show(actual)}"

    return reason


def _bounds(operand: JsonValue) -> tuple[float | None, float | None]:
    match operand:
        case [low, high] if _is_bound(low) and _is_bound(high):
            if low is None and high is None:
                raise BadPattern("$range without a bound", hint="write {$type: number}")
            if low is not None and high is not None and low > high:
                raise BadPattern(f"$range from {show(low)} to {show(high)} holds no number")
            return low, high
        case _:
            raise BadPattern(
                f"$range takes two numbers, got {describe(operand)}",
                hint="write {$range: [1, 10]}; null leaves an end open",
            )


def _is_bound(value: JsonValue) -> TypeGuard[int | float | None]:
    return value is None or is_number(value)


def _approx(operand: JsonValue) -> Reason:
    value, margin = _target(operand)

    def reason(actual: JsonValue, _: Context) -> str | None:
        if is_number(actual) and abs(actual - value) <= margin:
            return None
        wanted = f"{show(value)} within {show(float(f'{margin:.6g}'))}"
        return _not_a_number(actual) or f"expected {wanted}, got {show(actual)}"

    return reason


def _target(operand: JsonValue) -> tuple[float, float]:
    match operand:
        case {"value": value, "within": margin, **rest} if not rest:
            if is_number(value) and is_number(margin) and margin > 0:
                return value, margin
        case value if is_number(value):
            return value, abs(value) * _CLOSE or _CLOSE
    raise BadPattern(
        f"$approx takes a number, got {describe(operand)}",
        hint="write {$approx: 47} for 1 percent around it, or {value: 47, within: 0.5}",
    )


def _not_a_number(actual: JsonValue) -> str | None:
    return None if is_number(actual) else f"expected a number, got {describe(actual)}"


MATCHERS: Mapping[str, Matcher] = {
    "$approx": _approx,
    "$gt": partial(_compare, "$gt", "more than", operator.gt),
    "$gte": partial(_compare, "$gte", "at least", operator.ge),
    "$lt": partial(_compare, "$lt", "less than", operator.lt),
    "$lte": partial(_compare, "$lte", "at most", operator.le),
    "$range": _range,
}

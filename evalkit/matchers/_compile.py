"""Values as a suite writes them -> patterns."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from evalkit.errors import nearest
from evalkit.matchers import _containers, _date, _logic, _numbers, _outside, _schema, _text
from evalkit.matchers._literal import compile_literal, equal
from evalkit.matchers._mapping import ArgumentsPattern, below, match_fields
from evalkit.matchers._plugin import find_matcher, matcher_names
from evalkit.matchers._values import (
    BadPattern,
    Compile,
    Context,
    Matcher,
    Mismatch,
    Pattern,
    reasoned,
)
from evalkit.matchers._words import describe, show
from evalkit.transcript import JsonObject, JsonValue

MAX_DEPTH = 100

COMBINATORS: Mapping[str, Callable[[JsonValue, Compile], Pattern]] = {
    **_containers.COMBINATORS,
    **_logic.COMBINATORS,
    **_outside.COMBINATORS,
}
"""The matchers whose operands hold patterns, or that decide about a missing key."""

MATCHERS: Mapping[str, Matcher] = {
    **_date.MATCHERS,
    **_numbers.MATCHERS,
    **_outside.MATCHERS,
    **_schema.MATCHERS,
    **_text.MATCHERS,
}
"""The matchers that take a plain operand."""

MATCHER_NAMES = frozenset({*COMBINATORS, *MATCHERS})
"""Every matcher of evalkit's own, `$` included."""


def compile_pattern(value: JsonValue) -> Pattern:
    """Read `value` as a pattern.

    Raises:
        BadPattern: a matcher is unknown or its operand is of no use.
    """
    _refuse_depth(value)
    return _compile(value)


def compile_arguments(args: JsonObject, *, extra: bool = False) -> ArgumentsPattern:
    """Read `args` as the pattern of a call's arguments; `extra` allows others beside them.

    Raises:
        BadPattern: a matcher is unknown or its operand is of no use.
    """
    _refuse_depth(args)
    for name in args:
        if name.startswith("$"):
            raise BadPattern(
                f"the arguments of a call cannot be the matcher {name!r}",
                path=(name,),
                hint="name each argument: {argument: {%s: ...}}" % name,  # noqa: UP031  # braces
            )
    return ArgumentsPattern(source=args, fields=_fields(args), extra=extra)


def _compile(value: JsonValue) -> Pattern:
    if isinstance(value, dict):
        return _matcher(value) if _is_matcher(value) else _plain_mapping(value)
    if isinstance(value, list):
        return _plain_list(value)
    return compile_literal(value)


def _is_matcher(value: JsonObject) -> bool:
    names = [name for name in value if name.startswith("$")]
    if names and len(value) > 1:
        raise BadPattern(
            f"the matcher {names[0]!r} must stand alone in its mapping",
            path=(names[0],),
            hint="join matchers by $all_of; write a literal mapping with '$' keys as $equals",
            at_key=True,
        )
    return bool(names)


def _matcher(value: JsonObject) -> Pattern:
    ((name, operand),) = value.items()
    try:
        if combinator := COMBINATORS.get(name):
            return combinator(operand, _compile)
        return reasoned(value, _find(name)(operand))
    except BadPattern as error:
        raise error.below(name) from error.__cause__


def _find(name: str) -> Matcher:
    matcher = MATCHERS.get(name) or find_matcher(name)
    if matcher is None:
        known = matcher_names(MATCHER_NAMES)
        raise BadPattern(f"unknown matcher {name!r}", hint=nearest(name, known), at_key=True)
    return matcher


def _plain_mapping(value: JsonObject) -> Pattern:
    fields = _fields(value)

    def check(actual: JsonValue, context: Context) -> tuple[Mismatch, ...]:
        if not isinstance(actual, dict):
            return _another_kind(value, "an object", actual)
        return match_fields(fields, actual, context, extra=False)

    return Pattern(source=value, check=check)


def _fields(value: JsonObject) -> tuple[tuple[str, Pattern], ...]:
    return tuple((name, _below(name, inner)) for name, inner in value.items())


def _plain_list(value: list[JsonValue]) -> Pattern:
    patterns = [_below(index, inner) for index, inner in enumerate(value)]
    for index, pattern in enumerate(patterns):
        _containers.refuse_key_matcher(pattern, index)

    def check(actual: JsonValue, context: Context) -> tuple[Mismatch, ...]:
        if not isinstance(actual, list):
            return _another_kind(value, "a list", actual)
        if len(actual) != len(patterns):
            why = f"expected {_entries(value)}, got {_entries(actual)}"
            return (Mismatch(path="$", reason=why, expected=value, actual=actual),)
        pairs = enumerate(zip(patterns, actual, strict=True))
        found = tuple(
            wrong
            for index, (pattern, each) in pairs
            for wrong in below(index, pattern.check(each, context))
        )
        if len(found) > 1 and _same_entries(value, actual):
            why = f"expected the order {show(value)}, got {show(actual)}; $unordered takes any"
            return (Mismatch(path="$", reason=why, expected=value, actual=actual),)
        return found

    return Pattern(source=value, check=check)


def _below(step: str | int, value: JsonValue) -> Pattern:
    try:
        return _compile(value)
    except BadPattern as error:
        raise error.below(step) from error.__cause__


def _another_kind(expected: JsonValue, kind: str, actual: JsonValue) -> tuple[Mismatch]:
    why = f"expected {kind}, got {describe(actual)}"
    return (Mismatch(path="$", reason=why, expected=expected, actual=actual),)


def _entries(values: list[JsonValue]) -> str:
    return f"{len(values)} entr{'y' if len(values) == 1 else 'ies'} {show(values)}"


def _same_entries(expected: list[JsonValue], actual: list[JsonValue]) -> bool:
    return equal(sorted(expected, key=show), sorted(actual, key=show))


_HOLDERS = (dict, list)


def _refuse_depth(value: JsonValue) -> None:
    level = [value] if isinstance(value, _HOLDERS) else []
    for _ in range(MAX_DEPTH - 1):
        level = [
            inner
            for each in level
            for inner in (each.values() if isinstance(each, dict) else each)
            if isinstance(inner, _HOLDERS)
        ]
        if not level:
            return
    raise BadPattern(f"nested deeper than {MAX_DEPTH} levels")

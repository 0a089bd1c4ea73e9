"""Matchers of lists, objects and what is inside them."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence

from evalkit.matchers._mapping import below, match_fields
from evalkit.matchers._values import BadPattern, Compile, Context, Mismatch, Pattern, reasoned
from evalkit.matchers._words import describe, show
from evalkit.transcript import JsonValue

MAX_ENTRIES = 500
"""Of a list of patterns that are tried one by one."""


def refuse_key_matcher(pattern: Pattern, *path: str | int) -> None:
    """Refuse `$optional` and `$absent` where no key can be missing."""
    if pattern.is_optional or pattern.is_absent:
        name = "$optional" if pattern.is_optional else "$absent"
        raise BadPattern(
            f"{name} can stand only under a key of a mapping",
            path=path,
            hint="a list entry or an operand cannot be missing; use $one_of or $not here",
        )


def list_of_patterns(name: str, operand: JsonValue, compile_: Compile) -> Sequence[Pattern]:
    """Read an operand that must be a list of patterns, and not an empty one."""
    if not isinstance(operand, list):
        raise BadPattern(f"{name} takes a list, got {describe(operand)}")
    if not 0 < len(operand) <= MAX_ENTRIES:
        raise BadPattern(f"{name} takes 1 to {MAX_ENTRIES} entries, got {len(operand)}")
    patterns = []
    for index, value in enumerate(operand):
        try:
            patterns.append(compile_(value))
        except BadPattern as error:
            raise error.below(index) from error.__cause__
        refuse_key_matcher(patterns[-1], index)
    return patterns


def _inner(operand: JsonValue, compile_: Compile) -> Pattern:
    pattern = compile_(operand)
    refuse_key_matcher(pattern)
    return pattern


def _items(operand: JsonValue, compile_: Compile) -> Pattern:
    inner = _inner(operand, compile_)
    source: JsonValue = {"$items": operand}

    def check(actual: JsonValue, context: Context) -> tuple[Mismatch, ...]:
        if not isinstance(actual, list):
            return _wrong(source, f"expected a list, got {describe(actual)}", actual)
        return tuple(
            wrong
            for index, each in enumerate(actual)
            for wrong in below(index, inner.check(each, context))
        )

    return Pattern(source=source, check=check)


def _unordered(operand: JsonValue, compile_: Compile) -> Pattern:
    patterns = list_of_patterns("$unordered", operand, compile_)
    source: JsonValue = {"$unordered": operand}

    def reason(actual: JsonValue, context: Context) -> str | None:
        if not isinstance(actual, list):
            return f"expected a list, got {describe(actual)}"
        if len(actual) != len(patterns):
            wanted = show([pattern.source for pattern in patterns])
            return (
                f"expected {len(patterns)} entries {wanted} in any order,"
                f" got {len(actual)}: {show(actual)}"
            )
        return _unmatched(patterns, actual, context)

    return reasoned(source, reason)


def _subset(operand: JsonValue, compile_: Compile) -> Pattern:
    if isinstance(operand, dict) and operand:
        return _sub_object(operand, compile_)
    if not isinstance(operand, list):
        raise BadPattern(f"$subset takes a mapping or a list with entries, got {describe(operand)}")
    patterns = list_of_patterns("$subset", operand, compile_)

    def reason(actual: JsonValue, context: Context) -> str | None:
        if not isinstance(actual, list):
            return f"expected a list, got {describe(actual)}"
        return _unmatched(patterns, actual, context)

    return reasoned({"$subset": operand}, reason)


def _sub_object(operand: dict[str, JsonValue], compile_: Compile) -> Pattern:
    fields = []
    for name, value in operand.items():
        if name.startswith("$"):
            raise BadPattern("$subset takes keys with patterns, no matcher", path=(name,))
        try:
            fields.append((name, compile_(value)))
        except BadPattern as error:
            raise error.below(name) from error.__cause__
    source: JsonValue = {"$subset": operand}

    def check(actual: JsonValue, context: Context) -> tuple[Mismatch, ...]:
        if not isinstance(actual, dict):
            return _wrong(source, f"expected an object, got {describe(actual)}", actual)
        return match_fields(tuple(fields), actual, context, extra=True)

    return Pattern(source=source, check=check)


def _contains(operand: JsonValue, compile_: Compile) -> Pattern:
    parts: list[JsonValue] = operand if isinstance(operand, list) else [operand]
    patterns = list_of_patterns("$contains", parts, compile_)
    if "" in parts:
        raise BadPattern("every text contains the empty text")

    def reason(actual: JsonValue, context: Context) -> str | None:
        if isinstance(actual, str):
            return _lacks_text(parts, actual)
        if not isinstance(actual, list):
            return f"expected text or a list, got {describe(actual)}"
        for pattern in patterns:
            if all(pattern.check(each, context) for each in actual):
                return f"no entry matches {show(pattern.source)}, got {show(actual)}"
        return None

    return reasoned({"$contains": operand}, reason)


def _lacks_text(parts: Sequence[JsonValue], actual: str) -> str | None:
    for part in parts:
        text = part if isinstance(part, str) else json.dumps(part)
        if text not in actual:
            near = " (only upper and lower case differ)" * (text.casefold() in actual.casefold())
            return f"{show(text)} is not in {show(actual)}{near}"
    return None


def _length(operand: JsonValue, compile_: Compile) -> Pattern:
    inner = _inner(operand, compile_)
    if isinstance(operand, bool | str | list | None) or operand == {}:
        raise BadPattern(f"$length takes a number or a matcher of numbers, got {describe(operand)}")

    def reason(actual: JsonValue, context: Context) -> str | None:
        if not isinstance(actual, str | list | dict):
            return f"expected text, a list or an object, got {describe(actual)}"
        wrong = inner.match(len(actual), context)
        return f"length: {wrong.reason}; the value is {show(actual)}" if wrong else None

    return reasoned({"$length": operand}, reason)


def _json(operand: JsonValue, compile_: Compile) -> Pattern:
    inner = _inner(operand, compile_)
    source: JsonValue = {"$json": operand}

    def check(actual: JsonValue, context: Context) -> tuple[Mismatch, ...]:
        if not isinstance(actual, str):
            return _wrong(source, f"expected text that holds JSON, got {describe(actual)}", actual)
        try:
            value = json.loads(actual)
        except (ValueError, RecursionError):
            return _wrong(source, f"expected text that holds JSON, got {show(actual)}", actual)
        return inner.check(value, context)

    return Pattern(source=source, check=check)


def _wrong(source: JsonValue, why: str, actual: JsonValue) -> tuple[Mismatch, ...]:
    return (Mismatch(path="$", reason=why, expected=source, actual=actual),)


def _unmatched(
    patterns: Sequence[Pattern], actual: list[JsonValue], context: Context
) -> str | None:
    """Give each pattern an entry of its own, or say which one is left without."""
    fits = [
        [at for at, each in enumerate(actual) if not pattern.check(each, context)]
        for pattern in patterns
    ]
    taken_by: dict[int, int] = {}
    for index, pattern in enumerate(patterns):
        if not _find_entry(index, fits, taken_by, set()):
            wanted = show(pattern.source)
            if fits[index]:
                return f"each entry that matches {wanted} is needed for another, got {show(actual)}"
            return f"no entry matches {wanted}, got {show(actual)}"
    return None


def _find_entry(
    index: int, fits: Sequence[Sequence[int]], taken_by: dict[int, int], tried: set[int]
) -> bool:
    """Take a free entry for a pattern, moving others to another of theirs where needed."""
    for at in fits[index]:
        if at in tried:
            continue
        tried.add(at)
        if at not in taken_by or _find_entry(taken_by[at], fits, taken_by, tried):
            taken_by[at] = index
            return True
    return False


COMBINATORS: Mapping[str, Callable[[JsonValue, Compile], Pattern]] = {
    "$contains": _contains,
    "$items": _items,
    "$json": _json,
    "$length": _length,
    "$subset": _subset,
    "$unordered": _unordered,
}

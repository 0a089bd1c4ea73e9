"""Matchers that join, turn round or waive other patterns."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from evalkit.matchers._containers import list_of_patterns, refuse_key_matcher
from evalkit.matchers._literal import compile_literal
from evalkit.matchers._values import BadPattern, Compile, Context, Mismatch, Pattern
from evalkit.matchers._words import show
from evalkit.results import Kind
from evalkit.transcript import JsonValue


def _any(operand: JsonValue, _: Compile) -> Pattern:
    _only_true("$any", operand)
    return Pattern(source={"$any": True}, check=lambda _, __: (), accepts_all=True)


def _absent(operand: JsonValue, _: Compile) -> Pattern:
    _only_true("$absent", operand)
    source: JsonValue = {"$absent": True}

    def check(actual: JsonValue, _: Context) -> tuple[Mismatch, ...]:
        why = f"must not be there, got {show(actual)}"
        kind = Kind.INVENTED_ARGUMENT
        return (Mismatch(path="$", reason=why, expected=source, actual=actual, kind=kind),)

    return Pattern(source=source, check=check, is_absent=True)


def _optional(operand: JsonValue, compile_: Compile) -> Pattern:
    inner = compile_(operand)
    refuse_key_matcher(inner)
    return Pattern(
        source={"$optional": operand},
        check=inner.check,
        accepts_all=inner.accepts_all,
        is_optional=True,
    )


def _equals(operand: JsonValue, _: Compile) -> Pattern:
    return Pattern(source={"$equals": operand}, check=compile_literal(operand).check)


def _not(operand: JsonValue, compile_: Compile) -> Pattern:
    if operand is None:
        hint = 'write {$not: {$type: "null"}} for a value that must not be null'
        raise BadPattern("$not needs a pattern", hint=hint)
    inner = compile_(operand)
    refuse_key_matcher(inner)
    if inner.accepts_all:
        raise BadPattern("$not of what accepts everything can never match")
    source: JsonValue = {"$not": operand}
    wanted, is_nested = show(operand), isinstance(operand, dict | list)

    def check(actual: JsonValue, context: Context) -> tuple[Mismatch, ...]:
        if inner.check(actual, context):
            return ()
        why = (
            f"must not match {wanted}, got {show(actual)}" if is_nested else f"must not be {wanted}"
        )
        return (Mismatch(path="$", reason=why, expected=source, actual=actual),)

    return Pattern(source=source, check=check)


def _one_of(operand: JsonValue, compile_: Compile) -> Pattern:
    patterns = list_of_patterns("$one_of", operand, compile_)
    wanted = " or ".join(show(pattern.source) for pattern in patterns[:10])
    if len(patterns) > 10:  # noqa: PLR2004  # as many as one reads at a glance
        wanted = f"{wanted} or one of {len(patterns) - 10} more"
    source: JsonValue = {"$one_of": operand}

    def check(actual: JsonValue, context: Context) -> tuple[Mismatch, ...]:
        for pattern in patterns:
            if not pattern.check(actual, context):
                return ()
        why = f"expected {wanted}, got {show(actual)}"
        return (Mismatch(path="$", reason=why, expected=source, actual=actual),)

    return Pattern(
        source=source, check=check, accepts_all=any(each.accepts_all for each in patterns)
    )


def _all_of(operand: JsonValue, compile_: Compile) -> Pattern:
    patterns = list_of_patterns("$all_of", operand, compile_)

    def check(actual: JsonValue, context: Context) -> tuple[Mismatch, ...]:
        return tuple(wrong for pattern in patterns for wrong in pattern.check(actual, context))

    return Pattern(
        source={"$all_of": operand},
        check=check,
        accepts_all=all(each.accepts_all for each in patterns),
    )


def _only_true(name: str, operand: JsonValue) -> None:
    if operand is not True:
        raise BadPattern(f"{name} takes no operand but true", hint=f"write {{{name}: true}}")


COMBINATORS: Mapping[str, Callable[[JsonValue, Compile], Pattern]] = {
    "$absent": _absent,
    "$all_of": _all_of,
    "$any": _any,
    "$equals": _equals,
    "$not": _not,
    "$one_of": _one_of,
    "$optional": _optional,
}

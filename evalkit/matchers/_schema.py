"""Matchers by JSON type and by JSON Schema."""

from __future__ import annotations

from collections.abc import Mapping

from evalkit.errors import nearest
from evalkit.matchers._numbers import is_number
from evalkit.matchers._values import BadPattern, Context, Matcher, Reason
from evalkit.matchers._words import describe, one_line, show
from evalkit.schemas import BadSchema, compile_schema
from evalkit.transcript import JsonValue

_TYPES = ("array", "boolean", "integer", "null", "number", "object", "string")


def _type(operand: JsonValue) -> Reason:
    names = operand if isinstance(operand, list) else [operand]
    if not names:
        raise BadPattern("$type of an empty list")
    for name in names:
        if name not in _TYPES:
            raise BadPattern(
                f"$type {show(name)} is no type of JSON", hint=nearest(str(name), _TYPES)
            )
    wanted = " or ".join(map(str, names))

    def reason(actual: JsonValue, _: Context) -> str | None:
        if _types_of(actual).isdisjoint(names):
            return f"expected type {wanted}, got {describe(actual)}"
        return None

    return reason


def _types_of(value: JsonValue) -> frozenset[JsonValue]:
    if is_number(value):
        whole = isinstance(value, int) or value.is_integer()
        return frozenset({"integer", "number"}) if whole else frozenset({"number"})
    match value:
        case None:
            return frozenset({"null"})
        case bool():
            return frozenset({"boolean"})
        case str():
            return frozenset({"string"})
        case list():
            return frozenset({"array"})
        case _:
            return frozenset({"object"})


def _schema(operand: JsonValue) -> Reason:
    if not isinstance(operand, dict) or not operand:
        raise BadPattern(f"$schema takes a JSON Schema, got {describe(operand)}")
    try:
        schema = compile_schema(operand)
    except BadSchema as error:
        raise BadPattern(f"$schema: {error}", hint=error.hint, path=error.path) from error

    def reason(actual: JsonValue, _: Context) -> str | None:
        errors = schema.errors(actual, most=1)
        if not errors:
            return None
        at = "" if errors[0].path == "$" else f" at {errors[0].path}"
        return f"against the schema{at}: {one_line(errors[0].reason)}"

    return reason


MATCHERS: Mapping[str, Matcher] = {"$schema": _schema, "$type": _type}

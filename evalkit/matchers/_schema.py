"""Matchers by JSON type and by JSON Schema."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from evalkit.errors import nearest
from evalkit.matchers._numbers import is_number
from evalkit.matchers._values import BadPattern, Context, Matcher, Reason
from evalkit.matchers._words import describe, one_line, show
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
    import jsonschema_rs  # loaded with the first schema, not with the package

    if not isinstance(operand, dict) or not operand:
        raise BadPattern(f"$schema takes a JSON Schema, got {describe(operand)}")
    refused: list[str] = []

    def refuse(uri: str) -> JsonValue:
        refused.append(uri)
        raise LookupError(uri)

    try:
        validator = jsonschema_rs.validator_for(
            operand, retriever=refuse, pattern_options=jsonschema_rs.RegexOptions()
        )
    except ValueError as error:  # a ValidationError is one
        raise _complaint(error, refused) from error

    def reason(actual: JsonValue, _: Context) -> str | None:
        try:
            error = next(validator.iter_errors(actual), None)
        except ValueError as trouble:  # numbers and depths that the validator cannot take
            return f"cannot be held against the schema: {one_line(str(trouble))}"
        if error is None:
            return None
        at = "".join(
            f"[{step!r}]" if isinstance(step, int) else f".{step}" for step in error.instance_path
        )
        return f"against the schema{f' at ${at}' if at else ''}: {one_line(str(error))}"

    return reason


def _complaint(error: Exception, refused: Sequence[str]) -> BadPattern:
    if refused:
        what = f"$schema: the $ref {show(refused[0])} is not fetched"
        return BadPattern(what, hint="put what it refers to under $defs")
    return BadPattern(f"$schema: {one_line(str(error))}")


MATCHERS: Mapping[str, Matcher] = {"$schema": _schema, "$type": _type}

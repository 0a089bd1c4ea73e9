"""BFCL's answers in evalkit's own words, so that no right answer fails for its wording."""

from __future__ import annotations

from collections.abc import Sequence

from evalkit.importers._bfcl_rows import Answer, Question
from evalkit.schemas import compile_schema
from evalkit.transcript import JsonObject, JsonValue

_LEFT_OUT = ""
"""BFCL's word for a parameter that may be left out."""


def native_expectation(question: Question) -> JsonValue:
    """Expect the calls of a question; in any order, numbers by value, texts by their words.

    Where an answer that BFCL accepts breaks the tool's own schema, the schema is not held
    against the model.
    """
    if question.rule == "irrelevance":
        return "no_call"
    schemas = {str(tool["name"]): tool["parameters"] for tool in question.tools}
    calls: list[JsonValue] = [_call(answer, schemas) for answer in question.answers]
    expect: JsonObject = {"calls": calls}
    if not all(_fits_schema(answer, schemas) for answer in question.answers):
        expect["schema"] = "off"
    return expect


def _call(answer: Answer, schemas: JsonObject) -> JsonObject:
    ((tool, parameters),) = answer.items()
    return {
        tool: {
            name: _pattern(alternatives, _schema_of(schemas[tool], name))
            for name, alternatives in parameters.items()
            if isinstance(alternatives, list)
        }
    }


def _pattern(alternatives: Sequence[JsonValue], schema: JsonObject) -> JsonValue:
    """What a value must be like; the empty text stands for leaving it out."""
    accepted = [_value(one) for one in _spelled(alternatives) if one != _LEFT_OUT]
    if _LEFT_OUT not in alternatives:
        return _one_of(accepted)
    return {"$optional": _one_of([*accepted, *_same_as_left_out(schema)])}


def _spelled(alternatives: Sequence[JsonValue]) -> list[JsonValue]:
    """The alternatives, powers also in the other spelling: `x**2` is `x^2`."""
    powers = [
        one.replace("**", "^") for one in alternatives if isinstance(one, str) and "**" in one
    ]
    return [*alternatives, *powers]


def _same_as_left_out(schema: JsonObject) -> list[JsonValue]:
    """The values that say no more than leaving the parameter out does."""
    empty: list[JsonValue] = [[]] if schema.get("type") == "array" else [""]
    return [*empty, schema["default"]] if "default" in schema else empty


def _value(value: JsonValue) -> JsonValue:
    match value:
        case str() if any(character.isalnum() for character in value):
            return {"$text": value}
        case list():
            return [_value(item) for item in value]
        case dict():
            return {
                key: _pattern(alternatives, {}) if isinstance(alternatives, list) else alternatives
                for key, alternatives in value.items()
            }
        case _:
            return value


def _one_of(patterns: Sequence[JsonValue]) -> JsonValue:
    distinct = [one for index, one in enumerate(patterns) if one not in patterns[:index]]
    return distinct[0] if len(distinct) == 1 else {"$one_of": distinct}


def _schema_of(schema: JsonValue, name: str) -> JsonObject:
    """The schema of one parameter, as far as the tool has one."""
    properties = schema.get("properties") if isinstance(schema, dict) else None
    found = properties.get(name) if isinstance(properties, dict) else None
    return found if isinstance(found, dict) else {}


def _fits_schema(answer: Answer, schemas: JsonObject) -> bool:
    """Whether the tool's own schema takes whatever BFCL accepts."""
    ((tool, parameters),) = answer.items()
    return all(
        compile_schema(_schema_of(schemas[tool], name)).accepts(_plain(one))
        for name, alternatives in parameters.items()
        if isinstance(alternatives, list)
        for one in alternatives
        if one != _LEFT_OUT
    )


def _plain(value: JsonValue) -> JsonValue:
    """An answer as a model would write it: the first alternative for each key of a mapping."""
    match value:
        case list():
            return [_plain(item) for item in value]
        case dict():
            chosen = {
                key: next((one for one in alternatives if one != _LEFT_OUT), None)
                for key, alternatives in value.items()
                if isinstance(alternatives, list)
            }
            return {key: _plain(one) for key, one in chosen.items() if one is not None}
        case _:
            return value

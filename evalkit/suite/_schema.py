"""The JSON Schema of suite files, for editors to complete and explain."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TypeAlias

from pydantic.json_schema import models_json_schema

from evalkit.suite._format import CaseEntry, SuiteFile
from evalkit.transcript import JsonObject, JsonValue

_Described: TypeAlias = Mapping[str, tuple[JsonObject, str]]

_DIALECT = "https://json-schema.org/draft/2020-12/schema"
_PATTERN: JsonObject = {"$ref": "#/$defs/pattern"}
_PATTERNS: JsonObject = {"type": "array", "items": _PATTERN, "minItems": 1}
_TEXT: JsonObject = {"type": "string"}
_NUMBER: JsonObject = {"type": "number"}
_NULL: JsonObject = {"type": "null"}
_TRUE: JsonObject = {"const": True}
_TYPE: JsonObject = {"enum": ["array", "boolean", "integer", "null", "number", "object", "string"]}
_BOUND: JsonObject = {"type": ["number", "null"]}
_SPAN: JsonObject = {
    "type": "object",
    "properties": {"from": _TEXT, "to": _TEXT},
    "additionalProperties": False,
}
_AROUND: JsonObject = {
    "type": "object",
    "properties": {"value": _NUMBER, "within": _NUMBER},
    "required": ["value", "within"],
    "additionalProperties": False,
}

MATCHERS: _Described = {
    "$absent": (_TRUE, "The key must not be there."),
    "$all_of": (_PATTERNS, "Every one of these must match."),
    "$any": (_TRUE, "Any value; the key must be there."),
    "$approx": ({"anyOf": [_NUMBER, _AROUND]}, "A number close to this one: within 1 percent."),
    "$contains": ({}, "Text that holds this text, or a list with an entry like this."),
    "$date": ({"anyOf": [_TEXT, _TRUE, _SPAN]}, "This date, however it is written."),
    "$equals": ({}, "Exactly this value; '$' in it means nothing."),
    "$gt": (_NUMBER, "A number above this one."),
    "$gte": (_NUMBER, "This number or one above it."),
    "$items": (_PATTERN, "A list whose entries all match."),
    "$json": (_PATTERN, "Text that holds JSON like this."),
    "$length": ({"anyOf": [{"type": "integer"}, _PATTERN]}, "How long a text, list or object is."),
    "$lt": (_NUMBER, "A number below this one."),
    "$lte": (_NUMBER, "This number or one below it."),
    "$not": (_PATTERN, "Anything that does not match."),
    "$one_of": (_PATTERNS, "One of these must match."),
    "$optional": (_PATTERN, "The key may be missing; if it is there, its value must match."),
    "$python": (_TEXT, "A function, module:function, that accepts or refuses the value."),
    "$range": (
        {"type": "array", "items": _BOUND, "minItems": 2, "maxItems": 2},
        "A number between these two, both included; null leaves an end open.",
    ),
    "$regex": (_TEXT, "Text that this RE2 pattern matches as a whole."),
    "$result": (_TEXT, "A value from an earlier tool result: tool.path.to.it."),
    "$schema": ({"type": "object"}, "A value that is valid against this JSON Schema."),
    "$search": (_TEXT, "Text in which this RE2 pattern is found."),
    "$subset": (
        {"type": ["object", "array"]},
        "An object or a list that has at least these entries.",
    ),
    "$text": (_TEXT, "This text; case, spaces and punctuation are ignored."),
    "$type": (
        {"anyOf": [_TYPE, {"type": "array", "items": _TYPE, "minItems": 1}]},
        "A value of this JSON type.",
    ),
    "$unordered": (_PATTERNS, "A list with these entries in any order."),
}

_MATCHER_PROPERTIES: JsonObject = {
    name: {**operand, "description": description}
    for name, (operand, description) in MATCHERS.items()
}
_PATTERN_DEFINITIONS: JsonObject = {
    "arguments": {
        "description": "What each argument must be like; others must not be there.",
        "type": "object",
        "additionalProperties": _PATTERN,
    },
    "pattern": {
        "description": "A value that matches itself, or a matcher: a mapping with one '$' key.",
        "properties": _MATCHER_PROPERTIES,
    },
}
_SHORT_CALL: JsonObject = {
    "type": "object",
    "minProperties": 1,
    "maxProperties": 1,
    "additionalProperties": {"$ref": "#/$defs/arguments"},
}
_SHORT_FORMS: Mapping[str, JsonObject] = {
    "CallExpectation": _SHORT_CALL,
    "EarlierCall": {**_SHORT_CALL, "additionalProperties": {"type": "object"}},
    "Expectation": {"const": "no_call"},
    "Retries": {"type": "integer", "minimum": 0},
    "Times": {"type": "integer", "minimum": 1},
}
_SIMULATE: JsonObject = {
    "type": "object",
    "additionalProperties": {
        "description": "Rules, tried in order; or the one value that the tool always answers.",
        "anyOf": [
            {"type": "array", "items": {"$ref": "#/$defs/SimulatedEntry"}},
            {"not": {"type": "array"}},
        ],
    },
}
_MATRIX: JsonObject = {
    "type": "object",
    "minProperties": 1,
    "additionalProperties": {"type": "array", "minItems": 1},
}
_GROUNDED: JsonObject = {
    "type": "object",
    "additionalProperties": {"type": "object", "additionalProperties": _PATTERN},
}
_IDEMPOTENT: JsonObject = {
    "anyOf": [
        {"$ref": "#/$defs/Idempotent"},
        {"type": "array", "items": {"$ref": "#/$defs/Idempotent"}},
    ]
}


def suite_schema() -> JsonObject:
    """Describe suite files as JSON Schema (draft 2020-12)."""
    _, generated = models_json_schema(
        [(SuiteFile, "validation"), (CaseEntry, "validation")],
        title="evalkit suite",
        by_alias=True,
    )
    definitions = _object(_tidy(generated["$defs"]))
    suite = _object(definitions.pop("SuiteFile"))
    case = _object(definitions["CaseEntry"])
    expectation = _object(definitions["Expectation"])
    _retype(suite, "cases", {"type": "array", "items": {"$ref": "#/$defs/CaseEntry"}})
    _retype(suite, "tools", {"type": "array", "items": {"type": ["string", "object"]}})
    _retype(suite, "simulate", _SIMULATE)
    _retype(case, "simulate", _SIMULATE)
    _retype(case, "matrix", _MATRIX)
    _retype(expectation, "grounded", _GROUNDED)
    _retype(expectation, "idempotent", _IDEMPOTENT)
    del definitions["Grounded"]
    _object(definitions["CallExpectation"])["required"] = ["tool"]
    for name, short in _SHORT_FORMS.items():
        definitions[name] = {"anyOf": [short, definitions[name]]}
    return {
        "$schema": _DIALECT,
        "title": "evalkit suite",
        **suite,
        "$defs": {**definitions, **_PATTERN_DEFINITIONS},
    }


def _object(value: JsonValue) -> JsonObject:
    assert isinstance(value, dict)
    return value


def _retype(model: JsonObject, key: str, schema: JsonObject) -> None:
    """Put another schema under a key of a model and keep what is said about it."""
    properties = _object(model["properties"])
    properties[key] = {"description": _object(properties[key])["description"], **schema}


def _tidy(value: JsonValue) -> JsonValue:
    """Drop what only speaks of Python: titles, defaults, and null where a key is left out."""
    if isinstance(value, list):
        return [_tidy(each) for each in value if each != _NULL]
    if not isinstance(value, dict):
        return value
    match value:
        case {"$comment": str() as name}:
            return {"$ref": f"#/$defs/{name}", **_tidy_object(value, "$comment")}
        case {"anyOf": [arm, other]} if other == _NULL:
            return {**_object(_tidy(arm)), **_tidy_object(value, "anyOf")}
        case _:
            return _tidy_object(value)


def _tidy_object(value: JsonObject, *dropped: str) -> JsonObject:
    return {
        key: _tidy(each)
        for key, each in value.items()
        if key not in (*dropped, "default") and not (key == "title" and isinstance(each, str))
    }

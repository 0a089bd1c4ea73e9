"""Values that a format writes without types, typed by the schema of their parameter."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from enum import Enum, auto

from evalkit.parse._json import MAX_DIGITS, read_json
from evalkit.parse._python_values import NotPythonError, read_literal
from evalkit.transcript import JsonObject, JsonValue

MAX_REFERENCES = 16
_INTEGER = re.compile(r"[+-]?\d++(?:\.0++)?")
_NUMBER = re.compile(r"[+-]?(?:\d++(?:\.\d*+)?|\.\d++)(?:[eE][+-]?\d++)?")
_TYPES = {
    "str": "string",
    "int": "integer",
    "float": "number",
    "double": "number",
    "bool": "boolean",
    "dict": "object",
    "list": "array",
    "tuple": "array",
}
"""Names that people write into schemas although JSON Schema has others."""

_ORDER = ("null", "integer", "number", "boolean", "object", "array")


class Untyped(Enum):
    """How a format reads a value whose type no schema tells."""

    TEXT = auto()
    JSON = auto()
    """As JSON where it is JSON, else as text."""


def coerce(text: str, schema: JsonValue, root: JsonObject, untyped: Untyped) -> JsonValue:
    """Read `text` as the first type of `schema` that fits; as text where none does.

    `root` is the schema of all arguments, for `$ref` into its definitions.
    """
    types = {_TYPES.get(name, name) for name in _types(schema, root, MAX_REFERENCES)}
    if not types:
        return _json_or_text(text) if untyped is Untyped.JSON else text
    for name in _ORDER:
        if name in types and (read := _READERS[name](text.strip())) is not None:
            return read[0]
    return text


def parameter_schema(schema: JsonObject | None, name: str) -> JsonValue:
    """Return the schema of one parameter, None where it is not declared."""
    properties = (schema or {}).get("properties")
    return properties.get(name) if isinstance(properties, dict) else None


def _types(schema: JsonValue, root: JsonObject, budget: int) -> Iterator[str]:
    if not isinstance(schema, dict) or budget == 0:
        return
    yield from _named_types(schema)
    for branch in ("anyOf", "oneOf", "allOf"):
        options = schema.get(branch)
        if isinstance(options, list):
            for option in options:
                yield from _types(option, root, budget - 1)
    reference = schema.get("$ref")
    if isinstance(reference, str):
        yield from _types(_resolve(reference, root), root, budget - 1)


def _named_types(schema: JsonObject) -> Iterator[str]:
    declared = schema.get("type")
    names = declared if isinstance(declared, list) else [declared]
    yield from (name for name in names if isinstance(name, str) and name)
    if schema.get("nullable") is True:
        yield "null"
    values = schema.get("enum")
    if isinstance(values, list) and declared is None:
        yield from {_type_of(value) for value in values}


def _type_of(value: JsonValue) -> str:
    match value:
        case None:
            return "null"
        case bool():
            return "boolean"
        case str():
            return "string"
        case int() | float():
            return "number"
        case list():
            return "array"
        case dict():
            return "object"


def _resolve(reference: str, root: JsonObject) -> JsonValue:
    value: JsonValue = root
    for part in reference.removeprefix("#").strip("/").split("/"):
        if not isinstance(value, Mapping):
            return None
        value = value.get(part)
    return value


def _json_or_text(text: str) -> JsonValue:
    try:
        return read_json(text)
    except ValueError:
        return text


def _null(text: str) -> tuple[JsonValue] | None:
    return (None,) if text.lower() in ("null", "none") else None


def _integer(text: str) -> tuple[JsonValue] | None:
    if not _INTEGER.fullmatch(text) or len(text) > MAX_DIGITS:
        return None
    return (int(text.partition(".")[0]),)


def _number(text: str) -> tuple[JsonValue] | None:
    if integer := _integer(text):
        return integer
    if not _NUMBER.fullmatch(text):
        return None
    value = float(text)
    return (value,) if abs(value) != float("inf") else None


def _boolean(text: str) -> tuple[JsonValue] | None:
    flag = {"true": True, "false": False}.get(text.lower())
    return None if flag is None else (flag,)


def _object(text: str) -> tuple[JsonValue] | None:
    value = _literal(text)
    return (value,) if isinstance(value, dict) else None


def _array(text: str) -> tuple[JsonValue] | None:
    value = _literal(text)
    return (value,) if isinstance(value, list) else None


def _literal(text: str) -> JsonValue:
    try:
        return read_json(text)
    except ValueError:
        pass
    try:
        return read_literal(text)
    except NotPythonError:
        return None


_READERS = {
    "null": _null,
    "integer": _integer,
    "number": _number,
    "boolean": _boolean,
    "object": _object,
    "array": _array,
}
"""Each returns a value in a tuple of one, or None where the text is not of its type."""

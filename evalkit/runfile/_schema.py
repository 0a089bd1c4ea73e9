"""The JSON Schema of run files, made from the values that they hold."""

from __future__ import annotations

from enum import StrEnum
from types import NoneType, UnionType
from typing import Literal, Union, get_args, get_origin

from msgspec import Struct, structs

from evalkit.results import CaseResult
from evalkit.runfile._file import FORMAT, RunHeader
from evalkit.transcript import JsonObject, JsonValue, Message, Prompt, ToolResult, Turn

_PLAIN: dict[object, str] = {str: "string", int: "integer", float: "number", bool: "boolean"}
_MESSAGES = (Prompt, Turn, ToolResult)


def run_schema() -> JsonObject:
    """Describe one line of a run file: the header, a result, or the end mark."""
    definitions: dict[str, JsonValue] = {}
    lines: list[JsonValue] = [
        _object({"evalkit": {"const": FORMAT}, "run": _of(RunHeader, definitions)}),
        _object({"result": _of(CaseResult, definitions)}),
        _object({"end": _object({"finished_at": {"type": "string"}})}),
    ]
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "A line of an evalkit run file",
        "anyOf": lines,
        "$defs": definitions,
    }


def _of(kind: object, definitions: dict[str, JsonValue]) -> JsonObject:  # noqa: C901, PLR0911 - one arm for each shape of type
    if kind in _PLAIN:
        return {"type": _PLAIN[kind]}
    if kind is dict:
        return {"type": "object"}
    if kind == Message:
        return {"anyOf": [_of(each, definitions) for each in _MESSAGES]}
    arguments = get_args(kind)
    if get_origin(kind) is Literal:
        return {"enum": list(arguments)}
    if get_origin(kind) is tuple:
        return {"type": "array", "items": _of(arguments[0], definitions)}
    if get_origin(kind) in (Union, UnionType):
        return _union(arguments, definitions)
    if isinstance(kind, type) and issubclass(kind, StrEnum):
        return {"enum": [member.value for member in kind]}
    if isinstance(kind, type) and issubclass(kind, Struct):
        return _reference(kind, definitions)
    return {}


def _union(arms: tuple[object, ...], definitions: dict[str, JsonValue]) -> JsonObject:
    schemas: list[JsonValue] = [_of(arm, definitions) for arm in arms if arm is not NoneType]
    return {"anyOf": [*schemas, {"type": "null"}]} if NoneType in arms else {"anyOf": schemas}


def _reference(kind: type[Struct], definitions: dict[str, JsonValue]) -> JsonObject:
    if kind.__name__ not in definitions:
        definitions[kind.__name__] = {}  # it may hold itself
        definitions[kind.__name__] = _record(kind, definitions)
    return {"$ref": f"#/$defs/{kind.__name__}"}


def _record(kind: type[Struct], definitions: dict[str, JsonValue]) -> JsonObject:
    """A field that has its default is left out of the file, so only those without are required."""
    fields = structs.fields(kind)
    tag: JsonObject = {}
    if kind.__struct_config__.tag is not None:
        tag = {str(kind.__struct_config__.tag_field): {"const": kind.__struct_config__.tag}}
    return {
        "type": "object",
        "description": " ".join((kind.__doc__ or "").split()),
        "properties": {**tag, **{f.name: _of(f.type, definitions) for f in fields}},
        "required": [*tag, *(f.name for f in fields if f.required)],
        "additionalProperties": False,
    }


def _object(properties: JsonObject) -> JsonObject:
    return {
        "type": "object",
        "properties": properties,
        "required": [*properties],
        "additionalProperties": False,
    }

"""Tools as OpenAI's chat models see them: types of a TypeScript namespace in the system prompt.

The provider does not document this. The rules were found by rendering tools and comparing the
count of tokens with the one that the API reported, on some 1,600 recorded requests to models of
the gpt-4o and gpt-4-turbo families, 2024; newer models may render otherwise.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping

from msgspec import Struct

from evalkit.cost._references import inline_references
from evalkit.suite import Tool
from evalkit.transcript import JsonObject, JsonValue

_NUMBER_BOUNDS = ("minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum", "multipleOf")
_BOUNDS: Mapping[str, tuple[str, ...]] = {
    "integer": _NUMBER_BOUNDS,
    "number": _NUMBER_BOUNDS,
    "array": ("minItems", "maxItems"),
    "string": ("minLength", "maxLength", "pattern"),
}


def render_namespace(tools: Iterable[Tool]) -> str:
    """Write the namespace that stands for these tools."""
    lines = ["namespace functions {", ""]
    for tool in tools:
        schema = inline_references(tool.parameters)
        lines += [*_comment(tool.description), *_type(tool.name, schema), ""]
    return "\n".join([*lines, "} // namespace functions"])


class _Field(Struct, frozen=True):
    """A property, written."""

    comment: list[str]
    key: str
    type: str
    note: str

    @property
    def is_short(self) -> bool:
        return not (self.comment or self.note or "\n" in self.type)


def _type(name: str, schema: JsonObject) -> Iterator[str]:
    note = f" // default: {_literal(schema['default'])}" if "default" in schema else ""
    fields = _fields(schema)
    if not fields:
        yield f"type {name} = () => any;{note}"
    elif all(field.is_short for field in fields):
        yield f"type {name} = (_: {_on_one_line(fields)}) => any;{note}"
    else:
        yield f"type {name} = (_: {{"
        yield from _lines(fields)
        yield f"}}) => any;{note}"


def _fields(schema: JsonObject) -> list[_Field]:
    """Write each property once, for a type is as deep as its schema."""
    return [
        _Field(_comment(_description(each)), _key(name, schema), _type_of(each), _note(each))
        for name, each in _shown(schema)
    ]


def _lines(fields: Iterable[_Field]) -> Iterator[str]:
    for field in fields:
        yield from field.comment
        yield f"{field.key}: {field.type},{field.note}"


def _on_one_line(fields: Iterable[_Field]) -> str:
    return f"{{ {', '.join(f'{field.key}: {field.type}' for field in fields)} }}"


def _type_of(schema: JsonObject) -> str:
    arms, named, options = schema.get("anyOf"), schema.get("type"), schema.get("enum")
    if isinstance(arms, list):
        return " | ".join(_type_of(arm) for arm in arms if isinstance(arm, dict))
    if isinstance(options, list) and options:
        return " | ".join(map(_literal, options))
    if isinstance(named, list):
        return " | ".join(map(_scalar, named))
    if named == "array":
        return _array(schema.get("items"))
    return _object(schema) if named == "object" else _scalar(named)


def _scalar(named: JsonValue) -> str:
    match named:
        case "integer" | "number":
            return "number"
        case str() as name:
            return name if name in {"string", "boolean", "null", "array", "object"} else "any"
        case _:
            return "any"


def _array(items: JsonValue) -> str:
    if not isinstance(items, dict) or not items:
        return "any[]"
    inner = _type_of(items)
    if _is_noted(items):
        note = _note(items)
        head = "".join(f"{line}\n" for line in _comment(_description(items)))
        return f"Array<\n{head}{inner}{',' + note if note else ''}\n>"
    if items.get("enum"):
        return f"Array<{inner}>"
    if items.get("type") == "object" and any(_is_noted(each) for _, each in _properties(items)):
        return f"Array<\n{inner}\n>"
    return f"{inner}[]"


def _object(schema: JsonObject) -> str:
    fields = _fields(schema)
    if schema.get("properties") and all(field.is_short for field in fields):
        return _on_one_line(fields)
    return "{\n" + "".join(f"{line}\n" for line in _lines(fields)) + "}"


def _key(name: str, schema: JsonObject) -> str:
    required = schema.get("required")
    return name if isinstance(required, list) and name in required else f"{name}?"


def _shown(schema: JsonObject) -> Iterator[tuple[str, JsonObject]]:
    """The properties that are rendered: an object that says nothing of itself is left out."""
    for name, each in _properties(schema):
        if each.get("type") != "object" or "properties" in each:
            yield name, each


def _properties(schema: JsonObject) -> Iterator[tuple[str, JsonObject]]:
    properties = schema.get("properties")
    for name, each in properties.items() if isinstance(properties, dict) else ():
        if isinstance(each, dict):
            yield name, each


def _is_noted(schema: JsonObject) -> bool:
    return bool(_description(schema) or _note(schema))


def _note(schema: JsonObject) -> str:
    """The remark behind a field: its default, format and bounds."""
    parts = [f"default: {_literal(schema['default'])}"] if "default" in schema else []
    named = schema.get("type")
    if named == "string" and schema.get("format"):
        parts.append(f'format: "{schema["format"]}"')
    bounds = _BOUNDS.get(named, ()) if isinstance(named, str) else ()
    parts += [f"{key}: {_literal(schema[key])}" for key in bounds if key in schema]
    return f" // {', '.join(parts)}" if parts else ""


def _description(schema: JsonObject) -> str:
    text = schema.get("description")
    return text if isinstance(text, str) else ""


def _comment(text: str) -> list[str]:
    """Only the first line of a description is marked as a comment."""
    return ["// " + "\n".join(map(str.strip, text.strip().split("\n")))] if text else []


def _literal(value: JsonValue) -> str:
    return json.dumps(value, ensure_ascii=False)

"""What is linted: the tools of a file or of a suite, each with its place, and the suite itself."""

from __future__ import annotations

from collections.abc import Iterator

from msgspec import Struct

from evalkit.suite import Document, Suite, Tool
from evalkit.transcript import JsonObject, JsonValue

Steps = tuple[str | int, ...]

SCHEMA_KEYS = ("parameters", "input_schema", "inputSchema")


class Parameter(Struct, frozen=True):
    """One property of a tool's schema, at any depth."""

    name: str
    schema: JsonObject
    path: Steps
    """Where it stands below the tool's schema."""
    is_required: bool

    @property
    def description(self) -> str:
        text = self.schema.get("description")
        return text if isinstance(text, str) else ""

    @property
    def types(self) -> tuple[str, ...]:
        """The types that it may have; empty where the schema does not say."""
        named = self.schema.get("type")
        listed = named if isinstance(named, list) else [named]
        return tuple(each for each in listed if isinstance(each, str))

    @property
    def is_text(self) -> bool:
        return "string" in self.types


class PlacedTool(Struct, frozen=True):
    """A tool and the place of its definition."""

    tool: Tool
    document: Document
    path: Steps
    schema_key: str

    def at(self, *steps: str | int) -> str:
        """`file:line:column` of a part of the definition."""
        return self.document.where((*self.path, *steps))

    def at_schema(self, *steps: str | int) -> str:
        """`file:line:column` of a part of the schema."""
        return self.at(self.schema_key, *steps)

    def parameters(self) -> Iterator[Parameter]:
        """Every property of the schema, nested ones included."""
        return _properties(self.tool.parameters, ())

    def subschemas(self) -> Iterator[tuple[JsonObject, Steps]]:
        """Every schema in the schema, the whole one first."""
        return _subschemas(self.tool.parameters, ())


class Material(Struct, frozen=True, kw_only=True):
    """One file, read: a suite with its tools, or tools alone."""

    document: Document
    tools: tuple[PlacedTool, ...]
    suite: Suite | None = None


def _properties(schema: JsonObject, path: Steps) -> Iterator[Parameter]:
    required = schema.get("required")
    named = required if isinstance(required, list) else []
    for name, each, place in _named_properties(schema, path):
        yield Parameter(name, each, place, name in named)
        yield from _properties(each, place)
    items = schema.get("items")
    if isinstance(items, dict):
        yield from _properties(items, (*path, "items"))


def _named_properties(schema: JsonObject, path: Steps) -> Iterator[tuple[str, JsonObject, Steps]]:
    properties = schema.get("properties")
    for name, each in properties.items() if isinstance(properties, dict) else ():
        if isinstance(each, dict):
            yield name, each, (*path, "properties", name)


_MAPS = ("properties", "patternProperties", "$defs", "definitions")
_SCHEMAS = ("items", "additionalProperties", "not", "if", "then", "else", "contains")
_LISTS = ("anyOf", "oneOf", "allOf", "prefixItems")


def _subschemas(schema: JsonValue, path: Steps) -> Iterator[tuple[JsonObject, Steps]]:
    if not isinstance(schema, dict):
        return
    yield schema, path
    for key, value in schema.items():
        if key in _SCHEMAS:
            yield from _subschemas(value, (*path, key))
        elif key in _MAPS and isinstance(value, dict):
            for name, each in value.items():
                yield from _subschemas(each, (*path, key, name))
        elif key in _LISTS and isinstance(value, list):
            for index, each in enumerate(value):
                yield from _subschemas(each, (*path, key, index))

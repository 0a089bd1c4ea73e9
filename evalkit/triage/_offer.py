"""The tools that a request offered, in whatever shape its API writes them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import TypeAlias

from evalkit.suite import Tool
from evalkit.transcript import JsonObject, JsonValue

Offer: TypeAlias = Mapping[str, Tool]
"""Tools by the name under which the model sees them."""

_MAX_DEPTH = 8
_MAX_SCHEMA_DEPTH = 64
_GROUPS = ("tools", "functions", "functionDeclarations", "function_declarations", "result")
_WRAPPERS = ("function", "toolSpec", "custom")
_SCHEMAS = (
    "parameters",
    "input_schema",
    "inputSchema",
    "parametersJsonSchema",
    "parameters_json_schema",
)


def read_offer(value: JsonValue) -> Offer | None:
    """Read tools in the shape of OpenAI, Anthropic, Gemini, Bedrock or MCP; None if there are none.

    What has no name is a tool of the provider's own, which no call of ours can name.
    """
    return {tool.name: tool for tool in _tools(value, 0)} or None


def _tools(value: JsonValue, depth: int) -> Iterator[Tool]:
    if depth > _MAX_DEPTH:
        return
    if isinstance(value, list):
        for each in value:
            yield from _tools(each, depth + 1)
    elif isinstance(value, dict):
        inner = [value[key] for key in _GROUPS if isinstance(value.get(key), list | dict)]
        inner = inner or [value[key] for key in _WRAPPERS if isinstance(value.get(key), dict)]
        for each in inner:
            yield from _tools(each, depth + 1)
        if not inner and isinstance(name := value.get("name"), str):
            yield Tool(name=name, parameters=_parameters(value))


def _parameters(definition: JsonObject) -> JsonObject:
    """Return the schema of the arguments; a tool without one takes any."""
    found = (definition[key] for key in _SCHEMAS if isinstance(definition.get(key), dict))
    schema = next(found, {})
    assert isinstance(schema, dict)
    wrapped = schema.get("json")
    if isinstance(wrapped, dict) and "type" not in schema:
        schema = wrapped
    return _as_json_schema(schema) if schema.get("type") == "OBJECT" else schema


def _as_json_schema(schema: JsonObject, depth: int = 0) -> JsonObject:
    """Turn Gemini's dialect, OpenAPI with type names in capitals, into JSON Schema."""
    plain: JsonObject = {key: _plain(value, depth + 1) for key, value in schema.items()}
    kind = plain.get("type")
    if isinstance(kind, str):
        lower = kind.lower()
        plain["type"] = [lower, "null"] if schema.get("nullable") is True else lower
    return plain


def _plain(value: JsonValue, depth: int) -> JsonValue:
    if depth > _MAX_SCHEMA_DEPTH:
        return value
    if isinstance(value, dict):
        return _as_json_schema(value, depth)
    if isinstance(value, list):
        return [_plain(each, depth + 1) for each in value]
    return value

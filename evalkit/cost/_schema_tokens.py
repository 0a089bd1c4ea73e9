"""How many tokens of every request the tools take."""

from __future__ import annotations

from collections.abc import Sequence

from msgspec import Struct
from msgspec.structs import replace

from evalkit.cost._encoding import CountTokens
from evalkit.cost._estimate import estimate_tokens
from evalkit.cost._families import Basis, Family, family_of
from evalkit.suite import Tool
from evalkit.transcript import JsonObject, JsonValue, Prompt

CHAT = "openai-chat"


class ToolTokens(Struct, frozen=True, kw_only=True):
    """What one tool adds to a request."""

    tool: str
    tokens: int
    descriptions: int
    """How many of these its descriptions take, those of its arguments included."""


class SchemaTokens(Struct, frozen=True, kw_only=True):
    """What all tools add to every request."""

    total: int
    """More than the sum over the tools: there is a frame around them."""
    basis: Basis
    tools: tuple[ToolTokens, ...]


def schema_tokens(
    tools: Sequence[Tool], model: str, count: CountTokens | None = None, *, api: str = CHAT
) -> SchemaTokens:
    """Count the tokens that the definitions of `tools` take of each request to `model`.

    Without `count`, the encoding of the model (see `encoding_of`), they are estimated.
    """
    family = family_of(model, api)
    counted = count or estimate_tokens
    is_exact = count is not None and family.basis is Basis.EXACT
    estimated = Basis.UNKNOWN if family.basis is Basis.UNKNOWN else Basis.ESTIMATED
    empty = family.tokens_of_tools((), counted)
    return SchemaTokens(
        total=_total(tools, family, counted),
        basis=Basis.EXACT if is_exact else estimated,
        tools=tuple(_of_tool(tool, family, counted, empty) for tool in tools),
    )


def request_tokens(
    said: Sequence[Prompt],
    tools: Sequence[Tool],
    model: str,
    count: CountTokens | None = None,
    *,
    api: str = CHAT,
) -> int:
    """Count the tokens of the first request of a conversation: what was said, and the tools."""
    family, counted = family_of(model, api), count or estimate_tokens
    has_system = any(message.role == "system" for message in said)
    shared = family.shared if tools and has_system else 0
    return family.tokens_of_messages(said, counted) + _total(tools, family, counted) - shared


def encoding_of(model: str) -> str:
    """Name the encoding of a model: its own, or the nearest that is public."""
    return family_of(model, CHAT).encoding


def _total(tools: Sequence[Tool], family: Family, count: CountTokens) -> int:
    return family.tokens_of_tools(tools, count) + family.frame if tools else 0


def _of_tool(tool: Tool, family: Family, count: CountTokens, empty: int) -> ToolTokens:
    silent = replace(tool, description="", parameters=_without_descriptions(tool.parameters))
    tokens = family.tokens_of_tools((tool,), count)
    return ToolTokens(
        tool=tool.name,
        tokens=tokens - empty,
        descriptions=tokens - family.tokens_of_tools((silent,), count),
    )


def _without_descriptions(schema: JsonObject) -> JsonObject:
    return {
        key: _silenced(key, value)
        for key, value in schema.items()
        if not (key == "description" and isinstance(value, str))
    }


def _silenced(key: str, value: JsonValue) -> JsonValue:
    match value:
        case dict() if key in {"properties", "$defs", "definitions"}:
            return {
                name: _without_descriptions(each) if isinstance(each, dict) else each
                for name, each in value.items()
            }
        case dict():
            return _without_descriptions(value)
        case list():
            return [
                _without_descriptions(each) if isinstance(each, dict) else each for each in value
            ]
        case _:
            return value

"""How many tokens of every request the tools take."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum

from evalkit.cost._encoding import CountTokens
from evalkit.cost._estimate import estimate_tokens
from evalkit.cost._typescript import render_namespace
from evalkit.suite import Tool
from evalkit.transcript import JsonObject, JsonValue

CONSTANTS_DATE = "2026-11"
"""When the constants here were last held against what providers reported."""


class Basis(StrEnum):
    """What a count of schema tokens rests on."""

    EXACT = "exact"
    """The model's own encoding, and a rendering that was measured on its family."""
    ESTIMATED = "estimated"
    UNKNOWN = "unknown"
    """Nobody knows how this model sees tools; counted as for OpenAI, as a rough guide."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ToolTokens:
    """What one tool adds to a request."""

    tool: str
    tokens: int
    descriptions: int
    """How many of these its descriptions take, those of its arguments included."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SchemaTokens:
    """What all tools add to every request."""

    total: int
    """More than the sum over the tools: there is a frame around them."""
    basis: Basis
    tools: tuple[ToolTokens, ...]


def schema_tokens(
    tools: Sequence[Tool], model: str, count: CountTokens | None = None
) -> SchemaTokens:
    """Count the tokens that the definitions of `tools` take of each request to `model`.

    Without `count`, the encoding of the model (see `encoding_of`), they are estimated.
    """
    family = _family(model)
    tokens_of = family.count(count or estimate_tokens)
    total = tokens_of(tools) + family.frame if tools else 0
    is_exact = count is not None and family.is_measured
    empty = tokens_of(())
    return SchemaTokens(
        total=total,
        basis=Basis.EXACT if is_exact else family.basis,
        tools=tuple(_of_tool(tool, tokens_of, empty) for tool in tools),
    )


def encoding_of(model: str) -> str:
    """Name the encoding of a model: its own, or the nearest that is public."""
    return "cl100k_base" if _CL100K.match(_short(model)) else "o200k_base"


_CL100K = re.compile(r"gpt-(?:4(?![o.])|3\.5)|claude")
_MEASURED = re.compile(r"gpt-4o(?!.*audio)|gpt-4-turbo|gpt-3\.5-turbo-0125")
_OPENAI = re.compile(r"gpt-|o[1-9]|chatgpt|codex")

_OPENAI_FRAME = 9
"""Four less where a system message is there, which it then shares a line with."""
_CLAUDE_SLOPE = 1.084
_CLAUDE_FRAMES = {"claude-3-opus": 542, "claude-3-haiku": 273, "claude-3-5-sonnet": 303}
_CLAUDE_FRAME = 346
"""For the others: what the provider's pricing page says of tool use without forced choice."""

TokensOf = Callable[[Sequence[Tool]], int]


@dataclass(frozen=True, slots=True)
class _Family:
    """How models of one kind see tools."""

    count: Callable[[CountTokens], TokensOf]
    frame: int
    basis: Basis
    is_measured: bool = False


def _family(model: str) -> _Family:
    name = _short(model)
    if name.startswith("claude"):
        frames = (frame for start, frame in _CLAUDE_FRAMES.items() if name.startswith(start))
        return _Family(_as_json, next(frames, _CLAUDE_FRAME), Basis.ESTIMATED)
    basis = Basis.ESTIMATED if _OPENAI.match(name) else Basis.UNKNOWN
    is_measured = _MEASURED.match(name) is not None
    return _Family(_as_namespace, _OPENAI_FRAME, basis, is_measured)


def _short(model: str) -> str:
    """The name without the provider before it: `openai/gpt-4o`, `us.anthropic.claude-3-haiku`."""
    return re.split(r"/|(?<=anthropic)\.", model)[-1].lower()


def _as_namespace(count: CountTokens) -> TokensOf:
    return lambda tools: count(render_namespace(tools))


def _as_json(count: CountTokens) -> TokensOf:
    def tokens(tools: Sequence[Tool]) -> int:
        written = [
            {"name": one.name, "description": one.description, "input_schema": one.parameters}
            for one in tools
        ]
        return round(_CLAUDE_SLOPE * count(json.dumps(written, ensure_ascii=False)))

    return tokens


def _of_tool(tool: Tool, tokens_of: TokensOf, empty: int) -> ToolTokens:
    tokens = tokens_of((tool,))
    silent = replace(tool, description="", parameters=_without_descriptions(tool.parameters))
    return ToolTokens(
        tool=tool.name, tokens=tokens - empty, descriptions=tokens - tokens_of((silent,))
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


def message_tokens(texts: Iterable[str], count: CountTokens | None = None) -> int:
    """Count the tokens of the messages of a chat, roles and frames included."""
    counted = count or estimate_tokens
    return 3 + sum(4 + counted(text) for text in texts)

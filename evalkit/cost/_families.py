"""How models of each kind see tools and messages, as far as that is known."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterable, Sequence
from enum import StrEnum

from msgspec import Struct

from evalkit.cost._encoding import CountTokens
from evalkit.cost._typescript import render_namespace
from evalkit.suite import Tool
from evalkit.transcript import Prompt

CONSTANTS_DATE = "2026-11"
"""When the constants here were last held against what providers reported."""


class Basis(StrEnum):
    """What a count of schema tokens rests on."""

    EXACT = "exact"
    """The model's own encoding, and a rendering that was measured on its family."""
    ESTIMATED = "estimated"
    UNKNOWN = "unknown"
    """Nobody knows how this model sees tools; counted as for OpenAI, as a rough guide."""


class Family(Struct, frozen=True, kw_only=True):
    """What the requests to models of one kind take. All but the texts are tokens."""

    encoding: str
    """The encoding of the models: their own, or the nearest that is public."""
    render: Callable[[Iterable[Tool]], str]
    """The text as which the models see tools."""
    frame: int
    """Around any number of tools."""
    slope: float = 1.0
    """Tokens of theirs for each of the encoding."""
    around_messages: int = 0
    around_message: int = 0
    shared: int = 0
    """What tools take less where a system message is there, whose frame they share."""
    basis: Basis
    """With the encoding at hand; without it nothing is exact."""

    def tokens_of_tools(self, tools: Sequence[Tool], count: CountTokens) -> int:
        """Count what tools take, without the frame around them."""
        return round(self.slope * count(self.render(tools)))

    def tokens_of_messages(self, said: Sequence[Prompt], count: CountTokens) -> int:
        texts = sum(count(message.text) for message in said)
        frames = self.around_messages + self.around_message * len(said)
        return frames + round(self.slope * texts)


def family_of(model: str, api: str) -> Family:
    """Tell how a model sees what it is asked by an API."""
    name = _short(model)
    if name.startswith("claude"):
        frames = (frame for start, frame in _CLAUDE_FRAMES.items() if name.startswith(start))
        return Family(
            encoding="cl100k_base",
            render=_as_json,
            frame=next(frames, _CLAUDE_FRAME),
            slope=_CLAUDE_SLOPE,
            basis=Basis.ESTIMATED,
        )
    is_chat = api == "openai-chat"
    return Family(
        encoding="cl100k_base" if _CL100K.match(name) else "o200k_base",
        render=render_namespace,
        frame=_GPT_5_FRAME if is_chat and _GPT_5.match(name) else _OPENAI_FRAME,
        around_messages=3,
        around_message=4,
        shared=4,
        basis=_basis(name, is_chat=is_chat),
    )


def _basis(name: str, *, is_chat: bool) -> Basis:
    if is_chat and _MEASURED.match(name):
        return Basis.EXACT
    return Basis.ESTIMATED if _OPENAI.match(name) else Basis.UNKNOWN


_CL100K = re.compile(r"gpt-(?:4(?![o.])|3\.5)")
_MEASURED = re.compile(r"gpt-4o(?!.*audio)|gpt-4-turbo|gpt-3\.5-turbo-0125")
_OPENAI = re.compile(r"gpt-|o[1-9]|chatgpt|codex")
_GPT_5 = re.compile(r"gpt-5(?!\.)")

_OPENAI_FRAME = 9
_GPT_5_FRAME = 90
"""By Chat Completions gpt-5-mini reported 80 to 83 more than a gpt-4o takes, whatever the tools.
By the Responses API it did not."""
_CLAUDE_SLOPE = 1.084
_CLAUDE_FRAMES = {"claude-3-opus": 542, "claude-3-haiku": 273, "claude-3-5-sonnet": 303}
_CLAUDE_FRAME = 346
"""For the others: what the provider's pricing page says of tool use without forced choice."""


def _short(model: str) -> str:
    """The name without the provider before it: `openai/gpt-4o`, `us.anthropic.claude-3-haiku`."""
    return re.split(r"/|(?<=anthropic)\.", model)[-1].lower()


def _as_json(tools: Iterable[Tool]) -> str:
    written = [
        {"name": one.name, "description": one.description, "input_schema": one.parameters}
        for one in tools
    ]
    return json.dumps(written, ensure_ascii=False)

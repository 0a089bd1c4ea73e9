"""The protocols that the simulator speaks, each a reader and three writers of JSON."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Literal, TypeAlias

from msgspec import Struct

from evalkit.simulator import (
    _anthropic,
    _anthropic_stream,
    _openai_chat,
    _openai_chat_stream,
    _openai_responses,
    _openai_responses_stream,
)
from evalkit.simulator._answers import Reply
from evalkit.simulator._asked import Asked
from evalkit.transcript import JsonObject

Api: TypeAlias = Literal["anthropic", "openai-chat", "openai-responses"]
ARGUMENTS_AS_TEXT: frozenset[Api] = frozenset({"openai-chat", "openai-responses"})
"""Protocols that show the argument string of a call, malformed or not."""


class Wire(Struct, frozen=True, kw_only=True):
    """One protocol. Another is another value of this type."""

    api: Api
    read: Callable[[bytes], Asked]
    write: Callable[[Reply, Asked], JsonObject]
    stream: Callable[[JsonObject, Asked], Iterator[bytes]]
    """The events of an answer that `write` made."""
    write_error: Callable[[int, str], JsonObject]


OPENAI_CHAT = Wire(
    api="openai-chat",
    read=_openai_chat.read,
    write=_openai_chat.write,
    stream=_openai_chat_stream.stream,
    write_error=_openai_chat.write_error,
)
ANTHROPIC = Wire(
    api="anthropic",
    read=_anthropic.read,
    write=_anthropic.write,
    stream=_anthropic_stream.stream,
    write_error=_anthropic.write_error,
)
OPENAI_RESPONSES = Wire(
    api="openai-responses",
    read=_openai_responses.read,
    write=_openai_responses.write,
    stream=_openai_responses_stream.stream,
    write_error=_openai_chat.write_error,
)
WIRES = {
    _openai_chat.PATH: OPENAI_CHAT,
    _anthropic.PATH: ANTHROPIC,
    _openai_responses.PATH: OPENAI_RESPONSES,
}
"""Path to protocol."""

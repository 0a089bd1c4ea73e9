"""The protocols that the simulator speaks, each a reader and two writers of JSON."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal, TypeAlias

from evalkit.simulator import _anthropic, _openai_chat
from evalkit.simulator._answers import Reply
from evalkit.simulator._asked import Asked
from evalkit.transcript import JsonObject

Api: TypeAlias = Literal["anthropic", "openai-chat"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Wire:
    """One protocol. Another is another value of this type; streaming would be another writer."""

    api: Api
    read: Callable[[bytes], Asked]
    write: Callable[[Reply, Asked], JsonObject]
    write_error: Callable[[int, str], JsonObject]


OPENAI_CHAT = Wire(
    api="openai-chat",
    read=_openai_chat.read,
    write=_openai_chat.write,
    write_error=_openai_chat.write_error,
)
ANTHROPIC = Wire(
    api="anthropic",
    read=_anthropic.read,
    write=_anthropic.write,
    write_error=_anthropic.write_error,
)
WIRES = {_openai_chat.PATH: OPENAI_CHAT, _anthropic.PATH: ANTHROPIC}
"""Path to protocol."""

"""What happens in a conversation, and what the loop asks of the world outside."""

from __future__ import annotations

from msgspec import Struct, field

from evalkit.tools import FunctionCall
from evalkit.transcript import Message


class Course(Struct):
    """A conversation as far as it got; it stays when the conversation breaks off."""

    messages: list[Message] = field(default_factory=list)
    limits: list[str] = field(default_factory=list)
    """Each limit that struck, in a sentence."""
    alerts: list[str] = field(default_factory=list)
    """Each threshold that was crossed, in a sentence."""
    now_s: float = 0.0
    """What answers and tools have taken so far; nobody waited for slowness that was planned."""


class Ask(Struct, frozen=True, kw_only=True):
    """The model's next turn is wanted."""

    messages: tuple[Message, ...]


class Errands(Struct, frozen=True, kw_only=True):
    """Functions of the user's are to be run; an answer of each is wanted, in order."""

    calls: tuple[FunctionCall, ...]
    timeout_s: float
    """For each of them."""

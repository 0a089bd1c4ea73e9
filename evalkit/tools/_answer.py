"""What a tool answers to one call, before it becomes a message."""

from __future__ import annotations

import math

from msgspec import Struct

from evalkit.transcript import JsonObject, JsonValue

NEVER_S = math.inf
"""How long a tool takes that does not answer."""


class Answer(Struct, frozen=True, kw_only=True):
    """One answer of a tool."""

    call_id: str
    """The id that it is given under."""
    content: JsonValue
    is_error: bool = False
    took_s: float = 0.0
    """How long the tool took; nobody waits for time that is only simulated."""


def failed(call_id: str, code: str, message: str, **facts: JsonValue) -> Answer:
    """Tell the model that a tool failed, in the one form that every error has."""
    error: JsonObject = {"code": code, "message": message, **facts}
    return Answer(call_id=call_id, content={"error": error}, is_error=True)

"""Models that write their calls as text by order of `tool_format`."""

from __future__ import annotations

import json
from collections.abc import Sequence

from msgspec.structs import replace

from evalkit.parse import parse_text, render_tools
from evalkit.suite import Tool
from evalkit.transcript import Message, Prompt, ToolResult, Turn


def offered_in_text(
    messages: Sequence[Message], tools: Sequence[Tool], tool_format: str
) -> tuple[Message, ...]:
    """Offer the tools in the system prompt, and tell results in the words of a user.

    Raises:
        UsageError: evalkit cannot ask for this format.
    """
    offer = render_tools(tools, tool_format) if tools else ""
    system = [m.text for m in messages if isinstance(m, Prompt) and m.role == "system"]
    rest = [m for m in messages if not (isinstance(m, Prompt) and m.role == "system")]
    prompt = "\n\n".join(filter(None, [*system, offer]))
    first = (Prompt(role="system", text=prompt),) if prompt else ()
    return (*first, *map(_as_prompt, rest))


def read_from_text(turn: Turn, tools: Sequence[Tool], tool_format: str) -> Turn:
    """Take the calls out of a text in which they were asked for."""
    if not turn.text:
        return turn
    parsed = parse_text(turn.text, tool_format, tools)
    return replace(turn, text=parsed.text, calls=parsed.calls)


def _as_prompt(message: Message) -> Message:
    if not isinstance(message, ToolResult):
        return message
    content = json.dumps(message.content, ensure_ascii=False)
    return Prompt(role="user", text=f"Result of {message.name}: {content}")

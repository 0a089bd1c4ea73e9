"""Models that write their calls as text by mistake."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from msgspec.structs import replace

from evalkit.parse._parse_text import AUTO, parse_text
from evalkit.suite import Tool
from evalkit.transcript import Defect, ToolCall, Turn


def found_in_text(turn: Turn, tools: Sequence[Tool]) -> Turn:
    """Find the calls that a model wrote as text though it was offered native ones.

    Only a call of an offered tool counts: an answer may hold JSON for other reasons.
    """
    if turn.calls or not turn.text or not tools:
        return turn
    names = {tool.name for tool in tools}
    if not any(name in turn.text for name in names):
        return turn
    parsed = parse_text(turn.text, AUTO, tools)
    calls = tuple(_marked(call for call in parsed.calls if call.name in names))
    return replace(turn, text=parsed.text, calls=calls) if calls else turn


def _marked(calls: Iterable[ToolCall]) -> Iterator[ToolCall]:
    for call in calls:
        yield replace(call, defects=(*call.defects, Defect.TEXT_CALL))

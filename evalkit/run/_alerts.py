"""What is worth a look in a conversation even where nothing failed."""

from __future__ import annotations

from collections.abc import Iterator

from evalkit.suite import Settings
from evalkit.transcript import JsonObject, Stop, ToolCall, Turn


def alerts_of(turn: Turn, before: Turn | None, settings: Settings) -> Iterator[str]:
    """Say which thresholds an answer crosses, seen beside the one before it."""
    alerts = settings.alerts
    if len(turn.calls) > alerts.calls_per_turn:
        made = f"{len(turn.calls)} calls in one answer, more than {alerts.calls_per_turn}"
        yield f"{made} (alerts.calls_per_turn)"
    if alerts.repeated_turn and turn.calls and before and _asked(turn) == _asked(before):
        yield "the calls of the answer before, once more (alerts.repeated_turn)"
    if alerts.truncated and turn.stop is Stop.TRUNCATED:
        yield "the answer was cut off at its token limit (alerts.truncated)"


def slow_alert(tool: str, took_s: float, settings: Settings) -> str | None:
    """Say that a tool was slow, if it was."""
    most_s = settings.alerts.tool_s
    if took_s < most_s:
        return None
    return f"{tool} took {took_s:g} s, {most_s:g} s or more (alerts.tool_s)"


def _asked(turn: Turn) -> list[tuple[str, JsonObject | str | None]]:
    return [(call.name, _arguments(call)) for call in turn.calls]


def _arguments(call: ToolCall) -> JsonObject | str | None:
    return call.raw if call.arguments is None else call.arguments

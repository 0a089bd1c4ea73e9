"""The limits on what a model may call in one conversation."""

from __future__ import annotations

import json
from collections import Counter

from evalkit.suite import Settings
from evalkit.transcript import Stop, ToolCall, Turn


class CallLimits:
    """Counts the calls of one conversation against its limits."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._made: Counter[tuple[str, str]] = Counter()

    def strike(self, turn: Turn) -> tuple[Stop, str] | None:
        """Count the calls of a turn; tell which limit they break, if any, and how."""
        most = self._settings.max_calls
        if self._made.total() + len(turn.calls) > most:
            what = f"more than {most} calls in one conversation (settings.max_calls)"
            return Stop.TOOL_BUDGET, what
        for call in turn.calls:
            self._made[_identity(call)] += 1
        repeated = [call for call in turn.calls if self._is_over(call)]
        if repeated:
            name, allowed = repeated[0].name, self._settings.max_repeats
            what = f"{name} was called more than {allowed} times with the same arguments"
            return Stop.REPEATED_CALL, f"{what} (settings.max_repeats)"
        return None

    def _is_over(self, call: ToolCall) -> bool:
        return self._made[_identity(call)] > self._settings.max_repeats


def _identity(call: ToolCall) -> tuple[str, str]:
    if call.arguments is None:
        return call.name, call.raw or ""
    return call.name, json.dumps(call.arguments, sort_keys=True)

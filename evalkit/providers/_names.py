"""Tool names that providers refuse, and the way back from what they see to what the suite says."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence

from msgspec.structs import replace

from evalkit.suite import Tool
from evalkit.transcript import Turn

MAX_LENGTH = 64
_REFUSED = re.compile(r"[^a-zA-Z0-9_-]")


class WireNames:
    """The name of each tool on the wire, where letters, digits, `_` and `-` are allowed."""

    def __init__(self, tools: Iterable[Tool]) -> None:
        names = [tool.name for tool in tools]
        unchanged = {name for name in names if _wire_name(name) == name}
        self._wire = {name: name for name in unchanged}
        self._own = dict(self._wire)
        for name in names:
            if name not in self._wire:
                wire = self._free(_wire_name(name))
                self._wire[name] = wire
                self._own[wire] = name

    def on_wire(self, name: str) -> str:
        """Return the wire name of a tool; of one that is not offered too, for old calls of it."""
        return self._wire.get(name) or _wire_name(name)

    def own(self, wire_name: str) -> str:
        return self._own.get(wire_name, wire_name)

    def _free(self, wanted: str) -> str:
        name, number = wanted, 2
        while name in self._own:
            suffix = f"_{number}"
            name, number = wanted[: MAX_LENGTH - len(suffix)] + suffix, number + 1
        return name


def restore_names(turn: Turn, tools: Sequence[Tool]) -> Turn:
    """Give the calls of a decoded turn the names that the suite's tools have."""
    if not turn.calls or all(_wire_name(tool.name) == tool.name for tool in tools):
        return turn
    names = WireNames(tools)
    calls = tuple(replace(call, name=names.own(call.name)) for call in turn.calls)
    return replace(turn, calls=calls)


def _wire_name(name: str) -> str:
    return _REFUSED.sub("_", name)[:MAX_LENGTH]

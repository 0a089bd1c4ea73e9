"""What a simulated tool answers."""

from __future__ import annotations

from dataclasses import dataclass, field

from evalkit.matchers import ArgumentsPattern
from evalkit.transcript import JsonObject, JsonValue


@dataclass(frozen=True, slots=True, kw_only=True)
class Returned:
    """The tool answers with a value."""

    value: JsonValue


@dataclass(frozen=True, slots=True, kw_only=True)
class Fault:
    """The tool fails in a planned way."""

    name: str
    options: JsonObject = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class PythonCall:
    """A function of the user's answers: `module:function`."""

    function: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Simulated:
    """One rule of a simulated tool."""

    when: ArgumentsPattern | None = None
    """The arguments it applies to; None for any."""
    answer: Returned | Fault | PythonCall

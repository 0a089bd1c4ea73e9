"""Suites and cases, complete: everything resolved, nothing left to look up."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from msgspec import Struct

from evalkit.results import EVERY_TRIAL
from evalkit.suite._expectation import Expectation
from evalkit.suite._settings import Settings
from evalkit.suite._simulated import Simulated
from evalkit.suite._tool import Tool
from evalkit.transcript import JsonValue, Message


class UserTurn(Struct, frozen=True, kw_only=True):
    """One line of a scripted user."""

    text: str
    expect: Expectation | None = None
    """What must hold from this line up to the next one."""


class Case(Struct, frozen=True, kw_only=True):
    """One conversation to hold and what is expected of it."""

    suite: str
    id: str
    """Unique in its suite; a case of a matrix carries its values: `two-cities[Paris]`."""
    where: str
    """`file:line:column` of the case."""
    given: tuple[Message, ...]
    """What lies before the model at first: the system prompt, then the conversation so far."""
    expect: Expectation | None
    """What must hold over the whole conversation; None where only the turns expect something."""
    written: JsonValue = None
    """What is expected, as the suite writes it; templates are filled in."""
    turns: tuple[UserTurn, ...] = ()
    """The scripted user, the line that ends `given` included; empty for a case without one."""
    tools: tuple[Tool, ...] = ()
    settings: Settings
    simulate: Mapping[str, tuple[Simulated, ...]]
    """What each simulated tool answers: the first rule that applies."""
    tags: tuple[str, ...] = ()
    description: str = ""
    trials: int = 1
    pass_rate: float = EVERY_TRIAL
    """The share of the trials that must pass."""
    skip: str | None = None
    """Why the case is not run."""


class Suite(Struct, frozen=True, kw_only=True):
    """The cases of one file and of those that it includes."""

    name: str
    description: str = ""
    file: Path
    cases: tuple[Case, ...]
    tools: tuple[Tool, ...] = ()
    settings: Settings

"""Compiled value patterns and what they say when a value differs."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TypeAlias

from msgspec import Struct

from evalkit.results import Kind
from evalkit.transcript import JsonValue


class Context(Struct, frozen=True, kw_only=True):
    """What a pattern may look at beside the value."""

    results: tuple[tuple[str, JsonValue], ...] = ()
    """Tool name and content of every earlier tool result, oldest first; for `$result`."""
    allow_python: bool = False
    """Whether `$python` may run."""


EMPTY_CONTEXT = Context()


class Mismatch(Struct, frozen=True, kw_only=True):
    """One place where a value is not what was expected."""

    path: str
    """The JSON path from the root of the value, such as `$.location`."""
    reason: str
    """One line without the path; what differs, with both values."""
    expected: JsonValue
    """As the suite wrote it; None for an invented argument."""
    actual: JsonValue
    """None for a missing argument."""
    kind: Kind = Kind.WRONG_ARGUMENT


Check: TypeAlias = Callable[[JsonValue, Context], tuple[Mismatch, ...]]
"""Every mismatch of a value; empty when it matches."""

Reason: TypeAlias = Callable[[JsonValue, Context], str | None]
"""Why a value does not match, or None when it does."""

Matcher: TypeAlias = Callable[[JsonValue], Reason]
"""A matcher of one's own: takes its operand and raises ValueError on one that it cannot use."""


class BadPattern(ValueError):
    """A pattern cannot be compiled.

    `path` leads from its root to the value that is wrong; with `at_key` the key that this value
    stands under is wrong, not the value.
    """

    def __init__(
        self,
        what: str,
        *,
        path: tuple[str | int, ...] = (),
        hint: str | None = None,
        at_key: bool = False,
    ) -> None:
        super().__init__(what)
        self.what = what
        self.path = path
        self.hint = hint
        self.at_key = at_key

    def below(self, *path: str | int) -> BadPattern:
        """The same complaint, seen from a value that holds this one at `path`."""
        path = (*path, *self.path)
        return BadPattern(self.what, path=path, hint=self.hint, at_key=self.at_key)


@dataclass(frozen=True, slots=True, kw_only=True)
class Pattern:
    """What a value must be like."""

    source: JsonValue
    """As the suite wrote it."""
    check: Check = field(repr=False, compare=False)
    accepts_all: bool = False
    """True when no value fails it, so that it proves nothing."""
    is_optional: bool = False
    """True for `$optional`: its key may be missing."""
    is_absent: bool = False
    """True for `$absent`: its key must be missing."""

    def match(self, actual: JsonValue, context: Context = EMPTY_CONTEXT) -> Mismatch | None:
        """The first place where `actual` differs, or None when it matches."""
        found = self.check(actual, context)
        return found[0] if found else None


Compile: TypeAlias = Callable[[JsonValue], Pattern]
"""How a matcher reads the patterns inside its operand; raises `BadPattern`."""


def reasoned(source: JsonValue, reason: Reason, kind: Kind = Kind.WRONG_ARGUMENT) -> Pattern:
    """The pattern of a matcher that says in words why a value does not match."""

    def check(actual: JsonValue, context: Context) -> tuple[Mismatch, ...]:
        why = reason(actual, context)
        if why is None:
            return ()
        return (Mismatch(path="$", reason=why, expected=source, actual=actual, kind=kind),)

    return Pattern(source=source, check=check)

"""Mappings of named values: the arguments of a call, and plain mappings inside them."""

from __future__ import annotations

import dataclasses
import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import TypeAlias

from msgspec.structs import replace

from evalkit.matchers._values import EMPTY_CONTEXT, Context, Mismatch, Pattern
from evalkit.matchers._words import show
from evalkit.results import Kind
from evalkit.transcript import JsonObject, JsonValue

Fields: TypeAlias = tuple[tuple[str, Pattern], ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class ArgumentsPattern:
    """What the arguments of a call must be like."""

    source: JsonObject
    """As the suite wrote it."""
    fields: Fields = field(repr=False, compare=False)
    extra: bool = False
    """Whether arguments may be there that `source` does not name."""

    def match(
        self, arguments: JsonObject, context: Context = EMPTY_CONTEXT
    ) -> tuple[Mismatch, ...]:
        """Every argument that is wrong or missing, then every invented one."""
        return match_fields(self.fields, arguments, context, extra=self.extra)

    def with_extra(self, *, allowed: bool) -> ArgumentsPattern:
        """The same pattern, which allows other arguments or does not."""
        return dataclasses.replace(self, extra=allowed)


def match_fields(
    fields: Fields, actual: JsonObject, context: Context, *, extra: bool
) -> tuple[Mismatch, ...]:
    """Compare the values of `actual` one by one; `extra` allows more of them than `fields`."""
    found: list[Mismatch] = []
    known = 0
    for name, pattern in fields:
        if name in actual:
            known += 1
            wrong = pattern.check(actual[name], context)
            if wrong:
                found += below(name, wrong)
        elif not (pattern.is_optional or pattern.is_absent):
            found.append(_missing(name, pattern))
    if not extra and known < len(actual):
        named = {name for name, _ in fields}
        found += [_invented(name, actual[name]) for name in actual if name not in named]
    return tuple(found)


def below(step: str | int, found: Iterable[Mismatch]) -> Sequence[Mismatch]:
    """The same mismatches, seen from the value that holds theirs under `step`."""
    return [replace(each, path=f"${_step(step)}{each.path[1:]}") for each in found]


def _step(step: str | int) -> str:
    if isinstance(step, int):
        return f"[{step}]"
    return f".{step}" if step.isidentifier() else f"[{json.dumps(step)}]"


def _missing(name: str, pattern: Pattern) -> Mismatch:
    wanted: JsonValue = pattern.source
    return Mismatch(
        path=f"${_step(name)}",
        reason="missing" if pattern.accepts_all else f"missing, expected {show(wanted)}",
        expected=wanted,
        actual=None,
        kind=Kind.MISSING_ARGUMENT,
    )


def _invented(name: str, value: JsonValue) -> Mismatch:
    return Mismatch(
        path=f"${_step(name)}",
        reason=f"not expected at all, got {show(value)}",
        expected=None,
        actual=value,
        kind=Kind.INVENTED_ARGUMENT,
    )

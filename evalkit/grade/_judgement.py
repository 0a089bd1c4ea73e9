"""What a grader says of a conversation."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from functools import lru_cache
from typing import TypeAlias

from msgspec import Struct
from msgspec.structs import replace

from evalkit.grade._scene import Scene
from evalkit.results import Pairing, Status, Verdict

MAX_CACHED = 4096


class Judgement(Struct, frozen=True, kw_only=True):
    """Verdicts, and the calls as the selection measures count them."""

    verdicts: tuple[Verdict, ...] = ()
    pairings: tuple[Pairing, ...] = ()

    @property
    def holds(self) -> bool:
        return all(verdict.status is Status.PASSED for verdict in self.verdicts)


Judge: TypeAlias = Callable[[Scene], Judgement]
"""One part of an expectation, ready to judge."""


@lru_cache(maxsize=MAX_CACHED)
def passed(expectation: str, call: int | None = None) -> Verdict:
    """The verdict that an expectation holds."""
    return Verdict(expectation=expectation, status=Status.PASSED, call=call)


@lru_cache(maxsize=MAX_CACHED)
def paired(expected: str | None, called: str | None, *, arguments_match: bool = False) -> Pairing:
    """An expected call beside the one that was made."""
    return Pairing(expected=expected, called=called, arguments_match=arguments_match)


def together(judgements: Iterable[Judgement]) -> Judgement:
    """Everything that several judges said."""
    found = list(judgements)
    if len(found) == 1:
        return found[0]
    return Judgement(
        verdicts=tuple(verdict for one in found for verdict in one.verdicts),
        pairings=tuple(pairing for one in found for pairing in one.pairings),
    )


def within(place: str, judgement: Judgement) -> Judgement:
    """The same judgement, its expectations and complaints told to be about `place`."""
    verdicts = tuple(
        replace(
            verdict,
            expectation=f"{place} {verdict.expectation}",
            reason=verdict.reason and f"{place}: {verdict.reason}",
        )
        for verdict in judgement.verdicts
    )
    return Judgement(verdicts=verdicts, pairings=judgement.pairings)

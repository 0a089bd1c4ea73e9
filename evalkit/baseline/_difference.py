"""How far two runs differ on the cases that both graded, and whether that may be chance."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import TypeAlias

from evalkit.baseline._changes import Records
from evalkit.baseline._scan import CaseRecord
from evalkit.measures import CaseKey
from evalkit.stats import (
    Interval,
    cluster_interval,
    mcnemar_exact,
    minimum_detectable_difference,
    newcombe_paired,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Difference:
    """Head against base; a case is right when all of its graded trials passed."""

    cases: int
    """Cases that both graded."""
    before: float
    """The mean pass rate of these cases in the base; 0 where there are none."""
    after: float
    only_base: int
    """Cases that only the base got right."""
    only_head: int
    p: float
    """Of McNemar's exact test, two-sided."""
    interval: Interval | None
    """The 95 % interval of `after - before`; None without a common case.

    Newcombe's for single trials; where cases were tried several times, the bootstrap over cases.
    """

    @property
    def change(self) -> float:
        return self.after - self.before

    @property
    def detectable(self) -> float | None:
        """The smallest change that as many cases would show four times out of five."""
        discordant = (self.only_base + self.only_head) / self.cases if self.cases else 0.0
        return minimum_detectable_difference(self.cases, discordant) if discordant else None


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """The difference on the cases with one tag, or those that expect one tool."""

    name: str
    difference: Difference

    @property
    def has_moved(self) -> bool:
        """Whether any case changed sides."""
        return bool(self.difference.only_base or self.difference.only_head)


@dataclass(frozen=True, slots=True, kw_only=True)
class Differences:
    """The difference on all cases, and on those with each tag and each expected tool."""

    overall: Difference
    tags: tuple[Part, ...]
    tools: tuple[Part, ...]


Shares: TypeAlias = tuple[float, float]
"""The share of a case's trials that passed, before and now."""


def differ(before: Records, after: Records) -> Differences:
    """Compare the cases that both could judge; tags and tools are those of the head."""
    shares = {
        key: (before[key].share, now.share)
        for key, now in after.items()
        if key in before and before[key].graded and now.graded
    }
    return Differences(
        overall=_difference(list(shares.values())),
        tags=_parts(shares, after, lambda record: record.tags),
        tools=_parts(shares, after, lambda record: record.tools),
    )


def _parts(
    shares: Mapping[CaseKey, Shares],
    after: Records,
    names: Callable[[CaseRecord], tuple[str, ...]],
) -> tuple[Part, ...]:
    groups: dict[str, list[Shares]] = {}
    for key, pair in shares.items():
        for name in names(after[key]):
            groups.setdefault(name, []).append(pair)
    return tuple(Part(name=name, difference=_difference(groups[name])) for name in sorted(groups))


def _difference(shares: Sequence[Shares]) -> Difference:
    table = Counter((then == 1, now == 1) for then, now in shares)
    only_base, only_head = table[True, False], table[False, True]
    return Difference(
        cases=len(shares),
        before=_mean(shares, 0),
        after=_mean(shares, 1),
        only_base=only_base,
        only_head=only_head,
        p=mcnemar_exact(only_base, only_head),
        interval=_interval(shares, table) if shares else None,
    )


def _interval(shares: Sequence[Shares], table: Counter[tuple[bool, bool]]) -> Interval:
    if all(then in _WHOLE and now in _WHOLE for then, now in shares):
        both, neither = table[True, True], table[False, False]
        return newcombe_paired(both, table[False, True], table[True, False], neither)
    return cluster_interval([now - then for then, now in shares])


def _mean(shares: Sequence[Shares], side: int) -> float:
    return sum(pair[side] for pair in shares) / len(shares) if shares else 0.0


_WHOLE = (0.0, 1.0)

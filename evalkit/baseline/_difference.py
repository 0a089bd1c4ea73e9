"""How far two runs differ on the cases that both graded, and whether that may be chance."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from typing import TypeAlias

from msgspec import Struct

from evalkit.baseline._changes import Records
from evalkit.stats import (
    Interval,
    cluster_interval,
    holm,
    mcnemar_exact,
    minimum_detectable_difference,
    newcombe_paired,
)


class Difference(Struct, frozen=True, kw_only=True):
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


class Part(Struct, frozen=True, kw_only=True):
    """The difference on the cases with one tag, or those that expect one tool."""

    name: str
    difference: Difference
    p_adjusted: float
    """After Holm over all tags, or over all tools."""

    @property
    def has_moved(self) -> bool:
        """Whether any case changed sides."""
        return bool(self.difference.only_base or self.difference.only_head)


class Differences(Struct, frozen=True, kw_only=True):
    """The difference on all cases, and on those with each tag and each expected tool."""

    overall: Difference
    tags: tuple[Part, ...]
    tools: tuple[Part, ...]


Pairs: TypeAlias = Counter[tuple[float, float]]
"""How many cases have these shares of their trials passed, before and now."""


def differ(before: Records, after: Records) -> Differences:
    """Compare the cases that both could judge; tags and tools are those of the head."""
    alike = Counter(
        (now.tags, now.tools, then.share, now.share)
        for key, now in after.items()
        if now.graded and (then := before.get(key)) is not None and then.graded
    )
    overall: Pairs = Counter()
    tags: dict[str, Pairs] = {}
    tools: dict[str, Pairs] = {}
    for (its_tags, its_tools, then_share, now_share), cases in alike.items():
        pair = then_share, now_share
        overall[pair] += cases
        for tag in its_tags:
            tags.setdefault(tag, Counter())[pair] += cases
        for tool in its_tools:
            tools.setdefault(tool, Counter())[pair] += cases
    return Differences(overall=_difference(overall), tags=_parts(tags), tools=_parts(tools))


def _parts(pairs: Mapping[str, Pairs]) -> tuple[Part, ...]:
    differences = {name: _difference(pairs[name]) for name in sorted(pairs)}
    adjusted = holm([each.p for each in differences.values()])
    return tuple(
        Part(name=name, difference=each, p_adjusted=p)
        for (name, each), p in zip(differences.items(), adjusted, strict=True)
    )


def _difference(pairs: Pairs) -> Difference:
    table: Counter[tuple[bool, bool]] = Counter()
    for (then, now), cases in pairs.items():
        table[then == 1, now == 1] += cases
    only_base, only_head = table[True, False], table[False, True]
    return Difference(
        cases=pairs.total(),
        before=_mean(pairs, 0),
        after=_mean(pairs, 1),
        only_base=only_base,
        only_head=only_head,
        p=mcnemar_exact(only_base, only_head),
        interval=_interval(pairs, table) if pairs else None,
    )


def _interval(pairs: Pairs, table: Counter[tuple[bool, bool]]) -> Interval:
    if all(then in _WHOLE and now in _WHOLE for then, now in pairs):
        both, neither = table[True, True], table[False, False]
        return newcombe_paired(both, table[False, True], table[True, False], neither)
    return cluster_interval([now - then for then, now in pairs.elements()])


def _mean(pairs: Pairs, side: int) -> float:
    total = pairs.total()
    return sum(pair[side] * cases for pair, cases in pairs.items()) / total if total else 0.0


_WHOLE = (0.0, 1.0)

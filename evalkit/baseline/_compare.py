"""Two runs -> what differs between them, for each provider."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable

from msgspec import Struct
from msgspec.structs import replace

from evalkit.baseline._changes import CaseChange, Change, Records, find_changes
from evalkit.baseline._difference import Difference, Part, differ
from evalkit.baseline._scan import RunDigest, Trial
from evalkit.collector import without_collector
from evalkit.errors import UsageError
from evalkit.results import Rate, Status
from evalkit.stats import holm, wilson


class Totals(Struct, frozen=True, kw_only=True):
    """What the head run of one provider came to, on all of its cases."""

    passed: int
    """Cases that passed in every graded trial."""
    graded: int
    errored: int
    """Conversations that could not be judged."""
    malformed_json: Rate
    usd_per_1000: float | None
    """For a thousand graded conversations; None where a price is unknown."""

    @property
    def accuracy(self) -> float | None:
        return self.passed / self.graded if self.graded else None


class ProviderComparison(Struct, frozen=True, kw_only=True):
    """One provider, before and now."""

    base: str
    head: str
    """The same name, unless each run asked one provider only."""
    difference: Difference
    p_adjusted: float
    """After Holm, where several providers are compared at once."""
    tags: tuple[Part, ...]
    tools: tuple[Part, ...]
    changes: tuple[CaseChange, ...]
    totals: Totals

    def of(self, change: Change) -> tuple[CaseChange, ...]:
        return tuple(each for each in self.changes if each.change is change)

    @property
    def counts(self) -> Counter[Change]:
        return Counter(each.change for each in self.changes)


class RunComparison(Struct, frozen=True, kw_only=True):
    """A run against a base."""

    base: RunDigest
    head: RunDigest
    providers: tuple[ProviderComparison, ...]
    only_base: tuple[str, ...]
    """Providers that only the base asked."""
    only_head: tuple[str, ...]


def compare_runs(base: RunDigest, head: RunDigest) -> RunComparison:
    """Compare two runs case by case.

    Providers are matched by name; where each run asked a single one, these two are compared.

    Raises:
        UsageError: no provider is in both, or they share no case.
    """
    pairs = _pairs(base, head)
    with without_collector():
        compared = tuple(_compare(base, head, pair) for pair in pairs)
    if not any(each.difference.cases for each in compared):
        raise UsageError(
            "the runs have no case in common that both could judge",
            where=f"{base.name} and {head.name}",
            hint="compare runs of the same suites and providers",
        )
    adjusted = holm([each.difference.p for each in compared])
    return RunComparison(
        base=base,
        head=head,
        providers=tuple(
            replace(each, p_adjusted=p) for each, p in zip(compared, adjusted, strict=True)
        ),
        only_base=_others(base, {one for one, _ in pairs}),
        only_head=_others(head, {other for _, other in pairs}),
    )


def _pairs(base: RunDigest, head: RunDigest) -> list[tuple[str, str]]:
    if len(base.providers) == len(head.providers) == 1:
        return [(base.providers[0], head.providers[0])]
    known = set(base.providers)
    return [(name, name) for name in head.providers if name in known]


def _others(run: RunDigest, compared: set[str]) -> tuple[str, ...]:
    return tuple(name for name in run.providers if name not in compared)


def _compare(base: RunDigest, head: RunDigest, pair: tuple[str, str]) -> ProviderComparison:
    before, after = base.cases[pair[0]], head.cases[pair[1]]
    differences = differ(before, after)
    return ProviderComparison(
        base=pair[0],
        head=pair[1],
        difference=differences.overall,
        p_adjusted=differences.overall.p,
        tags=differences.tags,
        tools=differences.tools,
        changes=find_changes(base, head, before, after),
        totals=_totals(after),
    )


def _totals(after: Records) -> Totals:
    graded = [record for record in after.values() if record.graded]
    trials = [trial for record in after.values() for trial in record.trials]
    judged = [each for each in trials if each.status in (Status.PASSED, Status.FAILED)]
    malformed = sum(trial.malformed_calls for trial in judged)
    return Totals(
        passed=sum(record.share == 1 for record in graded),
        graded=len(graded),
        errored=sum(trial.status is Status.ERRORED for trial in trials),
        malformed_json=_rate(malformed, sum(trial.written_calls for trial in judged)),
        usd_per_1000=_per_1000(judged),
    )


def _rate(hits: int, total: int) -> Rate:
    if not total:
        return Rate(hits=0, total=0)
    low, high = wilson(hits, total)
    return Rate(hits=hits, total=total, low=low, high=high)


def _per_1000(trials: Iterable[Trial]) -> float | None:
    costs = [trial.cost_usd for trial in trials]
    known = [cost for cost in costs if cost is not None]
    return 1000 * sum(known) / len(known) if known and len(known) == len(costs) else None

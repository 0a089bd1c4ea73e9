"""What the answers of a provider took: tokens, money and time."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from msgspec import Struct

from evalkit.results import CaseResult, Status
from evalkit.stats import percentile


class Tokens(Struct, frozen=True, kw_only=True):
    """Sums over all graded conversations; None where no answer reported any."""

    input: int | None
    output: int | None
    cached: int | None
    reasoning: int | None
    unreported: int
    """Answers without any usage; the sums do not hold their tokens."""


class Cost(Struct, frozen=True, kw_only=True):
    """What the graded conversations cost, as far as their price is known."""

    total_usd: float | None
    per_case_usd: float | None
    """Per conversation; None where the price of none is known."""
    per_passed_usd: float | None
    """All that was spent, divided by the conversations that passed; None where none passed."""
    priced: int
    """Conversations whose price is known; only these enter the figures above."""
    unpriced: int

    @property
    def per_1000_usd(self) -> float | None:
        return None if self.per_case_usd is None else 1000 * self.per_case_usd


class Latency(Struct, frozen=True, kw_only=True):
    """How long an exchange took."""

    p50_s: float | None
    p95_s: float | None
    exchanges: int
    """Exchanges whose latency is known."""
    recorded: bool
    """True when any of them was replayed: the figure is that of the recording."""


def count_tokens(graded: Iterable[CaseResult]) -> Tokens:
    usages = [turn.usage for result in graded for turn in result.transcript.turns]
    return Tokens(
        input=_sum(usage.input for usage in usages),
        output=_sum(usage.output for usage in usages),
        cached=_sum(usage.cache_read for usage in usages),
        reasoning=_sum(usage.reasoning for usage in usages),
        unreported=sum(usage.input is None and usage.output is None for usage in usages),
    )


def add_up_cost(graded: Sequence[CaseResult]) -> Cost:
    priced = [(cost, r.status) for r in graded if (cost := r.cost_usd) is not None]
    total = sum(cost for cost, _ in priced) if priced else None
    passed = sum(status is Status.PASSED for _, status in priced)
    return Cost(
        total_usd=total,
        per_case_usd=None if total is None else total / len(priced),
        per_passed_usd=total / passed if total is not None and passed else None,
        priced=len(priced),
        unpriced=len(graded) - len(priced),
    )


def time_exchanges(graded: Iterable[CaseResult]) -> Latency:
    timed = [e for r in graded for e in r.transcript.exchanges if e.latency_s is not None]
    seconds = [e.latency_s for e in timed if e.latency_s is not None]
    return Latency(
        p50_s=percentile(seconds, 50),
        p95_s=percentile(seconds, 95),
        exchanges=len(timed),
        recorded=any(exchange.replayed for exchange in timed),
    )


def _sum(counts: Iterable[int | None]) -> int | None:
    known = [count for count in counts if count is not None]
    return sum(known) if known else None

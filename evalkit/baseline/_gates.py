"""Rules by which a comparison, or a run, is not good enough."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from enum import StrEnum

from msgspec import Struct

from evalkit.baseline._changes import Change
from evalkit.baseline._compare import ProviderComparison, RunComparison
from evalkit.cost import schema_tokens
from evalkit.measures import SIGNIFICANT
from evalkit.runfile import RunHeader
from evalkit.suite import read_tools


class FailOn(StrEnum):
    """What counts as a regression."""

    BROKEN = "broken"
    """A case that passed in all of its trials fails in all of them."""
    SIGNIFICANT = "significant"
    """More cases got worse than better, beyond chance."""
    ANY_DROP = "any-drop"
    """A case passes in a smaller share of its trials, or the accuracy is lower."""
    NOTHING = "nothing"


class Gates(Struct, frozen=True, kw_only=True):
    """What must hold; None where it does not matter."""

    fail_on: FailOn = FailOn.BROKEN
    min_accuracy: float | None = None
    """The share of the head's graded cases that must pass."""
    max_malformed: float | None = None
    """The share of calls whose arguments may be no JSON."""
    max_cost: float | None = None
    """USD for a thousand conversations."""
    max_schema_tokens: int | None = None
    """Tokens that the tools of a suite may take of every request."""


class Breach(Struct, frozen=True, kw_only=True):
    """A gate that does not hold, or could not be judged."""

    gate: str
    provider: str
    what: str
    is_unknown: bool = False
    """True when the figure that it needs is not known: trouble, not a regression."""


def find_breaches(comparison: RunComparison, gates: Gates) -> tuple[Breach, ...]:
    """Hold every provider to the gates."""
    header = comparison.head.header
    return tuple(
        breach
        for each in comparison.providers
        for breach in (
            *_breaches(each, gates),
            *_above_schema_tokens(header, each.head, gates.max_schema_tokens),
        )
    )


def _breaches(compared: ProviderComparison, gates: Gates) -> Iterator[Breach]:
    regression = _REGRESSIONS[gates.fail_on](compared)
    if regression:
        yield Breach(gate=gates.fail_on.value, provider=compared.head, what=regression)
    yield from _below_accuracy(compared, gates.min_accuracy)
    yield from _above_malformed(compared, gates.max_malformed)
    yield from _above_cost(compared, gates.max_cost)


def _broken(compared: ProviderComparison) -> str | None:
    count = compared.counts[Change.BROKEN]
    return f"{count} {'case is' if count == 1 else 'cases are'} broken" if count else None


def _worse_beyond_chance(compared: ProviderComparison) -> str | None:
    difference = compared.difference
    if difference.only_base <= difference.only_head or compared.p_adjusted >= SIGNIFICANT:
        return None
    return (
        f"{difference.only_base} cases got worse and {difference.only_head} better, "
        f"p = {compared.p_adjusted:.2g}"
    )


def _any_drop(compared: ProviderComparison) -> str | None:
    count = sum(change.is_drop for change in compared.changes)
    return f"{count} {'case passes' if count == 1 else 'cases pass'} less often" if count else None


def _nothing(compared: ProviderComparison) -> str | None:  # noqa: ARG001 - a regression rule's signature
    return None


_REGRESSIONS: Mapping[FailOn, Callable[[ProviderComparison], str | None]] = {
    FailOn.BROKEN: _broken,
    FailOn.SIGNIFICANT: _worse_beyond_chance,
    FailOn.ANY_DROP: _any_drop,
    FailOn.NOTHING: _nothing,
}


def _below_accuracy(compared: ProviderComparison, least: float | None) -> Iterator[Breach]:
    accuracy = compared.totals.accuracy
    if least is None:
        return
    if accuracy is None:
        yield _unknown("min-accuracy", compared, "no case could be judged")
    elif accuracy < least:
        what = f"{accuracy:.1%} of the cases pass, at least {least:.1%} expected"
        yield Breach(gate="min-accuracy", provider=compared.head, what=what)


def _above_malformed(compared: ProviderComparison, most: float | None) -> Iterator[Breach]:
    rate = compared.totals.malformed_json
    if most is not None and rate.value is not None and rate.value > most:
        what = f"{rate.hits} of {rate.total} calls are malformed JSON, at most {most:.1%} allowed"
        yield Breach(gate="max-malformed", provider=compared.head, what=what)


def _above_cost(compared: ProviderComparison, most: float | None) -> Iterator[Breach]:
    cost = compared.totals.usd_per_1000
    if most is None:
        return
    if cost is None:
        yield _unknown("max-cost", compared, "the price of a conversation is unknown")
    elif cost > most:
        what = f"1,000 conversations cost {cost:.2f} USD, at most {most:.2f} allowed"
        yield Breach(gate="max-cost", provider=compared.head, what=what)


def _above_schema_tokens(header: RunHeader, provider: str, most: int | None) -> Iterator[Breach]:
    model, api = next(
        ((each.model, each.api) for each in header.providers if each.name == provider), ("", "")
    )
    for suite in header.suites if most is not None else ():
        tokens = schema_tokens(read_tools(list(suite.tools)), model, api=api).total
        if most is not None and tokens > most:
            taken = f"the tools of {suite.name} take about {tokens:,} tokens"
            what = f"{taken}, at most {most:,} allowed"
            yield Breach(gate="max-schema-tokens", provider=provider, what=what)


def _unknown(gate: str, compared: ProviderComparison, why: str) -> Breach:
    return Breach(gate=gate, provider=compared.head, what=why, is_unknown=True)

"""All measures of one provider."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from msgspec import Struct

from evalkit.measures import _rates
from evalkit.measures._accuracy import (
    GRADED,
    Accuracy,
    TagAccuracy,
    accuracy,
    accuracy_by_tag,
    trials_by_case,
)
from evalkit.measures._selection import (
    Confusion,
    Selection,
    ToolSelection,
    argument_accuracy,
    confuse,
    select,
)
from evalkit.measures._spending import (
    Cost,
    Latency,
    Tokens,
    add_up_cost,
    count_tokens,
    time_exchanges,
)
from evalkit.results import CaseResult, Kind, Rate, Status


class ProviderSummary(Struct, frozen=True, kw_only=True):
    """How one provider did. Errored and skipped conversations enter no rate and no sum."""

    provider: str
    model: str
    simulated: bool
    """True when a simulator gave any of the answers."""
    recorded_at: tuple[str, ...]
    """When the oldest and the newest of the replayed answers were recorded; else empty."""
    conversations: int
    graded: int
    errored: int
    """Conversations that could not be judged; shown beside every rate."""
    skipped: int
    accuracy: Accuracy
    tags: tuple[TagAccuracy, ...]
    selection: Selection
    tools: tuple[ToolSelection, ...]
    confusion: tuple[Confusion, ...]
    arguments: Rate
    malformed_json: Rate
    """`total` is 0 (n/a) where the API delivers arguments already parsed."""
    schema_violations: Rate
    unknown_tools: Rate
    over_calls: Rate
    no_calls: Rate
    kinds: tuple[tuple[Kind, int], ...]
    """The ways of failing, each with the number of conversations, the most frequent first."""
    tokens: Tokens
    cost: Cost
    latency: Latency


def summarise(results: Iterable[CaseResult]) -> tuple[ProviderSummary, ...]:
    """Measure each provider, in the order in which they first appear."""
    return tuple(_summary(group) for group in by_provider(results).values())


def by_provider(results: Iterable[CaseResult]) -> dict[str, list[CaseResult]]:
    groups: dict[str, list[CaseResult]] = {}
    for result in results:
        groups.setdefault(result.provider, []).append(result)
    return groups


def _summary(results: Sequence[CaseResult]) -> ProviderSummary:
    graded = [result for result in results if result.status in GRADED]
    selection, tools = select(graded)
    return ProviderSummary(
        provider=results[0].provider,
        model=results[0].model,
        simulated=any(result.transcript.simulated for result in results),
        recorded_at=_recorded_at(results),
        conversations=len(results),
        graded=len(graded),
        errored=sum(result.status is Status.ERRORED for result in results),
        skipped=sum(result.status is Status.SKIPPED for result in results),
        accuracy=accuracy(trials_by_case(results)),
        tags=accuracy_by_tag(results),
        selection=selection,
        tools=tools,
        confusion=confuse(graded),
        arguments=argument_accuracy(graded),
        malformed_json=_rates.malformed_json(graded),
        schema_violations=_rates.schema_violations(graded),
        unknown_tools=_rates.unknown_tools(graded),
        over_calls=_rates.over_calls(graded),
        no_calls=_rates.no_calls(graded),
        kinds=_rates.count_kinds(graded),
        tokens=count_tokens(graded),
        cost=add_up_cost(graded),
        latency=time_exchanges(graded),
    )


def _recorded_at(results: Iterable[CaseResult]) -> tuple[str, ...]:
    times = sorted({r.transcript.recorded_at for r in results if r.transcript.recorded_at})
    return (times[0], times[-1]) if times else ()

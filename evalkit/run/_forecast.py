"""What a run would ask, and about what that costs, before anybody is asked."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence

from msgspec import Struct

from evalkit.cassettes import Asked
from evalkit.cost import Prices, price
from evalkit.providers import Provider, find_api
from evalkit.run._exchange import most_output, request
from evalkit.run._runner import Job
from evalkit.transcript import Usage

BYTES_PER_TOKEN = 4
"""Of English and JSON; other languages take more tokens."""


class Forecast(Struct, frozen=True, kw_only=True):
    """What one provider would be asked. Of each conversation only the first request is known."""

    provider: str
    model: str
    conversations: int
    requests_most: int
    """With every conversation as long as its settings allow."""
    input_tokens: int
    """Of the first requests, about."""
    usd_least: float | None
    """For the first requests with nothing answered; None where the price is unknown."""
    usd_most: float | None
    """For all requests, with every answer as long as its settings allow."""


class _Part(Struct, frozen=True, kw_only=True):
    """The share of one conversation."""

    turns: int
    input_tokens: int
    output_tokens: int

    @property
    def least(self) -> Usage:
        return Usage(input=self.input_tokens, output=0)

    @property
    def most(self) -> Usage:
        """Each further request holds all answers before it."""
        answers_read = self.turns * (self.turns - 1) // 2
        return Usage(
            input=self.turns * self.input_tokens + answers_read * self.output_tokens,
            output=self.turns * self.output_tokens,
        )


def opening(job: Job) -> Asked:
    """Return the first request of every trial of a case."""
    return request(job.provider, find_api(job.provider.api), job.case.given, job.case)


def forecast(jobs: Iterable[Job], prices: Mapping[str, Prices]) -> tuple[Forecast, ...]:
    """Say for each provider what holding these jobs would take."""
    providers: dict[str, Provider] = {}
    parts: dict[str, list[_Part]] = {}
    for job in jobs:
        left = job.case.trials - len(job.done) if job.case.skip is None else 0
        providers[job.provider.name] = job.provider
        parts.setdefault(job.provider.name, []).extend([_part(job)] * left)
    return tuple(_forecast(providers[name], of_one, prices) for name, of_one in parts.items())


def _forecast(provider: Provider, parts: Sequence[_Part], prices: Mapping[str, Prices]) -> Forecast:
    return Forecast(
        provider=provider.name,
        model=provider.model,
        conversations=len(parts),
        requests_most=sum(part.turns for part in parts),
        input_tokens=sum(part.input_tokens for part in parts),
        usd_least=_sum_usd(provider, (part.least for part in parts), prices),
        usd_most=_sum_usd(provider, (part.most for part in parts), prices),
    )


def _part(job: Job) -> _Part:
    case, body = job.case, opening(job).body
    assert not isinstance(body, bytes)
    is_longer = case.simulate or len(case.turns) > 1
    return _Part(
        turns=case.settings.max_turns * max(1, len(case.turns)) if is_longer else 1,
        input_tokens=len(json.dumps(body)) // BYTES_PER_TOKEN,
        output_tokens=most_output(body),
    )


def _sum_usd(
    provider: Provider, usages: Iterable[Usage], prices: Mapping[str, Prices]
) -> float | None:
    url = find_api(provider.api).endpoint(provider)
    costs = [price(usage, provider.model, url, prices.get(provider.model)) for usage in usages]
    known = [cost for cost in costs if cost is not None]
    return sum(known) if len(known) == len(costs) else None

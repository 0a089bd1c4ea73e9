"""Which providers are worth their price: the Pareto front of accuracy over cost."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from enum import StrEnum

from msgspec import Struct
from msgspec.structs import replace

from evalkit.measures._summary import ProviderSummary


class Standing(StrEnum):
    """Where a provider stands to the front."""

    ON = "on"
    """No provider of known cost is at least as accurate and no dearer, and better in one."""
    OFF = "off"
    UNKNOWN = "unknown"
    """The price of a graded conversation is not known, or no case could be judged."""


class FrontPoint(Struct, frozen=True, kw_only=True):
    """A provider as a point: what it costs, and how often it is right."""

    provider: str
    accuracy: float | None
    usd_per_1000: float | None
    """For 1,000 cases; None where the price of any graded conversation is unknown."""
    standing: Standing
    beaten_by: tuple[str, ...] = ()
    """The providers that keep it off the front."""


def pareto_front(summaries: Iterable[ProviderSummary]) -> tuple[FrontPoint, ...]:
    """Place each provider on the front or off it, in the order of `summaries`.

    The front is that of the measured figures: a lead in accuracy that may be chance counts as a
    lead, so it is to be read beside the ranks. A provider of unknown cost stands neither on the
    front nor off it, and keeps no other off it.
    """
    points = [_point(summary) for summary in summaries]
    return tuple(_placed(point, points) for point in points)


def _point(summary: ProviderSummary) -> FrontPoint:
    cost = summary.cost
    return FrontPoint(
        provider=summary.provider,
        accuracy=summary.accuracy.value,
        usd_per_1000=None if cost.unpriced else cost.per_1000_usd,
        standing=Standing.UNKNOWN,
    )


def _placed(point: FrontPoint, points: Sequence[FrontPoint]) -> FrontPoint:
    if point.accuracy is None or point.usd_per_1000 is None:
        return point
    beaten_by = tuple(
        other.provider
        for other in points
        if other.accuracy is not None
        and other.usd_per_1000 is not None
        and other.accuracy >= point.accuracy
        and other.usd_per_1000 <= point.usd_per_1000
        and (other.accuracy, other.usd_per_1000) != (point.accuracy, point.usd_per_1000)
    )
    standing = Standing.OFF if beaten_by else Standing.ON
    return replace(point, standing=standing, beaten_by=beaten_by)

"""Accuracy over cost: where each provider stands, and which of them no other beats at both."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from itertools import pairwise
from math import ceil, floor, log10

from msgspec import Struct
from msgspec.structs import replace

from evalkit.measures import Accuracy, FrontPoint, ProviderSummary, Standing
from evalkit.report._figures import percent, usd

_STEPS = (1, 2, 5)
_MANY_DECADES = 2
_PAD = 1.6
"""More than half of the widest step (2.5), to either side: one tick is always in sight."""
_FREE = 0.04
"""Where what costs nothing stands; a logarithm has no place for it."""
_NEAR_X = 0.3
_NEAR_Y = 0.07


class Spot(Struct, frozen=True, kw_only=True):
    """One provider in the picture; places are shares of its width and of its height from above."""

    provider: str
    usd: float
    """For 1,000 cases."""
    accuracy: float
    x: float
    y: float
    top: float
    bottom: float
    """The ends of the 95 % interval."""
    is_best: bool
    """On the Pareto front."""
    stack: int = 0
    """How many labels of near neighbours stand above this one's."""

    def is_near(self, other: Spot) -> bool:
        return abs(self.x - other.x) < _NEAR_X and abs(self.y - other.y) < _NEAR_Y


class CostPicture(Struct, frozen=True, kw_only=True):
    spots: tuple[Spot, ...]
    front: tuple[tuple[float, float, float, float], ...]
    """The steps of the front: x and y of both ends."""
    across: tuple[tuple[float, str], ...]
    up: tuple[tuple[float, str], ...]
    unplaced: tuple[str, ...]
    """Providers of which a price is not known, or no case could be judged."""


def cost_picture(
    front: Sequence[FrontPoint], summaries: Iterable[ProviderSummary]
) -> CostPicture | None:
    """Lay out the providers whose cost and accuracy are known; None for fewer than two."""
    placed = sorted((point for point in front if point.standing is not Standing.UNKNOWN), key=_cost)
    if len(placed) < 2:  # noqa: PLR2004 - a single point compares nothing
        return None
    spans = {summary.provider: summary.accuracy for summary in summaries}
    across = _Across(map(_cost, placed))
    up = _Up(spans[point.provider].low or 0 for point in placed)
    spots: list[Spot] = []
    for point in placed:
        spot = _spot(point, spans[point.provider], across, up)
        spots.append(replace(spot, stack=sum(spot.is_near(other) for other in spots)))
    return CostPicture(
        spots=tuple(spots),
        front=tuple(_stairs([spot for spot in spots if spot.is_best])),
        across=tuple(across.ticks()),
        up=tuple(up.ticks()),
        unplaced=tuple(p.provider for p in front if p.standing is Standing.UNKNOWN),
    )


def _spot(point: FrontPoint, span: Accuracy, across: _Across, up: _Up) -> Spot:
    accuracy = point.accuracy or 0
    return Spot(
        provider=point.provider,
        usd=_cost(point),
        accuracy=accuracy,
        x=across.place(_cost(point)),
        y=up.place(accuracy),
        top=up.place(span.high or 0),
        bottom=up.place(span.low or 0),
        is_best=point.standing is Standing.ON,
    )


def _cost(point: FrontPoint) -> float:
    return point.usd_per_1000 or 0


class _Across:
    """The axis of cost, by its logarithm: prices of models differ by factors, not by amounts."""

    def __init__(self, costs: Iterable[float]) -> None:
        self._costs = [*costs]
        known = [cost for cost in self._costs if cost > 0] or [1]
        self._low, self._high = log10(min(known) / _PAD), log10(max(known) * _PAD)

    def place(self, cost: float) -> float:
        if cost <= 0:
            return _FREE
        return (log10(cost) - self._low) / (self._high - self._low)

    def ticks(self) -> Iterator[tuple[float, str]]:
        if min(self._costs) <= 0:
            yield _FREE, usd(0)
        steps = _STEPS if self._high - self._low < _MANY_DECADES else _STEPS[:1]
        for power in range(floor(self._low), ceil(self._high) + 1):
            for step in steps:
                cost = step * 10.0**power
                if self._low <= log10(cost) <= self._high:
                    yield self.place(cost), usd(cost)


class _Up:
    """The axis of accuracy: from the quarter below the lowest interval to all."""

    def __init__(self, lows: Iterable[float]) -> None:
        self._low = min(floor(4 * min(lows)) / 4, 0.75)

    def place(self, accuracy: float) -> float:
        return (1 - accuracy) / (1 - self._low)

    def ticks(self) -> Iterator[tuple[float, str]]:
        for quarter in range(round(4 * self._low), 5):
            yield self.place(quarter / 4), percent(quarter / 4)


def _stairs(best: Sequence[Spot]) -> Iterator[tuple[float, float, float, float]]:
    """Step from each point of the front to the next: along at its accuracy, then up."""
    for one, other in pairwise(best):
        yield one.x, one.y, other.x, one.y
        yield other.x, one.y, other.x, other.y
    if best:
        yield best[-1].x, best[-1].y, 1, best[-1].y

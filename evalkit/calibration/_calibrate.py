"""Reported requests -> how the counts for one model are to be corrected."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from statistics import mean, median

from msgspec import Struct
from msgspec.structs import replace

from evalkit.calibration._request import Reported
from evalkit.cost import CountTokens, request_tokens

FEWEST = 5
"""Requests without which nothing is corrected."""

_Pair = tuple[int, int]


class Calibration(Struct, frozen=True, kw_only=True):
    """How reported counts relate to ours: by a share, or by tokens that every request has."""

    requests: int
    factor: float = 1.0
    """Multiply our counts by this,"""
    extra: int = 0
    """and add these once for each request."""
    error: float = 0.0
    """Half of the corrected counts are further off than this share of what was reported."""
    worst: float = 0.0
    """The one that is furthest off."""

    def corrected(self, tokens: int) -> int:
        return round(tokens * self.factor) + self.extra


def calibrate(
    requests: Iterable[Reported], model: str, api: str, count: CountTokens | None
) -> Calibration | None:
    """Learn from the requests to a model by an API; None with fewer than five.

    Models differ by a constant or in proportion. Each of the two is learnt as a median, so that a
    few odd requests do not matter; the one that leaves the smaller mean error is taken.
    """
    pairs = [
        (request_tokens(each.said, each.tools, model, count, api=api), each.tokens)
        for each in requests
        if each.is_of(model, api)
    ]
    if len(pairs) < FEWEST:
        return None
    by_share = _learnt(pairs, factor=median(reported / counted for counted, reported in pairs))
    by_extra = _learnt(pairs, extra=round(median(told - counted for counted, told in pairs)))
    return min(by_extra, by_share, key=lambda learnt: mean(_errors(learnt, pairs)))


def _learnt(pairs: Sequence[_Pair], factor: float = 1.0, extra: int = 0) -> Calibration:
    learnt = Calibration(requests=len(pairs), factor=factor, extra=extra)
    errors = _errors(learnt, pairs)
    return replace(learnt, error=median(errors), worst=max(errors))


def _errors(learnt: Calibration, pairs: Iterable[_Pair]) -> list[float]:
    return [abs(learnt.corrected(counted) - told) / told for counted, told in pairs]

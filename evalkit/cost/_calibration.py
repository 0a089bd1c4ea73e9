"""Counts of tokens, corrected by what a provider reported for real requests."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from statistics import median

_FEWEST = 5


@dataclass(frozen=True, slots=True, kw_only=True)
class Calibration:
    """How reported counts relate to ours."""

    requests: int
    factor: float
    """Multiply our count by this."""
    error: float
    """Half of the corrected counts are further off than this share."""

    def corrected(self, tokens: int) -> int:
        return round(tokens * self.factor)


def calibrate(requests: Iterable[tuple[int, int]]) -> Calibration | None:
    """Learn from (counted, reported) tokens of whole requests; None with fewer than five."""
    ratios = [reported / counted for counted, reported in requests if counted and reported]
    if len(ratios) < _FEWEST:
        return None
    factor = median(ratios)
    errors = [abs(factor / ratio - 1) for ratio in ratios]
    return Calibration(requests=len(ratios), factor=factor, error=median(errors))

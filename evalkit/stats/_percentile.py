from __future__ import annotations

from collections.abc import Iterable
from math import floor


def percentile(values: Iterable[float], percent: float) -> float | None:
    """Return the value below which `percent` of the values lie, or None where there are none.

    Between two values it interpolates linearly.

    R. J. Hyndman, Y. Fan (1996), "Sample quantiles in statistical packages", Am. Stat. 50,
    361-365, definition 7.
    """
    assert 0 <= percent <= 100  # noqa: PLR2004  # per cent
    ordered = sorted(values)
    if not ordered:
        return None
    rank = (len(ordered) - 1) * percent / 100
    below = floor(rank)
    above = min(below + 1, len(ordered) - 1)
    return ordered[below] + (ordered[above] - ordered[below]) * (rank - below)

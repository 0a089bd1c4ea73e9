"""What a paired comparison of so many cases is able to see."""

from __future__ import annotations

from math import sqrt
from statistics import NormalDist

_HALVINGS = 60


def minimum_detectable_difference(
    cases: int, discordant: float, *, power: float = 0.8, significance: float = 0.05
) -> float | None:
    """Return the smallest difference of two shares that McNemar's test finds with `power`.

    `discordant` is the share of cases on which the two sides differ; the difference cannot be
    larger than that. None where even that would be missed: there are too few cases.

    R. J. Connor (1987), "Sample size for testing differences in proportions for the paired-sample
    design", Biometrics 43, 207-211.
    """
    assert cases >= 0
    assert 0 < discordant <= 1
    if cases < _cases_needed(discordant, discordant, power, significance):
        return None
    low, high = 0.0, discordant
    for _ in range(_HALVINGS):
        middle = (low + high) / 2
        if middle == 0 or cases < _cases_needed(middle, discordant, power, significance):
            low = middle
        else:
            high = middle
    return high


def _cases_needed(difference: float, discordant: float, power: float, significance: float) -> float:
    normal = NormalDist()
    chance, miss = normal.inv_cdf(1 - significance / 2), normal.inv_cdf(power)
    spread = max(0.0, discordant - difference * difference)
    root = chance * sqrt(discordant) + miss * sqrt(spread)
    return (root / difference) ** 2

"""Confidence intervals of a proportion and of the difference between two."""

from __future__ import annotations

from math import sqrt
from statistics import NormalDist
from typing import NamedTuple

from evalkit.stats._beta import beta_quantile


class Interval(NamedTuple):
    low: float
    high: float


def wilson(hits: float, total: int, confidence: float = 0.95) -> Interval:
    """Return Wilson's score interval.

    `hits` may be a fraction: the sum of the pass rates of `total` cases that were tried several
    times. The spread of such rates is never wider than that of as many single tries, so the
    interval is then on the careful side.

    E. B. Wilson (1927), "Probable inference, the law of succession, and statistical inference",
    J. Am. Stat. Assoc. 22, 209-212.
    """
    assert 0 <= hits <= total
    assert total > 0
    z = _quantile(confidence)
    share = hits / total
    weight = z * z / total
    centre = share + weight / 2
    reach = z * sqrt(share * (1 - share) / total + weight / (4 * total))
    low = 0.0 if hits == 0 else (centre - reach) / (1 + weight)
    high = 1.0 if hits == total else (centre + reach) / (1 + weight)
    return Interval(low, high)


def clopper_pearson(hits: int, total: int, confidence: float = 0.95) -> Interval:
    """Return the exact interval, which covers at least `confidence` and is wide for that.

    C. J. Clopper, E. S. Pearson (1934), "The use of confidence or fiducial limits illustrated in
    the case of the binomial", Biometrika 26, 404-413.
    """
    assert 0 <= hits <= total
    assert total > 0
    tail = (1 - confidence) / 2
    low = 0.0 if hits == 0 else beta_quantile(tail, hits, total - hits + 1)
    high = 1.0 if hits == total else beta_quantile(1 - tail, hits + 1, total - hits)
    return Interval(low, high)


def newcombe(first: tuple[int, int], second: tuple[int, int], confidence: float = 0.95) -> Interval:
    """Return the interval of the first share minus the second, each from cases of its own.

    Both are given as (hits, total).

    R. G. Newcombe (1998), "Interval estimation for the difference between independent
    proportions: comparison of eleven methods", Stat. Med. 17, 873-890, method 10.
    """
    return _square_and_add(first, second, 0.0, confidence)


def newcombe_paired(
    both: int, only_first: int, only_second: int, neither: int, *, confidence: float = 0.95
) -> Interval:
    """Return the interval of the first share minus the second, both from the same cases.

    R. G. Newcombe (1998), "Improved confidence intervals for the difference between binomial
    proportions based on paired data", Stat. Med. 17, 2635-2650, method 10.
    """
    total = both + only_first + only_second + neither
    return _square_and_add(
        (both + only_first, total),
        (both + only_second, total),
        _phi(both, only_first, only_second, neither),
        confidence,
    )


def _square_and_add(
    first: tuple[int, int], second: tuple[int, int], phi: float, confidence: float
) -> Interval:
    share, other = first[0] / first[1], second[0] / second[1]
    (low, high), (other_low, other_high) = wilson(*first, confidence), wilson(*second, confidence)
    down = _hypotenuse(share - low, other_high - other, phi)
    up = _hypotenuse(high - share, other - other_low, phi)
    return Interval(share - other - down, share - other + up)


def _hypotenuse(side: float, other: float, phi: float) -> float:
    return sqrt(max(0.0, side * side - 2 * phi * side * other + other * other))


def _phi(both: int, only_first: int, only_second: int, neither: int) -> float:
    """Correlate the pairs, corrected for continuity where they agree more often than not."""
    margins = (
        (both + only_first)
        * (only_second + neither)
        * (both + only_second)
        * (only_first + neither)
    )
    if margins == 0:
        return 0.0
    total = both + only_first + only_second + neither
    product = both * neither - only_first * only_second
    corrected = max(product - total / 2, 0) if product > 0 else product
    return float(corrected / sqrt(margins))


def _quantile(confidence: float) -> float:
    return NormalDist().inv_cdf(1 - (1 - confidence) / 2)

"""Tests on pairs, and their correction where there are many."""

from __future__ import annotations

from collections.abc import Sequence


def mcnemar_exact(only_first: int, only_second: int) -> float:
    """Return the two-sided p of McNemar's exact test; pairs that agree carry no weight.

    The binomial tail is summed in whole numbers by a running product, so nothing is rounded
    before the last division.

    Q. McNemar (1947), "Note on the sampling error of the difference between correlated
    proportions or percentages", Psychometrika 12, 153-157.
    """
    pairs = only_first + only_second
    ways = tail = 1
    for k in range(min(only_first, only_second)):
        ways = ways * (pairs - k) // (k + 1)
        tail += ways
    return min(1.0, 2 * tail / (1 << pairs))


def holm(p_values: Sequence[float]) -> tuple[float, ...]:
    """Adjust p-values for being several, in the order given.

    S. Holm (1979), "A simple sequentially rejective multiple test procedure", Scand. J. Stat. 6,
    65-70.
    """
    adjusted = [0.0] * len(p_values)
    floor = 0.0
    for rank, index in enumerate(sorted(range(len(p_values)), key=p_values.__getitem__)):
        floor = max(floor, min(1.0, (len(p_values) - rank) * p_values[index]))
        adjusted[index] = floor
    return tuple(adjusted)

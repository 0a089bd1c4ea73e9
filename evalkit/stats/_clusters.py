"""The mean over cases that were tried several times: a case is the unit, not a trial."""

from __future__ import annotations

import random
from collections.abc import Sequence
from math import sqrt
from statistics import NormalDist, fmean, stdev

from evalkit.stats._intervals import Interval

RESAMPLES = 2000
MANY = 2000
"""From as many clusters on, the bootstrap and the normal interval are the same for our purposes."""


def cluster_interval(values: Sequence[float], confidence: float = 0.95) -> Interval:
    """Return the interval of the mean of one value for each cluster.

    Clusters, such as the mean over the trials of a case, are resampled as a whole, so that five
    trials of a case do not count as five cases. The percentile bootstrap draws from a generator
    with a fixed seed: the same values give the same interval.

    B. Efron (1979), "Bootstrap methods: another look at the jackknife", Ann. Stat. 7, 1-26;
    A. C. Davison, D. V. Hinkley (1997), "Bootstrap methods and their application", section 3.8.
    """
    assert values
    mean = fmean(values)
    if len(values) >= MANY:
        z = NormalDist().inv_cdf((1 + confidence) / 2)
        reach = z * stdev(values) / sqrt(len(values))
        return Interval(mean - reach, mean + reach)
    chance = random.Random(len(values))  # noqa: S311 - statistics, no secret
    means = sorted(fmean(chance.choices(values, k=len(values))) for _ in range(RESAMPLES))
    tail = round((1 - confidence) / 2 * RESAMPLES)
    return Interval(means[tail], means[-tail - 1])

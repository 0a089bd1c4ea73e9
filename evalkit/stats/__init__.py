"""Intervals, paired tests and pass rates over trials: numbers in, numbers out."""

from evalkit.stats._clusters import cluster_interval
from evalkit.stats._intervals import (
    Interval,
    clopper_pearson,
    newcombe,
    newcombe_paired,
    wilson,
)
from evalkit.stats._paired import holm, mcnemar_exact
from evalkit.stats._percentile import percentile
from evalkit.stats._power import minimum_detectable_difference
from evalkit.stats._trials import is_settled, pass_at_k, pass_hat_k, reaches, settled_pass_hat_k

__all__ = [
    "Interval",
    "clopper_pearson",
    "cluster_interval",
    "holm",
    "is_settled",
    "mcnemar_exact",
    "minimum_detectable_difference",
    "newcombe",
    "newcombe_paired",
    "pass_at_k",
    "pass_hat_k",
    "percentile",
    "reaches",
    "settled_pass_hat_k",
    "wilson",
]

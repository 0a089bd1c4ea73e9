"""What several trials of one case say about the next few."""

from __future__ import annotations

from math import comb


def pass_at_k(trials: int, passed: int, k: int) -> float:
    """Estimate without bias how often at least one of `k` trials passes.

    M. Chen et al. (2021), "Evaluating large language models trained on code", arXiv:2107.03374.
    """
    _check(trials, passed, k)
    return 1 - comb(trials - passed, k) / comb(trials, k)


def pass_hat_k(trials: int, passed: int, k: int) -> float:
    """Estimate without bias how often all of `k` trials pass.

    S. Yao et al. (2024), "tau-bench: a benchmark for tool-agent-user interaction in real-world
    domains", arXiv:2406.12045.
    """
    _check(trials, passed, k)
    return comb(passed, k) / comb(trials, k)


def reaches(passed: int, trials: int, share: float) -> bool:
    """Say whether at least `share` of the trials passed.

    The quotient is rounded as the decimal was, so that 55 of 100 reach 0.55.
    """
    assert 0 <= passed <= trials
    assert trials > 0
    return passed / trials >= share


def is_settled(passed: int, trials: int, left: int, share: float) -> bool:
    """Say whether the trials that are left can change that `share` of all of them pass, or not."""
    whole = trials + left
    return reaches(passed, whole, share) or not reaches(passed + left, whole, share)


def settled_pass_hat_k(trials: int, passed: int, k: int, *, is_last_passed: bool) -> float:
    """Estimate without bias how often `k` trials would pass, from trials that stopped when settled.

    The last trial was the one that settled it, so its outcome is not one of chance, and it is left
    out of the share: of the ways to the same end, those are counted that begin with `k` passes.
    `k` may be as large as the number of passes that settle it.

    M. A. Girshick, F. Mosteller, L. J. Savage (1946), "Unbiased estimates for certain binomial
    sampling problems with applications", Ann. Math. Stat. 17, 13-23.
    """
    assert 0 <= passed <= trials
    assert k >= 1
    if passed == trials == k:
        return 1.0
    good = passed - is_last_passed
    return comb(good, k) / comb(trials - 1, k) if good >= k else 0.0


def _check(trials: int, passed: int, k: int) -> None:
    assert 0 <= passed <= trials
    assert 1 <= k <= trials

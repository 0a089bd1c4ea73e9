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


def _check(trials: int, passed: int, k: int) -> None:
    assert 0 <= passed <= trials
    assert 1 <= k <= trials

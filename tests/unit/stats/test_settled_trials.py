from __future__ import annotations

from fractions import Fraction
from itertools import product

import pytest
from hypothesis import given
from hypothesis import strategies as st

from evalkit.stats import is_settled, reaches, settled_pass_hat_k


def test_each_share_in_percent_is_reached_by_exactly_so_many_of_a_hundred():
    reached = [
        (reaches(passed - 1, 100, share), reaches(passed, 100, share))
        for passed in range(1, 101)
        for share in [float(f"{passed}e-2")]
    ]

    assert reached == [(False, True)] * 100


@given(st.integers(1, 12), st.floats(0.01, 1), st.data())
def test_what_is_settled_stays_so_whatever_comes_and_what_is_not_may_go_either_way(
    trials, share, data
):
    held = data.draw(st.integers(0, trials))
    passed = data.draw(st.integers(0, held))
    left = trials - held

    ends = {reaches(passed + more, trials, share) for more in range(left + 1)}

    assert is_settled(passed, held, left, share) is (len(ends) == 1)


@given(st.integers(1, 10), st.floats(0.01, 1), st.data())
def test_a_settled_verdict_is_that_of_the_trials_held_so_far(trials, share, data):
    held = data.draw(st.integers(1, trials))
    passed = data.draw(st.integers(0, held))

    if is_settled(passed, held, trials - held, share):
        assert reaches(passed, held, share) is reaches(passed, trials, share)


def settled(outcomes, share):
    """The trials that are held of so many planned ones."""
    for held in range(1, len(outcomes) + 1):
        if is_settled(sum(outcomes[:held]), held, len(outcomes) - held, share):
            return outcomes[:held]
    raise AssertionError("the last trial settles it")


@pytest.mark.parametrize("share", [0.2, 0.5, 0.8, 1.0])
@pytest.mark.parametrize("trials", [1, 2, 5, 8])
def test_stopping_early_biases_no_estimate(trials, share):
    chance = Fraction(2, 3)
    most = next(n for n in range(1, trials + 1) if reaches(n, trials, share))

    for k in range(1, most + 1):
        mean = Fraction(0)
        for outcomes in product([True, False], repeat=trials):
            held = settled(outcomes, share)
            weight = chance ** sum(outcomes) * (1 - chance) ** (trials - sum(outcomes))
            estimate = settled_pass_hat_k(len(held), sum(held), k, is_last_passed=held[-1])
            mean += weight * Fraction(estimate).limit_denominator(10**6)

        assert mean == chance**k

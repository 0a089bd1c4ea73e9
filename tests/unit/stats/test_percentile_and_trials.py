from __future__ import annotations

from itertools import combinations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from evalkit.stats import pass_at_k, pass_hat_k, percentile

FLOATS = st.floats(-1e6, 1e6)


@given(st.lists(FLOATS, min_size=1), st.floats(0, 100))
def test_a_percentile_agrees_with_numpy(values, percent):
    assert percentile(values, percent) == pytest.approx(
        float(np.percentile(values, percent)), abs=1e-6
    )


def test_nothing_has_no_percentile():
    assert percentile([], 50) is None


@pytest.mark.parametrize("k", range(1, 6))
@pytest.mark.parametrize("passed", range(6))
def test_pass_at_k_and_pass_hat_k_average_over_every_choice_of_k_trials(passed, k):
    trials = [True] * passed + [False] * (5 - passed)
    choices = list(combinations(trials, k))

    assert pass_at_k(5, passed, k) == pytest.approx(sum(map(any, choices)) / len(choices))
    assert pass_hat_k(5, passed, k) == pytest.approx(sum(map(all, choices)) / len(choices))

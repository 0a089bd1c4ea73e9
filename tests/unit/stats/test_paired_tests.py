from __future__ import annotations

from fractions import Fraction
from math import comb

import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import binomtest, false_discovery_control

from evalkit.stats import holm, mcnemar_exact


@given(st.integers(0, 900), st.integers(0, 900))
def test_mcnemar_agrees_with_scipys_binomial_test(first, second):
    expected = binomtest(first, first + second).pvalue if first + second else 1.0

    p = mcnemar_exact(first, second)

    assert p == pytest.approx(expected, rel=1e-9, abs=0)


@given(st.integers(0, 40), st.integers(0, 1100))
def test_mcnemar_is_the_sum_of_the_binomial_tail_where_scipy_gives_0(first, second):
    pairs = first + second
    tail = sum(comb(pairs, k) for k in range(min(first, second) + 1))

    p = mcnemar_exact(first, second)

    assert p == float(min(Fraction(1), Fraction(2 * tail, 2**pairs)))


@pytest.mark.parametrize(
    ("first", "second", "p"),
    [
        pytest.param(0, 0, 1.0, id="no pair differs"),
        pytest.param(1, 0, 1.0, id="one pair says nothing"),
        pytest.param(13, 0, 2 / 2**13, id="all on one side"),
        pytest.param(7, 7, 1.0, id="as many on either side"),
        pytest.param(2000, 0, 0.0, id="smaller than a float can be"),
    ],
)
def test_mcnemar_is_exact(first, second, p):
    assert mcnemar_exact(first, second) == p


@pytest.mark.parametrize(
    ("p_values", "adjusted"),
    [
        pytest.param((0.01, 0.04, 0.03, 0.005), (0.03, 0.06, 0.06, 0.02), id="by rank"),
        pytest.param((0.5, 0.9), (1.0, 1.0), id="never above 1"),
        pytest.param((), (), id="none"),
    ],
)
def test_holm_adjusts_in_the_order_given(p_values, adjusted):
    assert holm(p_values) == pytest.approx(adjusted)


@given(st.lists(st.floats(0, 1), min_size=1, max_size=20))
def test_holm_never_lowers_a_p_value_and_is_stricter_than_the_false_discovery_rate(p_values):
    adjusted = holm(p_values)

    assert all(after >= before for before, after in zip(p_values, adjusted, strict=True))
    discovery = false_discovery_control(p_values)
    assert all(ours >= rate - 1e-12 for rate, ours in zip(discovery, adjusted, strict=True))

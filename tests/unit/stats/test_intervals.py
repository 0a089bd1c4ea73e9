from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import binomtest

from evalkit.stats import clopper_pearson, newcombe, newcombe_paired, wilson

COUNTS = st.integers(1, 100_000).flatmap(
    lambda total: st.tuples(st.integers(0, total), st.just(total))
)
CONFIDENCES = st.floats(0.5, 0.999)


@given(COUNTS, CONFIDENCES)
def test_wilson_agrees_with_scipy(counts, confidence):
    expected = binomtest(*counts).proportion_ci(confidence, method="wilson")

    interval = wilson(*counts, confidence)

    assert interval == pytest.approx((expected.low, expected.high), abs=5e-13)


@given(COUNTS, CONFIDENCES)
def test_clopper_pearson_agrees_with_scipy(counts, confidence):
    expected = binomtest(*counts).proportion_ci(confidence, method="exact")

    interval = clopper_pearson(*counts, confidence)

    assert interval == pytest.approx((expected.low, expected.high), abs=1e-11)


@given(COUNTS)
def test_intervals_hold_the_share_and_stay_between_0_and_1(counts):
    share = counts[0] / counts[1]

    for low, high in (wilson(*counts), clopper_pearson(*counts)):
        assert 0 <= low <= share <= high <= 1


def test_wilson_takes_the_sum_of_pass_rates():
    assert wilson(1.0, 2) == wilson(1, 2)
    assert wilson(1, 3).low < wilson(1.5, 3).low < wilson(2, 3).low


def test_newcombe_gives_the_published_intervals_of_independent_shares():
    published = {
        ((56, 70), (48, 80)): (0.0524, 0.3339),
        ((9, 10), (3, 10)): (0.1705, 0.8090),
        ((5, 56), (0, 29)): (-0.0381, 0.1926),
        ((10, 10), (0, 10)): (0.6075, 1.0),
    }

    for (first, second), interval in published.items():
        assert newcombe(first, second) == pytest.approx(interval, abs=5e-5)


@pytest.mark.parametrize(
    ("pairs", "interval"),
    [
        pytest.param((36, 12, 2, 0), (0.0569, 0.3404), id="one side right more often"),
        pytest.param((54, 0, 0, 0), (-0.0664, 0.0664), id="always both right"),
        pytest.param((0, 30, 0, 0), (0.8395, 1.0), id="never the same"),
    ],
)
def test_newcombe_gives_the_published_intervals_of_pairs(pairs, interval):
    assert newcombe_paired(*pairs) == pytest.approx(interval, abs=5e-5)


@given(st.tuples(*[st.integers(0, 500)] * 4).filter(any))
def test_swapping_the_sides_mirrors_the_paired_interval(pairs):
    both, first, second, neither = pairs

    low, high = newcombe_paired(both, first, second, neither)
    mirrored = newcombe_paired(both, second, first, neither)

    assert mirrored == pytest.approx((-high, -low), abs=1e-12)
    assert -1 - 1e-12 <= low <= high <= 1 + 1e-12

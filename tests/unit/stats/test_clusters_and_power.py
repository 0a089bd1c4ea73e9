from __future__ import annotations

import random

import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import bootstrap, norm

from evalkit.stats import cluster_interval, mcnemar_exact, minimum_detectable_difference


def test_the_bootstrap_agrees_with_scipys():
    chance = random.Random(1)
    values = [chance.choice((-0.4, 0.0, 0.0, 0.2, 1.0)) for _ in range(60)]

    interval = cluster_interval(values)

    theirs = bootstrap((values,), lambda x, axis: x.mean(axis), method="percentile", rng=2)
    assert interval == pytest.approx(theirs.confidence_interval, abs=0.02)


def test_many_clusters_give_the_normal_interval():
    values = [0.0, 1.0] * 5000

    assert cluster_interval(values) == pytest.approx(norm.interval(0.95, 0.5, 0.5 / 100), abs=1e-5)


@given(st.lists(st.floats(-1, 1), min_size=1, max_size=20))
def test_the_interval_is_repeatable_and_within_the_values(values):
    interval = cluster_interval(values)

    assert interval == cluster_interval(values)
    assert min(values) - 1e-12 <= interval.low <= interval.high <= max(values) + 1e-12


@pytest.mark.parametrize(
    ("cases", "discordant", "difference"),
    [
        pytest.param(155, 0.2, 0.1, id="as many cases as the formula asks for"),
        pytest.param(5, 0.2, None, id="too few for any"),
        pytest.param(0, 0.2, None, id="none"),
    ],
)
def test_the_smallest_difference_that_would_show(cases, discordant, difference):
    found = minimum_detectable_difference(cases, discordant)

    assert found == (None if difference is None else pytest.approx(difference, abs=5e-4))


def test_the_difference_shows_about_as_often_as_promised():
    cases, discordant = 400, 0.2
    difference = minimum_detectable_difference(cases, discordant)
    chance, shown = random.Random(7), 0
    for _ in range(400):
        draws = [chance.random() for _ in range(cases)]
        worse = sum(draw < (discordant + difference) / 2 for draw in draws)
        differing = sum(draw < discordant for draw in draws)
        shown += mcnemar_exact(worse, differing - worse) < 0.05

    assert 0.72 < shown / 400 < 0.86


@given(st.integers(20, 10_000), st.floats(0.05, 1))
def test_more_cases_never_see_less(cases, discordant):
    few = minimum_detectable_difference(cases, discordant)
    many = minimum_detectable_difference(2 * cases, discordant)

    assert few is None or many <= few

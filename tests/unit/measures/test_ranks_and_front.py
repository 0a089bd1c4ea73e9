from __future__ import annotations

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from evalkit.measures import Standing, compare_all, pareto_front, rank, summarise
from evalkit.results import CaseResult, Status
from evalkit.transcript import Exchange, Transcript

STATUS = {"+": Status.PASSED, "-": Status.FAILED, "!": Status.ERRORED}


def results(provider, outcomes, cost_usd=None):
    """One case for each mark: + passed, - failed, ! errored; `cost_usd` is that of each."""
    costs = cost_usd if isinstance(cost_usd, list) else [cost_usd] * len(outcomes)
    return [
        CaseResult(
            suite="shop",
            case=f"case-{index}",
            provider=provider,
            model="m",
            trial=0,
            tags=(),
            status=STATUS[mark],
            verdicts=(),
            pairings=(),
            expects_no_call=False,
            transcript=Transcript(
                suite="shop",
                case=f"case-{index}",
                provider=provider,
                model="m",
                exchanges=(Exchange(cost_usd=cost),),
            ),
        )
        for index, (mark, cost) in enumerate(zip(outcomes, costs, strict=True))
    ]


def ranked(**outcomes):
    every = [each for name, marks in outcomes.items() for each in results(name, marks)]
    places = rank(summarise(every), compare_all(every))
    return {place.provider: (place.best, place.worst, place.tied) for place in places}


def front(*groups):
    return pareto_front(summarise([each for group in groups for each in group]))


def test_providers_that_differ_beyond_chance_have_ranks_of_their_own():
    places = ranked(worst="-" * 40, best="+" * 40, middle="+" * 20 + "-" * 20)

    assert places == {"worst": (3, 3, ()), "best": (1, 1, ()), "middle": (2, 2, ())}


def test_providers_that_chance_may_have_parted_share_a_rank():
    places = ranked(a="+" * 40, b="+" * 38 + "--", c="-" * 40)

    assert places == {"a": (1, 2, ("b",)), "b": (1, 2, ("a",)), "c": (3, 3, ())}


def test_a_tie_is_not_passed_on():
    places = ranked(a="+" * 40, b="+" * 35 + "-" * 5, c="+" * 30 + "-" * 10)

    assert places == {"a": (1, 2, ("b",)), "b": (1, 3, ("a", "c")), "c": (2, 3, ("b",))}


def test_a_provider_that_was_never_judged_has_no_rank():
    places = ranked(a="+" * 9, b="!" * 9)

    assert places == {"a": (1, 1, ())}


def test_providers_without_a_common_case_are_tied():
    places = ranked(a="+++++++++!!!!!!!!!", b="!!!!!!!!!---------")

    assert places == {"a": (1, 2, ("b",)), "b": (1, 2, ("a",))}


@given(st.lists(st.text("+-", min_size=30, max_size=30), min_size=1, max_size=5))
def test_the_ranks_leave_a_place_for_everybody(outcomes):
    places = ranked(**{f"p{index}": marks for index, marks in enumerate(outcomes)})

    assert all(1 <= best <= worst <= len(places) for best, worst, _ in places.values())
    assert all(worst - best == len(tied) for best, worst, tied in places.values())
    assert min(best for best, _, _ in places.values()) == 1
    assert all(name in places[other][2] for name, (*_, tied) in places.items() for other in tied)


def test_a_provider_that_is_neither_better_nor_cheaper_is_off_the_front():
    best, cheap, neither = front(
        results("best", "++++", 0.004),
        results("cheap", "++--", 0.001),
        results("neither", "+---", 0.002),
    )

    assert (best.standing, best.usd_per_1000, best.accuracy) == (Standing.ON, 4.0, 1.0)
    assert cheap.standing is Standing.ON
    assert (neither.standing, neither.beaten_by) == (Standing.OFF, ("cheap",))


@pytest.mark.parametrize(
    ("accuracy", "cost_usd", "beaten_by"),
    [
        pytest.param("+++-", 0.002, (), id="the same in both"),
        pytest.param("+++-", 0.003, ("first",), id="as right, dearer"),
        pytest.param("++--", 0.002, ("first",), id="as dear, less right"),
    ],
)
def test_where_two_are_even_in_one_the_other_decides(accuracy, cost_usd, beaten_by):
    _, second = front(results("first", "+++-", 0.002), results("second", accuracy, cost_usd))

    assert second.beaten_by == beaten_by


@pytest.mark.parametrize("costs", [[None, None], [0.001, None]], ids=["no price", "one missing"])
def test_an_unknown_cost_is_neither_on_the_front_nor_off_it_and_moves_nobody(costs):
    known, unknown = front(results("known", "+-", 0.001), results("unknown", "++", costs))

    assert known.standing is Standing.ON
    assert (unknown.standing, unknown.usd_per_1000, unknown.beaten_by) == (
        Standing.UNKNOWN,
        None,
        (),
    )


def test_a_provider_that_was_never_judged_stands_nowhere():
    (only,) = front(results("a", "!!", 0.001))

    assert (only.standing, only.accuracy, only.usd_per_1000) == (Standing.UNKNOWN, None, None)


@given(st.lists(st.tuples(st.integers(0, 4), st.integers(1, 4)), min_size=1, max_size=6))
def test_along_the_front_accuracy_has_its_price(points):
    placed = front(
        *[
            results(f"p{index}", "+" * right + "-" * (4 - right), cost / 1000)
            for index, (right, cost) in enumerate(points)
        ]
    )

    on = sorted({(p.usd_per_1000, p.accuracy) for p in placed if p.standing is Standing.ON})
    assert on
    assert all(one[0] < other[0] and one[1] < other[1] for one, other in pairwise(on))

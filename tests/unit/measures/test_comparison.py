from __future__ import annotations

import pytest

from evalkit.measures import compare, compare_all, summarise, verdict
from evalkit.results import CaseResult, Status
from evalkit.transcript import Transcript

STATUS = {"+": Status.PASSED, "-": Status.FAILED, "!": Status.ERRORED}


def results(provider, outcomes, trials=1):
    """One case for each group of `trials` marks: + passed, - failed, ! errored."""
    return [
        CaseResult(
            suite="shop",
            case=f"case-{index // trials}",
            provider=provider,
            model="m",
            trial=index % trials,
            tags=(),
            status=STATUS[mark],
            verdicts=(),
            pairings=(),
            expects_no_call=False,
            transcript=Transcript(suite="shop", case="", provider=provider, model="m"),
        )
        for index, mark in enumerate(outcomes)
    ]


def sentence(*groups):
    every = [result for group in groups for result in group]
    return verdict(summarise(every), compare_all(every))


def test_a_comparison_takes_only_the_cases_that_both_graded():
    comparison = compare(results("a", "++-+!"), results("b", "+-+!+"), names=("a", "b"))

    assert (comparison.both, comparison.neither, comparison.left_out) == (1, 0, 2)
    assert comparison.only_first == (("shop", "case-1"),)
    assert comparison.only_second == (("shop", "case-2"),)
    assert (comparison.cases, comparison.difference, comparison.p) == (3, 0.0, 1.0)


def test_a_case_that_flips_within_its_trials_is_not_right():
    comparison = compare(results("a", "+++-", 2), results("b", "++++", 2), names=("a", "b"))

    assert comparison.only_second == (("shop", "case-1"),)


def test_without_a_common_case_there_is_no_interval():
    comparison = compare(results("a", "+"), results("b", "!"), names=("a", "b"))

    assert (comparison.interval, comparison.difference, comparison.p) == (None, None, 1.0)


def test_p_and_interval_are_those_of_the_exact_and_the_paired_method():
    comparison = compare(
        results("a", "+" * 48 + "--"), results("b", "+" * 36 + "-" * 12 + "++"), names=("a", "b")
    )

    assert comparison.p == pytest.approx(0.0129, abs=5e-5)
    assert comparison.interval == pytest.approx((0.0569, 0.3404), abs=5e-5)


def test_several_comparisons_are_adjusted_for_being_several():
    every = [*results("a", "+" * 8), *results("b", "-" * 8), *results("c", "+" * 8)]

    first, _, third = compare_all(every)

    assert first.p == pytest.approx(2 / 2**8)
    assert first.p_adjusted == pytest.approx(3 * 2 / 2**8)
    assert third.is_significant


@pytest.mark.parametrize(
    ("groups", "said"),
    [
        pytest.param([], "Nothing was run.", id="nothing"),
        pytest.param([("a", "++-")], "a passes 2 of 3 cases.", id="one provider"),
        pytest.param(
            [("hasty", "+" * 11 + "-" * 13), ("careful", "+" * 24)],
            "careful passes 24 of 24, hasty 11 of 24; "
            "the difference is beyond chance (p = 0.00024).",
            id="beyond chance",
        ),
        pytest.param(
            [("a", "+" * 1000), ("b", "-" * 1000)],
            "a passes 1000 of 1000, b 0 of 1000; the difference is beyond chance (p < 0.0001).",
            id="far beyond chance",
        ),
        pytest.param(
            [("gpt", "++-"), ("claude", "+++")],
            "claude passes 3 of 3, gpt 2 of 3; the difference is within chance (p = 1).",
            id="within chance",
        ),
        pytest.param(
            [("a", "+" * 9), ("b", "-" * 9), ("c", "+" * 9)],
            "a and c pass 9 of 9, b 0 of 9; b (p = 0.012) is behind a beyond chance, c within it.",
            id="three providers",
        ),
        pytest.param(
            [("a", "+"), ("b", "-"), ("c", "-")],
            "a passes 1 of 1, b and c 0 of 1; the differences to a are within chance.",
            id="three providers, few cases",
        ),
        pytest.param(
            [("a", "++!"), ("b", "!++")],
            "a and b pass 2 of 2; the difference is within chance (p = 1).",
            id="errored on one side",
        ),
        pytest.param(
            [("a", "!")],
            "No case could be judged.",
            id="nothing graded",
        ),
        pytest.param(
            [("a", "+"), ("b", "!")],
            "a passes 1 of 1 cases.",
            id="only one could be judged",
        ),
    ],
)
def test_the_run_is_told_in_a_sentence(groups, said):
    assert sentence(*[results(name, marks) for name, marks in groups]) == said


def test_the_sentence_says_that_all_trials_had_to_pass():
    assert sentence(results("a", "+++-", 2)) == "a passes 1 of 2 cases in every one of 2 trials."

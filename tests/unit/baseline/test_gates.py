from __future__ import annotations

import pytest

from evalkit.baseline import FailOn, Gates, compare_runs, find_breaches, scan_run
from evalkit.runfile import RunSuite


def whats(comparison, **gates):
    return [(breach.gate, breach.what) for breach in find_breaches(comparison, Gates(**gates))]


@pytest.mark.parametrize(
    ("before", "after", "rule", "what"),
    [
        pytest.param("++", "+-", FailOn.BROKEN, "1 case is broken", id="one broken"),
        pytest.param("+++", "+--", FailOn.BROKEN, "2 cases are broken", id="two broken"),
        pytest.param("+-", "++", FailOn.BROKEN, None, id="fixed"),
        pytest.param("+" * 5, "-" * 5, FailOn.SIGNIFICANT, None, id="five may be chance"),
        pytest.param(
            "+" * 6,
            "-" * 6,
            FailOn.SIGNIFICANT,
            "6 cases got worse and 0 better, p = 0.031",
            id="six are not",
        ),
        pytest.param("-" * 9, "+" * 9, FailOn.SIGNIFICANT, None, id="better beyond chance"),
        pytest.param("+-", "--", FailOn.ANY_DROP, "1 case passes less often", id="any drop"),
        pytest.param("+-", "-+", FailOn.ANY_DROP, "1 case passes less often", id="one for another"),
        pytest.param("+", "-", FailOn.NOTHING, None, id="nothing"),
    ],
)
def test_a_regression_is_what_the_rule_says(compared, before, after, rule, what):
    found = whats(compared(before, after), fail_on=rule)

    assert found == ([(rule.value, what)] if what else [])


def test_a_case_that_becomes_flaky_is_a_drop_but_not_broken(compared, result):
    before = [result("a", "+", trial=trial) for trial in range(3)]
    after = [result("a", mark, trial=trial) for trial, mark in enumerate("++-")]
    comparison = compared(before, after)

    assert whats(comparison, fail_on=FailOn.BROKEN) == []
    assert whats(comparison, fail_on=FailOn.ANY_DROP) == [("any-drop", "1 case passes less often")]


def test_accuracy_is_that_of_the_whole_head(compared):
    comparison = compared("-", "-+")

    assert whats(comparison, min_accuracy=0.5) == []
    assert whats(comparison, min_accuracy=0.6) == [
        ("min-accuracy", "50.0% of the cases pass, at least 60.0% expected")
    ]


def test_malformed_calls_are_counted_where_the_wire_shows_them(compared, result):
    comparison = compared("+", [result("case-0", "+", raw="{"), result("b", "+", raw=None)])

    assert whats(comparison, max_malformed=1) == []
    assert whats(comparison, max_malformed=0.2) == [
        ("max-malformed", "1 of 1 calls are malformed JSON, at most 20.0% allowed")
    ]


def test_cost_is_for_a_thousand_conversations(compared, result):
    comparison = compared("+", [result("case-0", "+", cost_usd=0.002)])

    assert whats(comparison, max_cost=2) == []
    assert whats(comparison, max_cost=1.5) == [
        ("max-cost", "1,000 conversations cost 2.00 USD, at most 1.50 allowed")
    ]


def test_an_unknown_price_is_no_regression_and_no_pass(compared):
    (breach,) = find_breaches(compared("+", "+"), Gates(max_cost=1))

    assert breach.is_unknown
    assert breach.what == "the price of a conversation is unknown"


def test_the_tools_of_a_suite_may_take_so_many_tokens(run_file, result):
    tool = {"name": "get_time", "description": "", "parameters": {"type": "object"}}
    suites = (RunSuite(name="shop", file="shop.yaml", tools=(tool,)),)
    run = scan_run(run_file("run", result("a", "+"), suites=suites))
    comparison = compare_runs(run, run)

    assert whats(comparison, max_schema_tokens=100) == []
    assert whats(comparison, max_schema_tokens=9) == [
        ("max-schema-tokens", "the tools of shop take about 23 tokens, at most 9 allowed")
    ]

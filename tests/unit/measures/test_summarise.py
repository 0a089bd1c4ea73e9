from __future__ import annotations

import pytest

from evalkit.measures import Confusion, summarise
from evalkit.results import CaseResult, Kind, Pairing, Rate, Status, Verdict
from evalkit.transcript import (
    Defect,
    Exchange,
    Stop,
    ToolCall,
    Transcript,
    Trouble,
    Turn,
    Usage,
)


def call(name="get_order", raw="{}", arguments=None, defects=()):
    return ToolCall(id="c", name=name, raw=raw, arguments=arguments, defects=defects)


def result(case="a", status=Status.PASSED, **fields):
    """One judged conversation; `calls`, `usage` and `exchanges` go into its transcript."""
    calls = fields.pop("calls", ())
    usage = fields.pop("usage", Usage())
    transcript = Transcript(
        suite="shop",
        case=case,
        provider=fields.get("provider", "gpt"),
        model="m",
        messages=(Turn(calls=tuple(calls), usage=usage),),
        exchanges=fields.pop("exchanges", ()),
        simulated=fields.pop("simulated", False),
        recorded_at=fields.pop("recorded_at", None),
        trouble=Trouble(stop=Stop.TIMEOUT, error="ProviderTimeout", what="no answer")
        if status is Status.ERRORED
        else None,
    )
    given = {
        "suite": "shop",
        "case": case,
        "provider": "gpt",
        "model": "m",
        "trial": 0,
        "tags": (),
        "status": status,
        "verdicts": (),
        "pairings": (),
        "expects_no_call": False,
        "transcript": transcript,
    }
    return CaseResult(**(given | fields))


def failed(kind, call=None):
    return Verdict(expectation="calls[0]", status=Status.FAILED, kind=kind, call=call)


def summary(*results):
    (only,) = summarise(results)
    return only


def counts(rate: Rate):
    return rate.hits, rate.total


def test_accuracy_counts_graded_cases_and_shows_its_interval():
    measured = summary(result("a"), result("b"), result("c", Status.FAILED)).accuracy

    assert (measured.passed, measured.cases) == (2, 3)
    assert measured.value == pytest.approx(2 / 3)
    assert (measured.low, measured.high) == pytest.approx((0.2077, 0.9385), abs=5e-5)


@pytest.mark.parametrize("status", [Status.ERRORED, Status.SKIPPED])
def test_trouble_and_skipped_cases_enter_no_rate_and_no_sum(status):
    loud = {
        "calls": [call(raw="{")],
        "expects_no_call": True,
        "usage": Usage(input=9, output=9),
        "exchanges": (Exchange(latency_s=9, cost_usd=9),),
        "pairings": (Pairing(expected="get_order", called="get_order"),),
        "tags": ("F1",),
    }

    measured = summary(result("a"), result("b", status, **loud))
    alone = summary(result("a"))

    assert (measured.errored, measured.skipped) == (
        status is Status.ERRORED,
        status is Status.SKIPPED,
    )
    assert measured.tags[0].accuracy.cases == 0
    assert measured.accuracy == alone.accuracy
    for name in (
        "malformed_json",
        "over_calls",
        "arguments",
        "selection",
        "confusion",
        "tokens",
        "cost",
        "latency",
    ):
        assert getattr(measured, name) == getattr(alone, name), name


def test_a_provider_without_a_graded_case_has_no_accuracy_rather_than_zero():
    measured = summary(result("a", Status.ERRORED))

    assert measured.accuracy.value is None
    assert measured.malformed_json.value is None
    assert measured.latency.p50_s is None
    assert measured.cost.per_case_usd is None


def test_trials_give_the_mean_pass_rate_of_cases_and_pass_hat_k():
    measured = summary(
        result("a", trial=0),
        result("a", trial=1),
        result("b", trial=0),
        result("b", Status.FAILED, trial=1),
        result("c", Status.FAILED, trial=0),
        result("c", Status.ERRORED, trial=1),
    ).accuracy

    assert measured.value == pytest.approx(0.5)
    assert (measured.cases, measured.passed, measured.flaky, measured.trials) == (3, 1, 1, 1)
    assert measured.pass_hat_k == pytest.approx(0.5)


def test_pass_hat_k_asks_for_every_trial():
    results = [
        result(case, Status.PASSED if trial < passed else Status.FAILED, trial=trial)
        for case, passed in {"a": 3, "b": 2, "c": 0}.items()
        for trial in range(3)
    ]

    measured = summary(*results).accuracy

    assert measured.trials == 3
    assert measured.pass_hat_k == pytest.approx(1 / 3)


def test_selection_counts_names_as_multisets_within_a_conversation():
    measured = summary(
        result(
            "a",
            pairings=(
                Pairing(expected="get_order", called="get_order"),
                Pairing(expected="get_order", called="refund"),
                Pairing(expected="refund", called=None),
            ),
        ),
        result("b", pairings=(Pairing(expected=None, called="refund"),)),
    )

    assert counts(measured.selection.precision) == (2, 3)
    assert counts(measured.selection.recall) == (2, 3)
    assert measured.selection.f1 == pytest.approx(2 / 3)
    by_tool = {entry.tool: entry.selection for entry in measured.tools}
    assert counts(by_tool["get_order"].precision) == (1, 1)
    assert counts(by_tool["get_order"].recall) == (1, 2)
    assert counts(by_tool["refund"].precision) == (1, 2)


def test_the_confusion_has_no_call_on_both_sides_last():
    measured = summary(
        result(
            "a",
            pairings=(
                Pairing(expected="get_order", called="get_order"),
                Pairing(expected="get_order", called=None),
                Pairing(expected=None, called="refund"),
            ),
        ),
        result("b", expects_no_call=True),
        result("c", expects_no_call=True, calls=[call("refund")]),
    )

    assert measured.confusion == (
        Confusion(expected="get_order", called="get_order", count=1),
        Confusion(expected="get_order", called=None, count=1),
        Confusion(expected=None, called="refund", count=1),
        Confusion(expected=None, called=None, count=1),
    )


def test_arguments_are_judged_only_on_calls_of_the_right_tool():
    measured = summary(
        result(
            "a",
            pairings=(
                Pairing(expected="x", called="x", arguments_match=True),
                Pairing(expected="x", called="x"),
                Pairing(expected="x", called="y"),
                Pairing(expected=None, called="x"),
            ),
        ),
    )

    assert counts(measured.arguments) == (1, 2)


def test_malformed_json_is_measured_where_the_wire_shows_the_string():
    measured = summary(
        result(
            calls=[
                call(raw='{"a": 1}', arguments={"a": 1}),
                call(raw="{"),
                call(raw=None, arguments={"a": 1}),
            ]
        )
    )

    assert counts(measured.malformed_json) == (1, 2)


def test_an_api_that_parses_arguments_itself_has_no_malformed_rate():
    measured = summary(result(calls=[call(raw=None, arguments={})]))

    assert measured.malformed_json == Rate(hits=0, total=0)


def test_a_call_that_violates_its_schema_twice_counts_once():
    measured = summary(
        result(
            "a",
            Status.FAILED,
            calls=[call(), call(), call("nope", defects=(Defect.UNKNOWN_TOOL,))],
            verdicts=(
                failed(Kind.SCHEMA_VIOLATION, 0),
                failed(Kind.SCHEMA_VIOLATION, 0),
                failed(Kind.UNKNOWN_TOOL, 2),
            ),
        )
    )

    assert counts(measured.schema_violations) == (1, 3)
    assert counts(measured.unknown_tools) == (1, 3)


def test_over_calls_and_no_calls_look_at_the_cases_that_can_show_them():
    due = (Pairing(expected="x", called=None),)

    measured = summary(
        result("a", expects_no_call=True, calls=[call()]),
        result("b", expects_no_call=True),
        result("c", pairings=due),
        result("d", pairings=(Pairing(expected="x", called="x"),), calls=[call("x")]),
        result("e"),
    )

    assert counts(measured.over_calls) == (1, 2)
    assert counts(measured.no_calls) == (1, 2)


def test_kinds_count_conversations_and_the_most_frequent_comes_first():
    wrong, malformed = failed(Kind.WRONG_ARGUMENT, 0), failed(Kind.MALFORMED_JSON, 1)

    measured = summary(
        result("a", Status.FAILED, verdicts=(wrong, wrong, malformed)),
        result("b", Status.FAILED, verdicts=(wrong,)),
    )

    assert measured.kinds == ((Kind.WRONG_ARGUMENT, 2), (Kind.MALFORMED_JSON, 1))


def test_tokens_are_summed_as_reported_and_silence_is_counted():
    measured = summary(
        result("a", usage=Usage(input=100, output=20, cache_read=50)),
        result("b", usage=Usage(input=10, output=2)),
        result("c"),
    ).tokens

    assert (measured.input, measured.output, measured.cached) == (110, 22, 50)
    assert measured.reasoning is None
    assert measured.unreported == 1


def test_cost_is_per_conversation_per_thousand_and_per_passed_conversation():
    priced = (Exchange(cost_usd=0.002), Exchange(cost_usd=0.001))

    cost = summary(result("a", exchanges=priced), result("b", Status.FAILED, exchanges=priced)).cost

    assert cost.per_case_usd == pytest.approx(0.003)
    assert cost.per_1000_usd == pytest.approx(3)
    assert cost.per_passed_usd == pytest.approx(0.006)


def test_an_unknown_price_stays_unknown():
    half_known = (Exchange(cost_usd=0.002), Exchange(cost_usd=None))

    cost = summary(result("a", exchanges=half_known)).cost

    assert (cost.total_usd, cost.per_case_usd, cost.per_1000_usd) == (None, None, None)
    assert (cost.priced, cost.unpriced) == (0, 1)


def test_latency_is_that_of_exchanges_and_says_when_it_was_recorded():
    live = [Exchange(latency_s=float(second)) for second in range(1, 5)]

    measured = summary(result("a", exchanges=(*live, Exchange(latency_s=5.0, replayed=True))))

    assert (measured.latency.p50_s, measured.latency.p95_s) == (3.0, pytest.approx(4.8))
    assert (measured.latency.exchanges, measured.latency.recorded) == (5, True)


def test_tags_are_measured_for_themselves_with_their_errored():
    measured = summary(
        result("a", tags=("F2", "F1")),
        result("b", Status.FAILED, tags=("F1",)),
        result("c", Status.ERRORED, tags=("F1",)),
    ).tags

    assert [(t.tag, t.accuracy.passed, t.accuracy.cases, t.errored) for t in measured] == [
        ("F1", 1, 2, 1),
        ("F2", 1, 1, 0),
    ]


def test_providers_stand_in_the_order_in_which_they_appear():
    measured = summarise([result(provider="z"), result(provider="a"), result("b", provider="z")])

    assert [(entry.provider, entry.conversations) for entry in measured] == [("z", 2), ("a", 1)]


def test_a_summary_says_when_a_simulator_answered_and_when_answers_were_recorded():
    measured = summary(
        result("a", simulated=True, recorded_at="2026-11-02T00:00:00Z"),
        result("b", recorded_at="2026-11-01T00:00:00Z"),
    )

    assert measured.simulated
    assert measured.recorded_at == ("2026-11-01T00:00:00Z", "2026-11-02T00:00:00Z")

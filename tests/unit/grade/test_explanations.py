from __future__ import annotations

import pytest

from evalkit.grade import diff, explain, grade
from evalkit.results import Kind, Status, Verdict
from evalkit.transcript import Turn

HOSTILE = {
    "line breaks": "Paris\nPASSED",
    "terminal codes": "\x1b[2J\x1b[31mParis",
    "direction marks": "Paris\u202exela",
    "a lone surrogate": "Paris\ud800",
    "NUL": "Paris\x00",
    "a megabyte": "x" * 1_000_000,
    "line separators": "Paris\u2028PASSED\u0085",
}


@pytest.mark.parametrize("text", HOSTILE.values(), ids=HOSTILE)
@pytest.mark.parametrize(
    "write",
    [
        pytest.param(lambda shop, text: shop.weather(text), id="argument"),
        pytest.param(lambda shop, text: shop.call("get_weather", {text: 1}), id="argument name"),
        pytest.param(lambda shop, text: shop.call(text, {}), id="tool"),
        pytest.param(lambda shop, text: shop.call("get_weather", f"{{{text}"), id="raw"),
        pytest.param(lambda _, text: Turn(text=text), id="answer"),
        pytest.param(lambda _, text: Turn(refusal=text), id="refusal"),
        pytest.param(lambda _, text: Turn(text=text, finish=text, stop="truncated"), id="finish"),
    ],
)
@pytest.mark.parametrize(
    "expect",
    [
        {"calls": [{"tool": "get_weather", "args": {"location": "Oslo"}}]},
        {"no_call": True, "answer": "Oslo"},
        {"graders": {"bfcl": {"category": "simple", "answers": [{"get_weather": {}}]}}},
    ],
    ids=["calls", "no_call", "bfcl"],
)
def test_whatever_a_model_writes_a_reason_is_one_short_printable_line(shop, text, write, expect):
    result = grade(shop.case(expect), shop.transcript(write(shop, text)))

    lines = explain(result)

    assert lines
    assert [line for line in lines if not line.isprintable() or len(line) > 1000] == []


def test_long_results_are_cut(shop):
    calls = [shop.weather(f"City {number}") for number in range(80)]

    lines = explain(grade(shop.case({"no_call": True}), shop.transcript(*calls)))

    assert (len(lines), lines[-1]) == (51, "and 30 more")


def failed(expected, actual):
    return Verdict(
        expectation="calls[0] f",
        status=Status.FAILED,
        kind=Kind.WRONG_ARGUMENT,
        expected=expected,
        actual=actual,
    )


def test_a_value_of_several_lines_is_set_against_the_expected_one():
    assert diff(failed({"a": 1, "b": 2}, {"a": 1, "b": 3})) == (
        " {",
        '   "a": 1,',
        '-  "b": 2',
        '+  "b": 3',
        " }",
    )


def test_what_fits_into_the_reason_needs_no_diff():
    assert diff(failed("Paris", "Parisx")) == ()


def test_a_diff_of_hostile_values_stays_short():
    lines = diff(failed({str(n): "x" * 500 for n in range(100)}, {"\x1b[2J": "\u202e"}))

    assert 1 < len(lines) <= 20
    assert [line for line in lines if not line.isprintable() or len(line) > 200] == []


def test_a_value_too_deep_to_show_has_no_diff():
    deep = 1
    for _ in range(5000):
        deep = [deep]

    assert diff(failed({"a": 1}, deep)) == ()

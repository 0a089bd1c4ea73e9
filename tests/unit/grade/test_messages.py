"""What a reader is told of answers that are nearly right, told apart by a glance or not at all."""

from __future__ import annotations

import pytest

from evalkit.grade import explain, grade
from evalkit.transcript import Turn


def weather(location, **more):
    return {"tool": "get_weather", "args": {"location": location, **more}}


def order(**args):
    return {"tool": "get_order", "args": args}


@pytest.mark.parametrize(
    ("expected", "called", "reason"),
    [
        pytest.param(
            "Zürich",
            "Zu\u0308rich",
            "expected 'Zürich', got 'Zu\u0308rich' (the same letters, in another Unicode form)",
            id="composed and decomposed",
        ),
        pytest.param(
            "Paris",
            "P\u0430ris",
            "expected 'Paris', got 'P\u0430ris'"
            " (character 2: LATIN SMALL LETTER A expected, got CYRILLIC SMALL LETTER A)",
            id="another alphabet",
        ),
        pytest.param(
            "A-1",
            "A\u20111",
            "expected 'A-1', got 'A\u20111'"
            " (character 2: HYPHEN-MINUS expected, got NON-BREAKING HYPHEN)",
            id="another hyphen",
        ),
        pytest.param("Zürich", "Zurich", "expected 'Zürich', got 'Zurich'", id="another letter"),
        pytest.param("Paris", "Parisä", "expected 'Paris', got 'Parisä'", id="longer"),
        pytest.param(
            [1, 2, 3], [1, 2], "expected 3 entries [1, 2, 3], got 2 entries [1, 2]", id="short list"
        ),
        pytest.param(
            [{"a": 1}, {"b": 2}],
            [{"b": 2}, {"a": 1}],
            'expected the order [{"a": 1}, {"b": 2}], got [{"b": 2}, {"a": 1}];'
            " $unordered takes any",
            id="another order",
        ),
        pytest.param(
            {"$unordered": ["a", "b"]},
            ["a", "b", "c"],
            'expected 2 entries ["a", "b"] in any order, got 3: ["a", "b", "c"]',
            id="one entry too many",
        ),
        pytest.param(
            {"$unordered": ["a", "a", "b"]},
            ["a", "b", "b"],
            'each entry that matches \'a\' is needed for another, got ["a", "b", "b"]',
            id="an entry that is due twice",
        ),
    ],
)
def test_what_looks_alike_is_told_apart(shop, expected, called, reason):
    result = grade(
        shop.case({"calls": [order(x=expected)]}),
        shop.transcript(shop.call("get_order", {"x": called})),
    )

    assert explain(result) == (f"wrong_argument: get_order $.x: {reason}",)


@pytest.mark.parametrize(
    ("raw", "told"),
    [
        pytest.param('["Paris"]', "(JSON, but no object): '[\"Paris\"]'", id="a list"),
        pytest.param("Paris", "(no JSON at all): 'Paris'", id="prose"),
        pytest.param(
            "{'location': 'Rome'}",
            "(single quotes): \"{'location': 'Rome'}\""
            "; as JSON it would be wrong, too: $.location: expected 'Paris', got 'Rome'",
            id="wrong in two ways",
        ),
        pytest.param(
            '{"location": 2*3}', "(expression): '{\"location\": 2*3}'", id="to be worked out"
        ),
        pytest.param('{"location": "Par', '(truncated): \'{"location": "Par\'', id="cut off"),
    ],
)
def test_malformed_arguments_say_what_they_are(shop, raw, told):
    result = grade(
        shop.case({"calls": [weather("Paris")]}), shop.transcript(shop.call("get_weather", raw))
    )

    assert explain(result) == (
        f"malformed_json: get_weather: arguments are not a JSON object {told}",
    )


def test_of_several_calls_of_a_tool_the_wrong_one_is_numbered(shop):
    case = shop.case({"calls": [weather("Paris", unit="c"), weather("Oslo", unit="c")]})
    calls = (shop.weather("Paris", unit="c"), shop.weather("Oslo", unit="k"))

    result = grade(case, shop.transcript(*calls))

    assert explain(result) == (
        "wrong_argument: get_weather (call 2) $.unit: expected 'c', got 'k'",
        'schema_violation: get_weather (call 2) $.unit: "k" is not one of "c" or "f"',
    )


@pytest.mark.parametrize(
    ("times", "told"),
    [
        pytest.param({"min": 3, "max": 3}, "was called 1 time, 3 expected", id="exactly"),
        pytest.param(
            {"min": 3, "max": None}, "was called 1 time, at least 3 expected", id="at least"
        ),
        pytest.param({"min": 2, "max": 2}, "was called once less than expected", id="one less"),
    ],
)
def test_calls_that_lack_are_counted_in_one_line(shop, times, told):
    case = shop.case({"calls": [weather("Paris") | {"times": times}], "extra_calls": "allow"})
    others = [shop.call("get_user", call_id=f"call_{n}") for n in range(3)]

    result = grade(case, shop.transcript(shop.weather("Paris"), *others))

    assert explain(result) == (f"missing_call: get_weather(location='Paris') {told}",)


def test_the_place_of_a_complaint_stands_in_its_reason(shop):
    expect = {"any_of": [{"calls": [weather("Paris")]}, {"no_call": True, "answer": "Where?"}]}

    result = grade(shop.case(expect), shop.transcript(shop.weather("Rome")))

    assert result.failures[0].reason == (
        "any_of[0]: get_weather $.location: expected 'Paris', got 'Rome'"
    )


def test_a_latency_that_is_not_known_is_said_to_be_so(shop):
    result = grade(shop.case({"limits": {"latency_s": 1}}), shop.transcript(Turn(text="Hi")))

    assert explain(result) == (
        "errored: limits.latency_s: cannot be judged, for an answer came without its latency",
    )

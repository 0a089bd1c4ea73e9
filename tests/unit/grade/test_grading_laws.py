from __future__ import annotations

import json

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec.structs import replace

from evalkit.grade import explain, grade
from evalkit.matchers import compile_arguments
from evalkit.results import CaseResult, Status
from evalkit.suite import CallExpectation
from evalkit.transcript import MADE_UP_ID, Defect, Stop, ToolCall, ToolResult, Turn

TEXTS = st.text(st.characters(codec=None), max_size=8)
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | TEXTS,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(TEXTS, inner, max_size=3),
    max_leaves=8,
)
OBJECTS = st.dictionaries(TEXTS | st.sampled_from(["location", "unit"]), JSON, max_size=4)
NAMES = st.sampled_from(["get_weather", "get_order", "process_refund", "get_wether"]) | TEXTS
CALLS = st.builds(
    ToolCall,
    id=TEXTS,
    name=NAMES,
    raw=st.none() | TEXTS,
    arguments=st.none() | OBJECTS,
    defects=st.lists(st.sampled_from(Defect), max_size=2, unique=True).map(tuple),
)
TURNS = st.builds(
    Turn,
    text=st.none() | TEXTS,
    calls=st.lists(CALLS, max_size=3).map(tuple),
    refusal=st.none() | TEXTS,
    stop=st.sampled_from(Stop),
    finish=st.none() | TEXTS,
)
RESULTS = st.builds(ToolResult, call_id=TEXTS, name=NAMES, content=JSON, is_error=st.booleans())
MESSAGES = st.lists(TURNS | RESULTS, max_size=4)

WEATHER = {"tool": "get_weather", "args": {"location": "Paris"}}
ORDER = {"tool": "get_order", "args": {"id": {"$any": True}}, "id": "order"}
EXPECTATIONS = {
    "no call": {"no_call": True},
    "calls": {"calls": [WEATHER, ORDER]},
    "strict": {"calls": [WEATHER, ORDER], "order": "strict"},
    "one turn": {"calls": [WEATHER, ORDER], "same_turn": True},
    "after": {"calls": [WEATHER | {"after": ["order"]}, ORDER]},
    "any of": {"any_of": [{"no_call": True}, {"calls": [WEATHER]}]},
    "over time": {
        "retries": {"min": 1, "max": 2},
        "idempotent": [{"tool": "process_refund", "key": "unit"}],
        "confirm": ["process_refund"],
        "grounded": [
            {"tool": "get_weather", "argument": "location", "pattern": {"$result": "get_order"}}
        ],
        "recovers": True,
        "answer": {"$contains": "47"},
        "limits": {"calls": 1},
    },
    "bfcl": {"graders": {"bfcl": {"category": "parallel", "answers": [{"get_weather": {}}]}}},
}


@pytest.mark.parametrize("expect", EXPECTATIONS.values(), ids=EXPECTATIONS)
@settings(max_examples=60)
@given(messages=MESSAGES, stop=st.sampled_from(Stop))
def test_no_answer_of_a_model_makes_grading_raise(shop, expect, messages, stop):
    result = grade(shop.case(expect), shop.transcript(*messages, stop=stop))

    assert isinstance(result, CaseResult)
    assert all(line.isprintable() for line in explain(result))


CITIES = st.sampled_from(["Paris", "Oslo", "Rome", {"$any": True}, {"$text": "paris!"}])
EXPECTED_CALLS = st.lists(
    st.builds(
        lambda city, optional, most: {
            "tool": "get_weather",
            "args": {"location": city},
            "optional": optional,
            "times": {"min": 1, "max": most},
        },
        CITIES,
        st.booleans(),
        st.sampled_from([1, 1, 1, 2, None]),
    ),
    min_size=1,
    max_size=4,
)
MADE_CALLS = st.lists(st.sampled_from(["Paris", "Oslo", "Rome", "paris"]), max_size=5)


@given(expected=EXPECTED_CALLS, made=MADE_CALLS, data=st.data())
def test_the_order_of_writing_never_decides(shop, expected, made, data):
    shuffled_expected = data.draw(st.permutations(expected))
    shuffled_made = data.draw(st.permutations(made))

    def status(calls, cities):
        turn = Turn(calls=tuple(shop.weather(city) for city in cities))
        return grade(shop.case({"calls": calls}), shop.transcript(turn)).status

    assert status(expected, made) is status(shuffled_expected, shuffled_made)


@given(arguments=st.dictionaries(TEXTS.filter(lambda key: not key.startswith("$")), JSON))
def test_a_call_meets_an_expectation_made_of_its_own_arguments(shop, arguments):
    literal = {key: {"$equals": value} for key, value in arguments.items()}
    expected = CallExpectation(tool="get_order", args=compile_arguments(literal))
    call = ToolCall(id=MADE_UP_ID, name="get_order", raw=None, arguments=arguments)

    result = grade(shop.case({"calls": [expected]}), shop.transcript(call))

    has_nan = "NaN" in json.dumps(arguments)
    assert has_nan or result.status is Status.PASSED


@given(made=MADE_CALLS)
def test_every_call_and_every_expected_call_is_paired_once(shop, made):
    case = shop.case({"calls": [WEATHER, ORDER]})
    turn = Turn(calls=tuple(shop.weather(city) for city in made))

    pairings = grade(case, shop.transcript(turn)).pairings

    assert sorted(p.expected for p in pairings if p.expected) == ["get_order", "get_weather"]
    assert len([p for p in pairings if p.called]) == len(made)


def test_the_same_transcript_gives_the_same_result(shop):
    case = shop.case({"calls": [WEATHER, ORDER]})
    transcript = shop.transcript(shop.weather("Oslo"))

    assert grade(case, transcript) == grade(replace(case), transcript)


@pytest.mark.parametrize("depth", [100, 900, 50_000])
def test_deep_nesting_is_judged_like_anything_else(shop, depth):
    value = "Paris"
    for _ in range(depth):
        value = {"location": value}
    call = ToolCall(id="c", name="get_weather", raw=None, arguments={"location": value})

    result = grade(shop.case({"calls": [WEATHER]}), shop.transcript(call))

    assert result.status is Status.FAILED


def test_two_thousand_calls_are_judged_in_no_time(shop):
    calls = [shop.weather(f"City {number}") for number in range(2000)]
    case = shop.case({"calls": [WEATHER, ORDER] * 3, "extra_calls": "allow"})

    result = grade(case, shop.transcript(*calls))

    assert len(result.failures) == 6

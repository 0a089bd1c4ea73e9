from __future__ import annotations

import pytest

from evalkit.grade import explain, grade
from evalkit.results import Kind, Pairing, Status
from evalkit.transcript import ToolResult, Turn

PARIS = {"tool": "get_weather", "args": {"location": "Paris"}}
OSLO = {"tool": "get_weather", "args": {"location": "Oslo"}}
ANYWHERE = {"tool": "get_weather", "args": {"location": {"$any": True}}}


def kinds(result):
    return [verdict.kind for verdict in result.failures]


def result_of(call, content="ok", *, is_error=False):
    return ToolResult(call_id=call.id, name=call.name, content=content, is_error=is_error)


def test_an_expectation_that_takes_any_call_leaves_the_right_one_to_its_neighbour(shop):
    case = shop.case({"calls": [ANYWHERE, PARIS]})

    result = grade(case, shop.transcript(shop.weather("Paris"), shop.weather("Rome")))

    assert result.status is Status.PASSED


@pytest.mark.parametrize("order", [(0, 1), (1, 0)], ids=["as written", "the other way round"])
def test_the_nearest_call_explains_an_expectation_in_whatever_order(shop, order):
    calls = (shop.weather("Parisx"), shop.weather("Osl"))
    case = shop.case({"calls": [PARIS, OSLO]})

    result = grade(case, shop.transcript(*(calls[index] for index in order)))

    paris, oslo = order.index(0) + 1, order.index(1) + 1
    assert {v.reason for v in result.failures} == {
        f"get_weather (call {paris}) $.location: expected 'Paris', got 'Parisx'",
        f"get_weather (call {oslo}) $.location: expected 'Oslo', got 'Osl'",
    }


@pytest.mark.parametrize(
    ("call", "reason"),
    [
        pytest.param(
            ("get_weather", {"location": "Parisx"}),
            "get_weather $.location: expected 'Paris', got 'Parisx'",
            id="wrong argument",
        ),
        pytest.param(
            ("get_order", {"order_id": "A1"}),
            "expected get_weather(location='Paris'), got get_order(order_id='A1'), another tool",
            id="another tool",
        ),
        pytest.param(
            ("get_wether", {"location": "Paris"}),
            "get_weather(location='Paris') was never called;"
            " nearest: get_wether(location='Paris'), another tool",
            id="unknown tool",
        ),
        pytest.param(
            ("get_weather", "{'location': 'Paris'}"),
            "get_weather: arguments are not a JSON object (single quotes):"
            " \"{'location': 'Paris'}\"; as JSON it would have been right",
            id="malformed but meant",
        ),
        pytest.param(
            ("get_weather", '{"location": "Par'),
            'get_weather: arguments are not a JSON object (truncated): \'{"location": "Par\'',
            id="malformed and cut off",
        ),
    ],
)
def test_a_call_that_is_not_the_expected_one_is_explained_in_a_line(shop, call, reason):
    result = grade(shop.case({"calls": [PARIS]}), shop.transcript(shop.call(*call)))

    assert result.failures[0].reason == reason


@pytest.mark.parametrize(
    ("turn", "reason"),
    [
        pytest.param(Turn(), "no tool was called", id="silence"),
        pytest.param(Turn(text="Sunny!"), "the model answered 'Sunny!'", id="talk"),
    ],
)
def test_a_missing_call_says_what_came_instead(shop, turn, reason):
    result = grade(shop.case({"calls": [PARIS]}), shop.transcript(turn))

    assert explain(result) == (
        f"missing_call: get_weather(location='Paris') was never called; {reason}",
    )


@pytest.mark.parametrize(
    ("extra", "called", "found"),
    [
        pytest.param(None, "get_order", [Kind.EXTRA_CALL], id="forbidden unless said"),
        pytest.param("allow", "get_order", [], id="allowed"),
        pytest.param(("get_order",), "get_order", [], id="allowed by name"),
        pytest.param(("get_user",), "get_order", [Kind.EXTRA_CALL], id="another name"),
        pytest.param("allow", "get_wether", [Kind.UNKNOWN_TOOL], id="unknown all the same"),
    ],
)
def test_calls_beside_the_expected_ones_follow_extra_calls(shop, extra, called, found):
    case = shop.case({"calls": [PARIS], "extra_calls": extra})

    result = grade(case, shop.transcript(shop.weather("Paris"), shop.call(called)))

    assert kinds(result) == found


def test_a_call_made_once_too_often_is_said_to_be_so(shop):
    result = grade(
        shop.case({"calls": [PARIS]}), shop.transcript(shop.weather("Paris"), shop.weather("Paris"))
    )

    assert explain(result) == (
        "extra_call: get_weather(location='Paris') was called once more than expected",
    )


@pytest.mark.parametrize(
    ("times", "made", "found"),
    [
        pytest.param({"min": 2, "max": 2}, 2, [], id="exactly"),
        pytest.param({"min": 2, "max": 2}, 1, [Kind.MISSING_CALL], id="too few"),
        pytest.param({"min": 1, "max": 2}, 3, [Kind.EXTRA_CALL], id="too many"),
        pytest.param({"min": 1, "max": None}, 4, [], id="no upper bound"),
        pytest.param({"min": 2, "max": None}, 1, [Kind.MISSING_CALL], id="too few of many"),
        pytest.param({"min": 0, "max": 1}, 0, [], id="none is enough"),
        pytest.param({"min": 10**9, "max": None}, 0, [Kind.MISSING_CALL], id="a huge bound"),
    ],
)
def test_a_call_may_be_expected_several_times(shop, times, made, found):
    case = shop.case({"calls": [PARIS | {"times": times}]})

    result = grade(case, shop.transcript(*[shop.weather("Paris")] * made or [Turn()]))

    assert sorted(set(kinds(result))) == found


def test_an_optional_call_may_be_left_out_but_not_be_made_wrongly(shop):
    case = shop.case({"calls": [PARIS, OSLO | {"optional": True}]})

    left_out = grade(case, shop.transcript(shop.weather("Paris")))
    wrong = grade(case, shop.transcript(shop.weather("Paris"), shop.weather("Rome")))

    assert (left_out.status, kinds(wrong)) == (Status.PASSED, [Kind.WRONG_ARGUMENT])


def test_pairings_set_expected_tools_beside_called_ones(shop):
    case = shop.case({"calls": [PARIS, {"tool": "get_user", "args": {}}]})

    result = grade(case, shop.transcript(shop.weather("Rome"), shop.call("get_wether")))

    assert result.pairings == (
        Pairing(expected="get_weather", called="get_weather"),
        Pairing(expected="get_user", called=None),
        Pairing(expected=None, called="get_wether"),
    )


@pytest.mark.parametrize(
    ("cities", "found"),
    [
        pytest.param(["Paris", "Oslo"], [], id="in order"),
        pytest.param(["Oslo", "Paris"], [Kind.WRONG_ORDER], id="the other way round"),
        pytest.param(["Paris"], [Kind.MISSING_CALL], id="one is missing"),
        pytest.param(["Oslo", "Paris", "Oslo"], [Kind.EXTRA_CALL], id="once too often"),
    ],
)
def test_strict_order_is_the_order_as_written(shop, cities, found):
    case = shop.case({"calls": [PARIS, OSLO], "order": "strict"})

    result = grade(case, shop.transcript(*map(shop.weather, cities)))

    assert kinds(result) == found


def test_strict_order_finds_a_sequence_among_allowed_extras(shop):
    case = shop.case({"calls": [PARIS, OSLO], "order": "strict", "extra_calls": "allow"})

    result = grade(case, shop.transcript(*map(shop.weather, ["Oslo", "Paris", "Oslo"])))

    assert result.status is Status.PASSED


def test_strict_order_lets_a_call_without_upper_bound_repeat_in_its_place_only(shop):
    many = PARIS | {"times": {"min": 1, "max": None}}
    case = shop.case({"calls": [many, OSLO], "order": "strict"})

    together = grade(case, shop.transcript(*map(shop.weather, ["Paris", "Paris", "Oslo"])))
    apart = grade(case, shop.transcript(*map(shop.weather, ["Paris", "Oslo", "Paris"])))

    assert (together.status, kinds(apart)) == (Status.PASSED, [Kind.WRONG_ORDER])


def test_an_optional_call_may_be_skipped_in_strict_order(shop):
    case = shop.case({"calls": [PARIS | {"optional": True}, OSLO], "order": "strict"})

    result = grade(case, shop.transcript(shop.weather("Oslo")))

    assert result.status is Status.PASSED


def test_calls_of_one_turn_are_told_from_calls_of_two(shop):
    case = shop.case({"calls": [PARIS, OSLO], "same_turn": True})
    paris, oslo = shop.weather("Paris"), shop.weather("Oslo")

    together = grade(case, shop.transcript(oslo, paris))
    apart = grade(case, shop.transcript(Turn(calls=(paris,)), Turn(calls=(oslo,))))

    assert together.status is Status.PASSED
    assert explain(apart) == (
        (
            "not_parallel: expected all calls in one turn,"
            " got get_weather in turn 1, get_weather in turn 2"
        ),
    )


def test_one_turn_must_hold_the_repetitions_too(shop):
    many = PARIS | {"times": {"min": 1, "max": None}}
    case = shop.case({"calls": [many], "same_turn": True})
    turn = Turn(calls=(shop.weather("Paris"),))

    assert kinds(grade(case, shop.transcript(turn, turn))) == [Kind.NOT_PARALLEL]


FIRST_USER = [
    {"tool": "get_user", "args": {}, "id": "user"},
    {"tool": "get_order", "args": {}, "after": ["user"]},
]


def test_a_call_may_need_the_result_of_another_one(shop):
    case = shop.case({"calls": FIRST_USER})
    user, order = shop.call("get_user"), shop.call("get_order")

    later = grade(case, shop.transcript(Turn(calls=(user,)), result_of(user), Turn(calls=(order,))))
    at_once = grade(case, shop.transcript(user, order))
    before = grade(case, shop.transcript(Turn(calls=(order,)), Turn(calls=(user,))))

    assert later.status is Status.PASSED
    assert explain(at_once) == (
        "wrong_order: get_order() was called in the same turn as get_user, whose result it needs",
    )
    assert explain(before) == (
        "wrong_order: get_order() was called before get_user, whose result it needs",
    )


def test_a_wrong_argument_does_not_hide_a_wrong_order(shop):
    calls = [FIRST_USER[0], FIRST_USER[1] | {"args": {"id": "7"}}]

    result = grade(
        shop.case({"calls": calls}),
        shop.transcript(shop.call("get_user"), shop.call("get_order", {"id": "8"})),
    )

    assert kinds(result) == [Kind.WRONG_ARGUMENT, Kind.WRONG_ORDER]


def test_dependencies_choose_among_calls_that_look_alike(shop):
    chain = [
        {"tool": "get_order", "args": {}, "after": ["b"]},
        {"tool": "get_order", "args": {}, "id": "b", "after": ["a"]},
        {"tool": "get_order", "args": {}, "id": "a"},
    ]
    turn = Turn(calls=(shop.call("get_order"),))

    three = grade(shop.case({"calls": chain}), shop.transcript(turn, turn, turn))
    two = grade(
        shop.case({"calls": chain}), shop.transcript(turn, Turn(calls=turn.calls + turn.calls))
    )

    assert (three.status, set(kinds(two))) == (Status.PASSED, {Kind.WRONG_ORDER})


def test_an_optional_call_that_was_not_made_delays_nobody(shop):
    calls = [FIRST_USER[0] | {"optional": True}, FIRST_USER[1]]

    result = grade(shop.case({"calls": calls}), shop.transcript(shop.call("get_order")))

    assert result.status is Status.PASSED


def test_an_optional_call_is_left_out_where_that_saves_the_order(shop):
    calls = [
        {"tool": "get_user", "args": {}, "id": "user", "optional": True},
        {"tool": "get_order", "args": {}, "after": ["user"]},
    ]
    case = shop.case({"calls": calls, "extra_calls": "allow"})

    result = grade(case, shop.transcript(shop.call("get_order"), shop.call("get_user")))

    assert result.status is Status.PASSED


def test_a_hopeless_search_for_an_order_ends(shop):
    calls = [
        {"tool": "get_order", "args": {}, "id": f"c{i}", "after": [f"c{i - 1}"] if i else []}
        for i in range(12)
    ]
    turns = [Turn(calls=(shop.call("get_order"),) * 12)] * 2

    result = grade(shop.case({"calls": calls, "extra_calls": "allow"}), shop.transcript(*turns))

    assert result.status is Status.FAILED


def test_a_search_beyond_its_bounds_ends_with_what_was_seen_first(shop):
    anything = [{"tool": "get_order", "args": {"id": {"$any": True}}}] * 8
    telling = [
        {"tool": "get_order", "args": {"id": number}, "optional": True} for number in range(8)
    ]
    calls = [*anything, *telling, *FIRST_USER[:1], FIRST_USER[1] | {"tool": "process_refund"}]
    made = [shop.call("get_order", {"id": number}) for number in range(8)]
    early = [shop.call("process_refund"), shop.call("get_user")]

    result = grade(shop.case({"calls": calls}), shop.transcript(*made, *early))

    assert kinds(result) == [Kind.WRONG_ORDER]


@pytest.mark.parametrize(
    ("raw", "reason"),
    [
        pytest.param({"location": "Paris"}, "was called once less than expected", id="right"),
        pytest.param(
            "{",
            "was never called; nearest: get_weather with '{', arguments that cannot be read",
            id="malformed",
        ),
        pytest.param(
            {"location": "Rome"},
            (
                "was never called; nearest: get_weather(location='Rome'),"
                " $.location: expected 'Paris', got 'Rome'"
            ),
            id="wrong",
        ),
    ],
)
def test_a_call_that_is_due_twice_and_made_once_is_missing(shop, raw, reason):
    case = shop.case({"calls": [PARIS, PARIS]})

    result = grade(case, shop.transcript(shop.call("get_weather", raw)))

    assert result.failures[-1].reason == f"get_weather(location='Paris') {reason}"


@pytest.mark.parametrize(
    ("args", "shown"),
    [
        pytest.param({"at": {"$text": "Oslo"}}, "get_user(at=$text 'Oslo')", id="matcher"),
        pytest.param({"at": {"x": 1}}, 'get_user(at={"x": 1})', id="mapping"),
        pytest.param(
            dict.fromkeys("abcdefgh", 1), "get_user(a=1, b=1, c=1, d=1, e=1, f=1, …)", id="many"
        ),
    ],
)
def test_an_expected_call_is_shown_as_the_suite_wrote_it(shop, args, shown):
    case = shop.case({"calls": [{"tool": "get_user", "args": args}]})

    result = grade(case, shop.transcript(Turn()))

    assert result.failures[0].reason == f"{shown} was never called; no tool was called"

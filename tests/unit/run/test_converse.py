from itertools import repeat

import pytest
from held_talks import HELLO, SIMULATED, Held, asks, call

from evalkit.run import Course
from evalkit.tools import NotSimulated
from evalkit.transcript import Prompt, Stop, ToolCall, Turn


def test_a_conversation_ends_with_an_answer(case):
    held = Held(case(), [HELLO])

    assert held.stop is Stop.ANSWERED
    assert held.course.messages == [HELLO]
    assert (held.course.limits, held.course.alerts) == ([], [])
    assert [type(message) for message in held.asked[0]] == [Prompt, Prompt]


def test_every_call_of_a_turn_is_answered_under_its_own_id_and_in_order(case):
    both = Turn(calls=(call("x", order_id="A1"), call("y", "pay"), call("z", "refund")))

    held = Held(case(), [both, HELLO])

    assert [(r.call_id, r.content) for r in held.results[:2]] == [("x", "open"), ("y", "paid")]
    assert (held.results[2].call_id, held.results[2].is_error) == ("z", True)
    assert held.asked[1][2:] == (both, *held.results)


def test_calls_end_a_conversation_whose_tools_are_not_simulated(case):
    held = Held(case("settings: {max_turns: 3}\n"), [asks("A1")])

    assert held.stop is Stop.ANSWERED
    assert held.results == []


@pytest.mark.parametrize(
    "expect",
    [
        "no_call",
        "{forbid: [pay]}",
        "{confirm: [pay]}",
        "{calls: [{pay: {}}]}",
        "{any_of: [{calls: [{pay: {}}]}, {answer: no}]}",
        "{idempotent: {tool: pay, key: key}}",
    ],
)
def test_a_call_that_the_case_judges_needs_no_answer_and_ends_the_conversation(case, expect):
    keys = f"simulate: {{get_order: open}}\ncases: [{{id: a, prompt: x, expect: {expect}}}]\n"

    held = Held(case(keys), [asks("A1"), Turn(calls=(call("p", "pay"),))])

    assert held.stop is Stop.ANSWERED
    assert len(held.results) == 1


TURNS = """
simulate: {get_order: open}
cases:
  - id: a
    expect: {forbid: [pay]}
    turns: [{user: Refund A1}, {user: Yes}, {user: Thanks}]
"""


def test_a_scripted_user_speaks_when_the_model_has_answered(case):
    held = Held(case(TURNS), [asks("A1"), Turn(text="Sure?"), HELLO, HELLO])

    assert held.stop is Stop.ANSWERED
    assert [m.text for m in held.course.messages if isinstance(m, Prompt)] == ["Yes", "Thanks"]


@pytest.mark.parametrize(
    ("setting", "turns", "stop", "limit"),
    [
        pytest.param(
            "max_turns: 2",
            (asks(f"A{n}") for n in range(9)),
            Stop.TURN_LIMIT,
            "turn 2: stopped: more than 2 turns (settings.max_turns)",
            id="two turns allowed",
        ),
        pytest.param(
            "max_repeats: 2",
            repeat(asks("A1")),
            Stop.REPEATED_CALL,
            (
                "turn 3: stopped: get_order was called more than 2 times with the same arguments "
                "(settings.max_repeats)"
            ),
            id="third identical call",
        ),
        pytest.param(
            "max_repeats: 3",
            [asks("A1", "A1", "A2"), asks("A1", "A1")],
            Stop.REPEATED_CALL,
            (
                "turn 2: stopped: get_order was called more than 3 times with the same arguments "
                "(settings.max_repeats)"
            ),
            id="repeats inside a turn",
        ),
        pytest.param(
            "max_calls: 3",
            [asks("A1", "A2"), asks("A3", "A4")],
            Stop.TOOL_BUDGET,
            "turn 2: stopped: more than 3 calls in one conversation (settings.max_calls)",
            id="fourth call",
        ),
    ],
)
def test_a_runaway_conversation_is_stopped(case, setting, turns, stop, limit):
    held = Held(case(f"{SIMULATED}settings: {{{setting}}}\n"), turns)

    assert held.stop is stop
    assert held.course.limits == [limit]


def test_turns_are_counted_over_the_whole_conversation_with_a_scripted_user(case):
    held = Held(case(f"settings: {{max_turns: 2}}{TURNS}"), [HELLO, HELLO])

    assert held.stop is Stop.TURN_LIMIT
    assert len(held.asked) == 2


def test_the_same_arguments_in_another_order_are_the_same_call(case):
    keys = SIMULATED + "settings: {max_repeats: 1}\n"
    one = Turn(calls=(call("a", "pay", x=1, y=2),))
    other = Turn(calls=(call("b", "pay", y=2, x=1),))

    held = Held(case(keys), [one, other])

    assert held.stop is Stop.REPEATED_CALL


def test_a_call_that_is_no_json_is_told_so_and_repeats_count_by_what_was_written(case):
    broken = Turn(calls=(ToolCall(id="c", name="pay", raw="{x", arguments=None),))

    held = Held(case(), repeat(broken))

    assert held.stop is Stop.REPEATED_CALL
    assert [r.content["error"]["code"] for r in held.results] == ["invalid_call"] * 3


@pytest.mark.parametrize(
    ("turn", "ends"),
    [
        (asks("A1", stop=Stop.TRUNCATED, finish="length"), False),
        (asks("A1", stop=Stop.REFUSED), False),
        (Turn(calls=(ToolCall(id="c", name="pay", raw="{", arguments=None),),
              stop=Stop.TRUNCATED), True),
        (Turn(text="I", stop=Stop.TRUNCATED), True),
    ],
    ids=["complete call", "complete call, refused", "call cut off", "text cut off"],
)  # fmt: skip
def test_a_stop_reason_is_believed_only_where_the_calls_bear_it_out(case, turn, ends):
    held = Held(case(), [turn, HELLO])

    assert held.stop is (turn.stop if ends else Stop.ANSWERED)
    assert len(held.asked) == (1 if ends else 2)


SLOW = "simulate: {get_order: [{fault: {slow: {s: %s}}}, {return: open}]}\nsettings: {%s}\n"


def test_a_tool_that_takes_too_long_is_told_to_the_model_as_a_timeout(case):
    held = Held(case(SLOW % (60, "tool_timeout_s: 2")), [asks("A1"), HELLO])

    assert held.stop is Stop.ANSWERED
    assert held.results[0].content == {
        "error": {"code": "timeout", "message": "The tool did not answer within 2 s."}
    }
    assert (held.results[0].is_error, held.results[0].fault) == (True, "slow")
    assert held.course.limits == [
        "turn 1: get_order did not answer in time (settings.tool_timeout_s)"
    ]
    assert held.course.now_s == 2.0


@pytest.mark.parametrize(("at_once", "took_s"), [(1, 9.0), (2, 6.0), (3, 3.0), (9, 3.0)], ids=str)
def test_so_many_tools_run_at_once_and_the_others_wait(case, at_once, took_s):
    settings = f"max_parallel_calls: {at_once}, conversation_timeout_s: 99"

    held = Held(case(SLOW % (3, settings)), [asks("A1", "A2", "A3"), HELLO])

    assert len(held.results) == 3
    assert held.course.now_s == took_s
    limit = f"turn 1: 3 calls, run {at_once} at once (settings.max_parallel_calls)"
    assert held.course.limits == ([limit] if at_once < 3 else [])


def test_time_is_up_for_the_tools_too(case):
    settings = "max_parallel_calls: 1, conversation_timeout_s: 5, max_repeats: 9"

    held = Held(case(SLOW % (4, settings)), [asks("A1", "A2", "A3")])

    assert held.stop is Stop.TIMEOUT
    assert held.course.now_s == 5.0
    assert [result.is_error for result in held.results] == [False, True, True]
    assert held.course.limits == [
        "turn 1: 3 calls, run 1 at once (settings.max_parallel_calls)",
        "turn 1: get_order did not answer in time (settings.conversation_timeout_s)",
        "turn 1: get_order did not answer in time (settings.conversation_timeout_s)",
        "turn 1: stopped: more than 5 s in all (settings.conversation_timeout_s)",
    ]


def test_slow_answers_of_the_model_count_but_one_that_is_there_is_taken(case):
    keys = SIMULATED + "settings: {conversation_timeout_s: 5}\n"

    stopped = Held(case(keys), [asks("A1"), asks("A2")], latency_s=3.0)
    answered = Held(case(keys), [asks("A1"), HELLO], latency_s=3.0)

    assert (stopped.stop, len(stopped.results)) == (Stop.TIMEOUT, 1)
    assert answered.stop is Stop.ANSWERED


def test_a_tool_that_is_called_too_often_says_when_to_try_again(case):
    keys = SIMULATED + "settings: {rate_limits: {get_order: {calls: 1, per_s: 10}}}\n"

    held = Held(case(keys), [asks("A1", "A2"), asks("A2"), HELLO], latency_s=12.0)

    assert [result.is_error for result in held.results] == [False, True, False]
    assert held.results[1].content["error"]["retry_after_s"] == 10
    assert held.course.limits == ["turn 1: get_order was called too often (settings.rate_limits)"]


FUNCTION = "simulate: {get_order: [{python: 'shop:get_order'}], pay: paid}\nsettings: {%s}\n"


def test_functions_are_run_outside_and_their_answers_take_their_places(case):
    turn = Turn(calls=(call("x", "pay"), call("y", order_id="A1"), call("z", order_id="A2")))

    held = Held(case(FUNCTION % "max_turns: 9"), [turn, HELLO], took_s=2.0)

    (errands,) = held.errands
    assert [(e.call_id, e.function, e.arguments) for e in errands.calls] == [
        ("y", "shop:get_order", {"order_id": "A1"}),
        ("z", "shop:get_order", {"order_id": "A2"}),
    ]
    assert errands.timeout_s == 5
    assert [(r.call_id, r.content) for r in held.results] == [
        ("x", "paid"), ("y", "done"), ("z", "done"),
    ]  # fmt: skip
    assert held.course.now_s == 2.0


def test_a_function_gets_no_more_time_than_the_conversation_has_left(case):
    keys = FUNCTION % "conversation_timeout_s: 4"

    held = Held(case(keys), [asks("A1"), HELLO], latency_s=1.5)

    assert held.errands[0].timeout_s == 2.5


@pytest.mark.parametrize(
    ("turns", "alerts"),
    [
        (
            [asks(*"ABCDEF"), HELLO],
            ["turn 1: 6 calls in one answer, more than 5 (alerts.calls_per_turn)"],
        ),
        (
            [asks("A1"), asks("A1"), HELLO],
            ["turn 2: the calls of the answer before, once more (alerts.repeated_turn)"],
        ),
        (
            [Turn(text="I", stop=Stop.TRUNCATED)],
            ["turn 1: the answer was cut off at its token limit (alerts.truncated)"],
        ),
        ([asks("A1"), asks("A2"), HELLO], []),
    ],
    ids=["many calls", "same again", "cut off", "nothing"],
)
def test_an_alert_points_out_what_is_odd_without_stopping_anything(case, turns, alerts):
    held = Held(case(), turns)

    assert held.course.alerts == alerts
    assert len(held.asked) == len(turns)


def test_a_slow_tool_is_an_alert(case):
    keys = SLOW % (2, "alerts: {tool_s: 1.5}")

    held = Held(case(keys), [asks("A1"), HELLO])

    assert held.course.alerts == ["turn 1: get_order took 2 s, 1.5 s or more (alerts.tool_s)"]


@pytest.mark.parametrize(
    "alerts", ["calls_per_turn: 9", "repeated_turn: off", "truncated: off, tool_s: 9"]
)
def test_a_suite_sets_the_thresholds_of_alerts(case, alerts):
    keys = SIMULATED + f"settings: {{alerts: {{{alerts}}}}}\n"
    odd = {
        "calls_per_turn: 9": [asks(*"ABCDEF"), HELLO],
        "repeated_turn: off": [asks("A1"), asks("A1"), HELLO],
        "truncated: off, tool_s: 9": [Turn(text="I", stop=Stop.TRUNCATED)],
    }

    held = Held(case(keys), odd[alerts])

    assert held.course.alerts == []


def test_what_happened_is_kept_when_a_call_is_not_simulated(case):
    course = Course()
    turns = [Turn(calls=(call("x", "pay"),)), asks("A1")]

    with pytest.raises(NotSimulated):
        Held(case("simulate: {pay: paid}\n"), turns, course=course)

    assert [type(message).__name__ for message in course.messages] == ["Turn", "ToolResult", "Turn"]

from __future__ import annotations

import pytest
from msgspec.structs import replace

from evalkit.grade import explain, grade
from evalkit.grade._grade import MAX_PREPARED
from evalkit.results import Kind, Status
from evalkit.transcript import (
    Defect,
    Exchange,
    Prompt,
    Stop,
    ToolResult,
    Trouble,
    Turn,
    Usage,
)

YES = Prompt(role="user", text="Yes, go ahead")


def kinds(result):
    return [verdict.kind for verdict in result.failures]


@pytest.fixture
def refund(shop):
    return shop.call("process_refund", {"order_id": "A8472"})


def fault(call):
    return ToolResult(call_id=call.id, name=call.name, content="timeout", is_error=True)


def success(call, content="ok"):
    return ToolResult(call_id=call.id, name=call.name, content=content)


def test_a_call_where_none_was_due_is_an_over_call(shop):
    result = grade(shop.case({"no_call": True}), shop.transcript(shop.weather("Paris")))

    assert explain(result) == (
        "over_call: no call was expected, got get_weather(location='Paris')",
    )
    assert result.expects_no_call


def test_silence_meets_no_call(shop):
    result = grade(shop.case({"no_call": True}), shop.transcript(Turn(text="Hello!")))

    assert (result.status, result.pairings) == (Status.PASSED, ())


def test_only_forbidden_tools_are_forbidden_where_nothing_else_is_said(shop, refund):
    case = shop.case({"forbid": ["process_refund"]})

    free = grade(case, shop.transcript(shop.weather("Paris")))
    caught = grade(case, shop.transcript(refund))

    assert free.status is Status.PASSED
    assert explain(caught) == (
        "forbidden_call: process_refund(order_id='A8472') was called, which is forbidden",
    )


def test_a_forbidden_call_beside_expected_ones_is_told_once(shop, refund):
    expect = {"calls": [{"tool": "get_order", "args": {}}], "forbid": ["process_refund"]}

    result = grade(shop.case(expect), shop.transcript(shop.call("get_order"), refund))

    assert kinds(result) == [Kind.FORBIDDEN_CALL]


@pytest.mark.parametrize(
    ("turn", "lines"),
    [
        pytest.param(Turn(text="It costs $47."), (), id="right"),
        pytest.param(
            Turn(text="It is free."),
            ("wrong_answer: answer: '47' is not in 'It is free.'",),
            id="wrong",
        ),
        pytest.param(
            Turn(),
            ("wrong_answer: answer: '47' is not in '' (the last answer has no text)",),
            id="no text",
        ),
    ],
)
def test_the_answer_is_the_text_of_the_last_turn(shop, turn, lines):
    result = grade(shop.case({"answer": {"$contains": "47"}}), shop.transcript(turn))

    assert explain(result) == lines


@pytest.mark.parametrize(
    ("raw", "schema", "found"),
    [
        pytest.param({"location": "Paris"}, True, [], id="valid"),
        pytest.param({}, True, [Kind.SCHEMA_VIOLATION], id="required is missing"),
        pytest.param({"location": 5}, True, [Kind.SCHEMA_VIOLATION], id="wrong type"),
        pytest.param({"location": 5}, False, [], id="schema off"),
        pytest.param('{"location": "Paris"', False, [Kind.MALFORMED_JSON], id="malformed"),
    ],
)
def test_every_call_is_judged_whatever_is_expected(shop, raw, schema, found):
    case = shop.case({"forbid": ["get_user"], "check_schema": schema})

    result = grade(case, shop.transcript(shop.call("get_weather", raw)))

    assert kinds(result) == found


@pytest.mark.parametrize(
    ("defect", "kind"),
    [
        pytest.param(Defect.TEXT_CALL, Kind.CALL_IN_TEXT, id="as text"),
        pytest.param(Defect.WRAPPED, Kind.UNKNOWN_TOOL, id="wrapped"),
    ],
)
def test_a_call_that_came_by_another_way_fails(shop, defect, kind):
    call = shop.call("get_order", {}, defect)

    result = grade(shop.case({"forbid": ["get_user"]}), shop.transcript(call))

    assert kinds(result) == [kind]


def test_an_unknown_tool_is_named_beside_the_known_ones(shop):
    result = grade(shop.case({"forbid": ["get_user"]}), shop.transcript(shop.call("refund")))

    assert explain(result) == (
        (
            "unknown_tool: refund(): no such tool;"
            " offered: get_order, get_user, get_weather, process_refund"
        ),
    )


@pytest.mark.parametrize(
    ("turn", "stop", "found"),
    [
        pytest.param(
            Turn(text="The", stop=Stop.TRUNCATED), Stop.TRUNCATED, ["truncated"], id="cut"
        ),
        pytest.param(Turn(refusal="I can't."), Stop.ANSWERED, ["refused"], id="refused"),
        pytest.param(Turn(text="Hi"), Stop.TURN_LIMIT, ["runaway_loop"], id="turns used up"),
        pytest.param(Turn(text="Hi"), Stop.REPEATED_CALL, ["runaway_loop"], id="repetition"),
        pytest.param(Turn(text="Hi"), Stop.CONTEXT_OVERFLOW, ["over_budget"], id="overflow"),
        pytest.param(Turn(text="Hi"), Stop.ANSWERED, [], id="plain"),
    ],
)
def test_how_a_conversation_ends_is_judged_unless_the_suite_says(shop, turn, stop, found):
    result = grade(shop.case({"forbid": ["get_user"]}), shop.transcript(turn, stop=stop))

    assert kinds(result) == found


def test_a_stop_reason_that_complete_calls_belie_is_not_believed(shop):
    turn = Turn(calls=(shop.call("get_order"),), stop=Stop.TRUNCATED, finish="length")

    result = grade(shop.case({"forbid": ["get_user"]}), shop.transcript(turn, stop=Stop.TRUNCATED))

    assert result.status is Status.PASSED


def test_a_call_cut_off_in_its_arguments_names_the_truncation(shop):
    turn = Turn(calls=(shop.call("get_order", '{"id": "A'),), stop=Stop.TRUNCATED, finish="length")

    result = grade(shop.case({"forbid": ["get_user"]}), shop.transcript(turn))

    assert explain(result) == (
        'malformed_json: get_order: arguments are not a JSON object (truncated): \'{"id": "A\'',
        "truncated: turn 1: the answer was cut off at the token limit (finish 'length')",
    )


@pytest.mark.parametrize(
    ("expected", "turn", "found"),
    [
        pytest.param("refused", Turn(refusal="No.", stop=Stop.REFUSED), [], id="as expected"),
        pytest.param("refused", Turn(text="Sure!"), [Kind.WRONG_ANSWER], id="did not refuse"),
        pytest.param(
            "answered", Turn(text="x", stop=Stop.TRUNCATED), [Kind.TRUNCATED], id="cut off"
        ),
    ],
)
def test_an_expected_stop_decides_alone_about_the_end(shop, expected, turn, found):
    case = shop.case({"stop": expected, "forbid": ["get_user"]})

    assert kinds(grade(case, shop.transcript(turn))) == found


@pytest.mark.parametrize(
    ("limits", "status", "reason"),
    [
        pytest.param({"turns": 2}, Status.PASSED, "", id="turns kept"),
        pytest.param(
            {"turns": 1}, Status.FAILED, "limits.turns: at most 1 expected, got 2", id="turns"
        ),
        pytest.param(
            {"calls": 0}, Status.FAILED, "limits.calls: at most 0 expected, got 1", id="calls"
        ),
        pytest.param(
            {"output_tokens": 20},
            Status.FAILED,
            "limits.output_tokens: at most 20 expected, got 25",
            id="tokens",
        ),
        pytest.param({"latency_s": 1.5}, Status.PASSED, "", id="latency kept"),
        pytest.param(
            {"cost_usd": 0.1},
            Status.ERRORED,
            "limits.cost_usd: cannot be judged,"
            " for no price is known, or an answer came without its usage",
            id="unknown cost",
        ),
    ],
)
def test_limits_hold_over_the_whole_conversation(shop, limits, status, reason):
    call = shop.call("get_order")
    turns = (
        Turn(calls=(call,), usage=Usage(output=20)),
        success(call),
        Turn(text="Done", usage=Usage(output=5)),
    )
    exchanges = (Exchange(latency_s=0.5, cost_usd=0.05), Exchange(latency_s=1.0))

    result = grade(shop.case({"limits": limits}), shop.transcript(*turns, exchanges=exchanges))

    assert (result.status, result.verdicts[0].reason) == (status, reason)


def test_one_alternative_is_enough(shop):
    expect = {"any_of": [{"no_call": True}, {"calls": [{"tool": "get_order", "args": {}}]}]}

    assert grade(shop.case(expect), shop.transcript(shop.call("get_order"))).status == "passed"


def test_the_nearest_alternative_explains_that_none_holds(shop):
    order = {"calls": [{"tool": "get_order", "args": {"id": "A1"}}]}
    expect = {"any_of": [{"no_call": True, "answer": "No."}, order]}

    result = grade(shop.case(expect), shop.transcript(shop.call("get_order", {"id": "A2"})))

    assert explain(result) == (
        "wrong_argument: any_of[1]: get_order $.id: expected 'A1', got 'A2'",
    )


def test_a_case_whose_alternatives_are_all_silent_expects_no_call(shop):
    expect = {"any_of": [{"no_call": True, "answer": "A"}, {"no_call": True, "answer": "B"}]}

    assert grade(shop.case(expect), shop.transcript(Turn(text="A"))).expects_no_call


def test_an_argument_must_come_from_an_earlier_result(shop):
    expect = {
        "grounded": [
            {"tool": "get_order", "argument": "user", "pattern": {"$result": "get_user.id"}}
        ]
    }
    user = shop.call("get_user")
    found = success(user, {"id": "u7"})
    case = shop.case(expect)

    read = shop.transcript(
        Turn(calls=(user,)), found, Turn(calls=(shop.call("get_order", {"user": "u7"}),))
    )
    invented = shop.transcript(user, shop.call("get_order", {"user": "u7"}))

    assert grade(case, read).status is Status.PASSED
    assert explain(grade(case, invented)) == (
        "ungrounded_argument: get_order $.user: get_user gave no result before, got 'u7'",
    )


def test_an_action_needs_the_users_word_first(shop, refund):
    case = shop.case({"confirm": ["process_refund"]})
    asked = Turn(text="Refund A8472, $47?")

    confirmed = grade(case, shop.transcript(asked, YES, Turn(calls=(refund,))))
    rash = grade(case, shop.transcript(refund))

    assert confirmed.status is Status.PASSED
    assert explain(rash) == (
        (
            "unconfirmed_action: process_refund(order_id='A8472')"
            " was called before the user was asked and answered"
        ),
    )


def test_words_that_follow_no_question_confirm_nothing(shop, refund):
    case = shop.case({"confirm": ["process_refund"]})
    looked_up = Turn(text="One moment", calls=(shop.call("get_order"),))

    result = grade(case, shop.transcript(looked_up, YES, Turn(calls=(refund,))))

    assert kinds(result) == [Kind.UNCONFIRMED_ACTION]


@pytest.mark.parametrize(
    ("retries", "made", "found"),
    [
        pytest.param({"min": 1}, 1, [Kind.MISSING_CALL], id="gave up"),
        pytest.param({"min": 1, "max": 2}, 2, [], id="tried again"),
        pytest.param({"max": 1}, 3, [Kind.RUNAWAY_LOOP], id="never stopped"),
        pytest.param({"tool": "get_user", "max": 0}, 3, [], id="another tool"),
    ],
)
def test_retries_after_a_fault_are_counted(shop, refund, retries, made, found):
    messages = [part for _ in range(made) for part in (Turn(calls=(refund,)), fault(refund))]

    result = grade(shop.case({"retries": retries}), shop.transcript(*messages, Turn(text="Sorry")))

    assert kinds(result) == found


def test_a_retry_within_its_bounds_is_no_extra_call(shop, refund):
    expect = {
        "calls": [{"tool": "process_refund", "args": {"order_id": "A8472"}}],
        "retries": {"max": 1},
    }
    again = [Turn(calls=(refund,)), fault(refund), Turn(calls=(refund,)), success(refund)]

    once = grade(shop.case(expect), shop.transcript(*again, Turn(text="Done")))
    needless = grade(shop.case(expect), shop.transcript(*again, Turn(calls=(refund,))))

    assert (once.status, kinds(needless)) == (Status.PASSED, [Kind.EXTRA_CALL])


@pytest.mark.parametrize(
    ("keys", "found"),
    [
        pytest.param(["k1", "k1"], [], id="the same key"),
        pytest.param(["k1", "k2"], [Kind.NOT_IDEMPOTENT], id="another key"),
        pytest.param([None], [Kind.NOT_IDEMPOTENT], id="no key"),
    ],
)
def test_a_repeated_action_carries_its_key(shop, keys, found):
    calls = [
        shop.call("process_refund", {"order_id": "A1"} | ({"key": key} if key else {}))
        for key in keys
    ]
    case = shop.case({"idempotent": [{"tool": "process_refund", "key": "key"}]})

    assert kinds(grade(case, shop.transcript(*calls))) == found


def test_another_action_carries_another_key(shop):
    calls = [shop.call("process_refund", {"order_id": order, "key": "k"}) for order in ("A1", "A2")]
    case = shop.case({"idempotent": [{"tool": "process_refund", "key": "key"}]})

    result = grade(case, shop.transcript(*calls))

    assert explain(result) == (
        (
            "not_idempotent: process_refund(order_id='A2', key='k') uses the key of another action,"
            " process_refund(order_id='A1', key='k')"
        ),
    )


def test_malformed_arguments_carry_no_key_to_compare(shop):
    calls = [shop.call("process_refund", "{"), shop.call("process_refund", {"key": "k"})]
    case = shop.case({"idempotent": [{"tool": "process_refund", "key": "key"}]})

    assert kinds(grade(case, shop.transcript(*calls))) == [Kind.MALFORMED_JSON]


@pytest.mark.parametrize(
    ("end", "found"),
    [
        pytest.param([], [Kind.WRONG_ANSWER], id="nothing"),
        pytest.param(["retry"], [], id="a success"),
        pytest.param(["word"], [], id="a word"),
    ],
)
def test_a_fault_is_made_good_or_told(shop, refund, end, found):
    ends = {
        "retry": [Turn(calls=(refund,)), success(refund)],
        "word": [Turn(text="It failed.")],
    }
    messages = [Turn(calls=(refund,)), fault(refund), *(m for name in end for m in ends[name])]

    result = grade(shop.case({"recovers": True}), shop.transcript(*messages))

    assert kinds(result) == found


def test_each_line_of_a_scripted_user_is_judged_by_what_followed_it(shop, refund):
    case = shop.case(
        turns=[
            ("Refund A8472", {"forbid": ["process_refund"]}),
            ("Yes", {"calls": [{"tool": "process_refund", "args": {"order_id": "A8472"}}]}),
        ]
    )

    right = grade(case, shop.transcript(Turn(text="Sure?"), YES, Turn(calls=(refund,))))
    rash = grade(case, shop.transcript(Turn(calls=(refund,)), YES, Turn(text="Done.")))

    assert right.status is Status.PASSED
    assert explain(rash) == (
        "forbidden_call: turns[0]: process_refund(order_id='A8472') was called, which is forbidden",
        (
            "missing_call: turns[1]: process_refund(order_id='A8472') was never called;"
            " the model answered 'Done.'"
        ),
    )


def test_calls_keep_their_place_in_the_whole_conversation(shop, refund):
    case = shop.case(turns=[("Hi", None), ("Yes", {"forbid": ["process_refund"]})])

    result = grade(case, shop.transcript(shop.call("get_order"), YES, Turn(calls=(refund,))))

    assert [verdict.call for verdict in result.failures] == [1]


def test_a_line_that_was_never_said_is_not_judged(shop):
    case = shop.case(turns=[("Hi", {"no_call": True}), ("Yes", {"forbid": ["get_user"]})])

    result = grade(case, shop.transcript(Turn(text="Hello")))

    assert (result.status, explain(result)) == (
        Status.ERRORED,
        ("errored: turns[1]: the conversation ended before the user said this",),
    )


def test_the_schema_may_be_off_for_one_line_of_the_user(shop):
    off = {"forbid": ["get_user"], "check_schema": False}
    case = shop.case(turns=[("Hi", off), ("Again", {"forbid": ["get_user"]})])
    bad = Turn(calls=(shop.call("get_weather", {}),))

    result = grade(case, shop.transcript(bad, YES, bad))

    assert [verdict.call for verdict in result.failures] == [1]


def test_trouble_is_never_a_score(shop):
    trouble = Trouble(stop=Stop.CASSETTE_MISS, error="CassetteMiss", what="nothing was recorded")

    result = grade(shop.case({"no_call": True}), shop.transcript(trouble=trouble))

    assert (result.status, result.verdicts) == (Status.ERRORED, ())
    assert explain(result) == ("errored: cassette_miss: nothing was recorded",)


@pytest.mark.parametrize("stop", [Stop.PROVIDER_ERROR, Stop.CASSETTE_MISS])
def test_a_conversation_that_trouble_ended_is_errored(shop, stop):
    result = grade(shop.case({"no_call": True}), shop.transcript(Turn(text="Hi"), stop=stop))

    assert result.status is Status.ERRORED


def test_a_conversation_whose_time_was_used_up_is_failed(shop):
    transcript = shop.transcript(Turn(text="Hi"), stop=Stop.TIMEOUT)

    result = grade(shop.case({"no_call": True}), transcript)

    assert explain(result) == (
        "over_budget: the conversation: the time for the conversation was used up",
    )


def test_nothing_at_all_does_not_pass_for_restraint(shop):
    result = grade(shop.case({"no_call": True}), shop.transcript())

    assert explain(result) == ("errored: the transcript holds no answer of the model",)


def test_a_skipped_case_says_why(shop):
    result = grade(shop.case({"no_call": True}, skip="flaky"), shop.transcript(Turn()))

    assert (result.status, explain(result)) == (Status.SKIPPED, ("skipped: flaky",))


def test_retries_of_one_tool_excuse_no_other_tool(shop, refund):
    expect = {
        "calls": [{"tool": "process_refund", "args": {"order_id": "A8472"}}],
        "retries": {"tool": "get_order", "max": 1},
    }
    again = [Turn(calls=(refund,)), fault(refund), Turn(calls=(refund,))]

    assert kinds(grade(shop.case(expect), shop.transcript(*again))) == [Kind.EXTRA_CALL]


def test_a_line_that_got_no_answer_did_not_end_as_expected(shop):
    case = shop.case(turns=[("Hi", None), ("Refund me", {"stop": "refused"})])

    result = grade(case, shop.transcript(Turn(text="Hello"), YES))

    assert kinds(result) == [Kind.WRONG_ANSWER]


def test_graders_may_judge_each_line_of_the_user_alone(shop):
    irrelevance = {"graders": {"bfcl": {"category": "irrelevance"}}}
    case = shop.case(turns=[("Hi", irrelevance)])

    result = grade(case, shop.transcript(shop.call("get_order", "{")))

    assert result.status is Status.PASSED


def test_more_cases_than_are_kept_ready_are_graded_all_the_same(shop):
    case, transcript = shop.case({"no_call": True}), shop.transcript(Turn(text="Hi"))

    results = {grade(replace(case), transcript).status for _ in range(MAX_PREPARED + 1)}

    assert results == {Status.PASSED}

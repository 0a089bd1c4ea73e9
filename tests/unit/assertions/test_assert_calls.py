import pytest

from evalkit.assertions import Any_, OneOf, Regex, Result, Text, assert_calls, assert_no_calls, call
from evalkit.errors import EvalkitError, UsageError
from evalkit.suite import Tool
from evalkit.transcript import Stop, ToolCall, ToolResult, Transcript, Trouble, Turn

WEATHER_TOOL = {
    "type": "function",
    "function": {
        "name": "get_weather",
        "parameters": {
            "type": "object",
            "properties": {"location": {"type": "string"}, "days": {"type": "integer"}},
            "required": ["location"],
        },
    },
}


def said(assertion, *words, **options):
    """What an assertion that fails says."""
    with pytest.raises(AssertionError) as failed:
        assertion(*words, **options)
    return str(failed.value)


@pytest.mark.parametrize(
    "expected",
    [
        pytest.param({"location": "Paris", "unit": "C"}, id="values"),
        pytest.param({"location": Text("paris"), "unit": Any_()}, id="matchers"),
        pytest.param({"location": {"$regex": "P.*"}, "unit": "C"}, id="as a suite writes them"),
    ],
)
def test_the_expected_call_passes(chat, expected):
    assert_calls(chat(("get_weather", {"location": "Paris", "unit": "C"})), get_weather=expected)


def test_a_wrong_argument_is_told_with_both_values_and_both_calls(chat):
    answer = chat(("get_weather", {"location": "Paris", "unit": "C"}))

    message = said(assert_calls, answer, get_weather={"location": "Oslo"})

    assert message.splitlines() == [
        "wrong_argument: get_weather $.location: expected 'Oslo', got 'Paris'",
        "invented_argument: get_weather $.unit: not expected at all, got 'C'",
        "  expected: get_weather(location='Oslo')",
        "  called:   get_weather(location='Paris', unit='C')",
    ]


def test_a_large_value_is_set_against_the_other_line_by_line(chat):
    answer = chat(("plan", {"stops": [{"city": "Paris"}, {"city": "Oslo"}]}))

    message = said(assert_calls, answer, plan={"stops": [{"city": "Paris"}]})

    assert message.splitlines()[:2] == [
        (
            'wrong_argument: plan $.stops: expected 1 entry [{"city": "Paris"}],'
            ' got 2 entries [{"city": "Paris"}, {"city": "Oslo"}]'
        ),
        "   [",
    ]
    assert '  +    "city": "Oslo"' in message.splitlines()


def test_without_a_call_the_answer_is_quoted(chat):
    message = said(assert_calls, chat(text="Which city?"), get_weather={"location": "Oslo"})

    assert message.splitlines() == [
        (
            "missing_call: get_weather(location='Oslo') was never called; the model answered"
            " 'Which city?'"
        ),
        "  expected: get_weather(location='Oslo')",
        "  called:   nothing",
    ]


def test_malformed_arguments_are_told_with_their_defect(chat):
    message = said(
        assert_calls,
        chat(("get_weather", "{'location': 'Oslo'}")),
        get_weather={"location": "Oslo"},
    )

    assert message.startswith("malformed_json: ")
    assert "single quotes" in message.splitlines()[0]


def test_a_list_of_arguments_expects_several_calls_of_a_tool(chat):
    answer = chat(("get_weather", {"location": "Oslo"}), ("get_weather", {"location": "Paris"}))

    assert_calls(answer, get_weather=[{"location": "Paris"}, {"location": "Oslo"}])


def test_an_extra_call_is_refused_unless_it_is_allowed(chat):
    answer = chat(("get_weather", {"location": "Oslo"}), ("get_time", {}))

    message = said(assert_calls, answer, get_weather={"location": "Oslo"})

    assert message.startswith("extra_call: get_time() was not expected")
    assert_calls(answer, get_weather={"location": "Oslo"}, extra_calls="allow")
    assert_calls(answer, get_weather={"location": "Oslo"}, extra_calls=["get_time"])


@pytest.mark.parametrize(
    "expected",
    [
        pytest.param(call("ping").times(2), id="exactly"),
        pytest.param(call("ping").at_least(1), id="at least"),
        pytest.param(call("ping").at_most(3), id="at most"),
    ],
)
def test_a_call_may_be_made_as_often_as_expected(chat, expected):
    assert_calls(chat(("ping", {}), ("ping", {})), expected)


def test_an_optional_call_may_be_left_out(chat):
    assert_calls(chat(("ping", {})), call("ping"), call("get_time").optional())


def test_other_arguments_may_be_allowed(chat):
    answer = chat(("get_weather", {"location": "Oslo", "unit": "C"}))

    assert_calls(answer, call("get_weather", location="Oslo").with_any_other_arguments())


def test_arguments_with_odd_names_are_given_as_a_mapping(chat):
    assert_calls(chat(("search", {"max-results": 3, "q": "tent"})),
                 call("search", {"max-results": 3}, q="tent"))  # fmt: skip


def test_a_tool_called_like_an_option_takes_call(chat):
    answer = chat(("order", {"id": 7}))

    assert_calls(answer, call("order", id=7))
    with pytest.raises(UsageError) as refused:
        assert_calls(answer, order={"id": 7})

    assert refused.value.hint == 'for a tool of that name write call("order", ...)'


def test_the_order_of_calls_counts_when_it_is_asked_for(chat):
    answers = [chat(("second", {})), chat(("first", {}))]

    assert_calls(answers, first={}, second={})

    assert said(assert_calls, answers, first={}, second={}, order="strict").startswith(
        "wrong_order: second() was called before first(), expected after it"
    )


def test_calls_in_two_answers_are_not_in_the_same_turn(chat):
    answers = [chat(("one", {})), chat(("two", {}))]

    message = said(assert_calls, answers, one={}, two={}, same_turn=True)

    assert message.startswith("not_parallel: ")


def made(name, call_id, **arguments):
    return ToolCall(id=call_id, name=name, raw=None, arguments=arguments)


def conversation(*messages, **facts):
    return Transcript(suite="", case="", provider="p", model="m", messages=messages, **facts)


def test_a_call_that_needs_a_result_is_held_against_it():
    talk = conversation(
        Turn(calls=(made("get_user", "a", id=7),)),
        ToolResult(call_id="a", name="get_user", content={"order": "A8472"}),
        Turn(calls=(made("refund", "b", order="A8472"),)),
    )
    lookup = call("get_user", id=7)

    assert_calls(talk, lookup, call("refund", order=Result("get_user.order")).after(lookup))


def test_a_call_in_the_turn_of_the_one_it_needs_comes_too_early():
    talk = conversation(Turn(calls=(made("get_user", "a", id=7), made("refund", "b", order="?"))))
    lookup = call("get_user", id=7)

    message = said(assert_calls, talk, lookup, call("refund", order=Any_()).after(lookup))

    assert message.startswith("wrong_order: refund(order='?') was called in the same turn as")


def test_with_tools_each_call_must_fit_its_schema(chat):
    answer = chat(("get_weather", {"location": "Oslo", "days": "three"}))
    expected = {"location": "Oslo", "days": Any_()}

    assert_calls(answer, get_weather=expected)

    message = said(assert_calls, answer, get_weather=expected, tools=[WEATHER_TOOL])
    assert message.startswith("schema_violation: get_weather $.days: ")


def test_tools_may_be_those_of_a_suite(chat):
    answer = chat(("get_weather", {"location": 7}))
    tool = Tool(name="get_weather", parameters=WEATHER_TOOL["function"]["parameters"])

    message = said(assert_calls, answer, get_weather={"location": 7}, tools=[tool])

    assert message.startswith("schema_violation: get_weather $.location: ")


def test_with_tools_an_invented_one_is_told(chat):
    answer = chat(("get_wether", {"location": "Oslo"}))

    message = said(assert_calls, answer, get_weather={"location": "Oslo"}, tools=[WEATHER_TOOL])

    assert (
        "unknown_tool: get_wether(location='Oslo'): no such tool; offered: get_weather" in message
    )


def test_no_calls_holds_for_an_answer_in_words(chat):
    assert_no_calls(chat(text="Hello!"))


def test_any_call_breaks_no_calls(chat):
    message = said(assert_no_calls, chat(("ping", {})))

    assert message.splitlines() == [
        "over_call: no call was expected, got ping()",
        "  called:   ping()",
    ]


def test_no_calls_of_named_tools_leaves_the_others_free(chat):
    answer = chat(("get_order", {"id": "A1"}))

    assert_no_calls(answer, "refund")

    assert said(assert_no_calls, answer, "get_order", "refund").startswith(
        "forbidden_call: get_order(id='A1') was called, which is forbidden"
    )


def test_trouble_of_the_harness_is_no_failed_assertion():
    trouble = Trouble(stop=Stop.TIMEOUT, error="ProviderTimeout", what="no answer", hint="wait")

    with pytest.raises(EvalkitError, match="no answer") as raised:
        assert_calls(conversation(trouble=trouble), ping={})

    assert not isinstance(raised.value, AssertionError)


@pytest.mark.parametrize(
    ("attempt", "what"),
    [
        pytest.param(assert_calls, "no call is expected", id="nothing expected"),
        pytest.param(
            lambda a: assert_calls(a, ping=["x"]), "the arguments of ping are a mapping, got 'x'",
            id="no mapping",
        ),
        pytest.param(
            lambda a: assert_calls(a, ping={}, extra_calls="allowed"),
            "extra_calls is 'forbid', 'allow' or a list of tools, got 'allowed'",
            id="a misspelt option",
        ),
        pytest.param(
            lambda a: assert_calls(a, call("ping").after(call("pong"))),
            "ping comes after a call of pong that is not expected",
            id="after an unknown call",
        ),
        pytest.param(
            lambda a: assert_calls(a, call("ping").times(0)), "a call that is made 0 times",
            id="never",
        ),
        pytest.param(
            lambda a: assert_calls(a, ping={"when": {1, 2}}), "no call holds a set: {1, 2}",
            id="no JSON",
        ),
        pytest.param(
            lambda a: assert_calls(a, ping={"$regx": "a"}),
            "the arguments of a call cannot be the matcher '$regx'",
            id="a matcher in place of arguments",
        ),
        pytest.param(
            lambda a: assert_calls(a, ping={}, tools=["ping"]),
            "tools are dicts, as the model was given them",
            id="tools by name",
        ),
        pytest.param(
            lambda a: assert_calls(a, ping={}, extra_calls={"id": 7}),
            "extra_calls cannot be {'id': 7}",
            id="a tool called extra_calls",
        ),
        pytest.param(
            lambda _: assert_calls(conversation(), ping={}),
            "the transcript holds no answer of a model",
            id="an empty transcript",
        ),
    ],
)  # fmt: skip
def test_an_assertion_that_makes_no_sense_is_refused(chat, attempt, what):
    with pytest.raises(UsageError) as refused:
        attempt(chat(("ping", {})))

    assert refused.value.what == what


def test_hostile_arguments_cannot_move_the_cursor_of_a_terminal(chat):
    answer = chat(("get_weather", {"location": "\x1b[2J\u202e" + "x" * 100_000}))

    message = said(assert_calls, answer, get_weather={"location": OneOf("Oslo", Regex("P.*"))})

    assert len(message) < 2000
    assert all(line.isprintable() for line in message.splitlines())

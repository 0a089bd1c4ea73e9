from __future__ import annotations

import pytest

from evalkit.errors import ExchangeFailed, UndecodableReply
from evalkit.providers import find_api
from evalkit.transcript import Defect, Stop, ToolCall, Turn, Usage

API = find_api("openai-chat")


def reply(message, finish="stop", **more):
    return {"choices": [{"index": 0, "message": message, "finish_reason": finish}], **more}


def called(name, arguments, call_id="call_1"):
    return {"id": call_id, "type": "function", "function": {"name": name, "arguments": arguments}}


def calls(*entries):
    return API.decode(reply({"role": "assistant", "content": None, "tool_calls": [*entries]})).calls


def test_a_whole_reply_is_a_turn():
    message = {
        "role": "assistant",
        "content": "I look.",
        "reasoning_content": "Oslo?",
        "tool_calls": [called("get_weather", '{"city": "Oslo"}')],
    }
    usage = {
        "prompt_tokens": 71,
        "completion_tokens": 46,
        "prompt_tokens_details": {"cached_tokens": 64, "cache_write_tokens": 7},
        "completion_tokens_details": {"reasoning_tokens": 12},
    }

    turn = API.decode(reply(message, "tool_calls", id="c1", model="gpt-5.4-mini-x", usage=usage))

    assert turn == Turn(
        text="I look.",
        calls=(
            ToolCall(
                id="call_1",
                name="get_weather",
                raw='{"city": "Oslo"}',
                arguments={"city": "Oslo"},
            ),
        ),
        reasoning="Oslo?",
        finish="tool_calls",
        usage=Usage(input=71, output=46, cache_read=64, cache_write=7, reasoning=12),
        model="gpt-5.4-mini-x",
        wire=message,
    )


@pytest.mark.parametrize(
    ("arguments", "raw", "read", "defects"),
    [
        pytest.param('{"a": 1}', '{"a": 1}', {"a": 1}, (), id="string"),
        pytest.param("", "", {}, (Defect.EMPTY,), id="empty string of a tool without arguments"),
        pytest.param({"a": 1}, None, {"a": 1}, (), id="object, as older servers send"),
        pytest.param(None, None, {}, (), id="null"),
        pytest.param([1], "[1]", None, (Defect.NOT_OBJECT,), id="list"),
        pytest.param(
            '"{\\"a\\": 1}"', '"{\\"a\\": 1}"', None, (Defect.DOUBLE_ENCODED,), id="encoded twice"
        ),
    ],
)
def test_arguments_are_kept_to_the_letter_and_read_strictly(arguments, raw, read, defects):
    (call,) = calls(called("f", arguments))

    assert (call.raw, call.arguments, call.defects) == (raw, read, defects)


def test_arguments_that_are_not_there_are_an_empty_object():
    (call,) = calls({"id": "1", "type": "function", "function": {"name": "f"}})

    assert (call.raw, call.arguments, call.defects) == (None, {}, ())


def test_arguments_that_are_nested_without_end_are_refused():
    deep = []
    for _ in range(100_000):
        deep = [deep]

    with pytest.raises(UndecodableReply, match="nested too deeply"):
        calls(called("f", deep))


def test_an_entry_without_id_name_and_arguments_is_no_call():
    phantom = {"id": None, "type": None, "function": {"name": "", "arguments": ""}}
    message = {
        "content": "hi",
        "tool_calls": [phantom],
        "function_call": {"name": "", "arguments": ""},
    }

    turn = API.decode(reply(message, finish=""))

    assert turn.calls == ()
    assert turn.finish == ""


def test_a_call_with_an_empty_custom_part_beside_its_function_is_a_function_call():
    entry = called("f", "{}") | {"custom": {"name": "", "input": ""}}

    (call,) = calls(entry)

    assert (call.name, call.raw) == ("f", "{}")


@pytest.mark.parametrize("call_id", [None, "", 7])
def test_an_id_that_is_missing_is_made_up_and_told_apart(call_id):
    body = reply({"content": None, "tool_calls": [called("f", "{}", call_id)]}, id="chatcmpl-AbC")

    (call,) = API.decode(body).calls

    assert call.id == "evalkit-call-tcmplAbC-0"
    assert not call.has_own_id


def test_an_id_that_looks_made_up_cannot_be_taken_for_another_calls():
    first, second = calls(called("f", "{}", "evalkit-call-1"), called("g", "{}", None))

    assert (first.id, second.id) == ("evalkit-call-0", "evalkit-call-1")


def test_the_second_call_of_the_same_id_gets_another():
    first, second = calls(called("f", "{}"), called("g", "{}"))

    assert (first.id, second.id) == ("call_1", "evalkit-call-1")


def test_the_legacy_function_call_is_a_call():
    message = {"content": None, "function_call": {"name": "f", "arguments": '{"a": 1}'}}

    turn = API.decode(reply(message, finish="function_call"))

    assert turn.calls == (
        ToolCall(id="evalkit-call-0", name="f", raw='{"a": 1}', arguments={"a": 1}),
    )


def test_the_input_of_a_custom_tool_is_text_and_not_malformed_json():
    (call,) = calls({"id": "c", "type": "custom", "custom": {"name": "sql", "input": "SELECT 1"}})

    assert call == ToolCall(id="c", name="sql", raw="SELECT 1", arguments={"input": "SELECT 1"})


def test_a_prefix_of_the_name_is_taken_off_and_marked():
    (call,) = calls(called("functions.get_weather", "{}"))

    assert (call.name, call.defects) == ("get_weather", (Defect.WRAPPED,))


@pytest.mark.parametrize("name", ["multi_tool_use.parallel", "functions.multi_tool_use.parallel"])
def test_parallel_calls_inside_a_wrapper_are_unwrapped_and_marked(name):
    raw = (
        '{"tool_uses": [{"recipient_name": "functions.f", "parameters": {"a": 1}},'
        ' {"recipient_name": "g", "parameters": {}}]}'
    )

    unwrapped = calls(called(name, raw))

    wrapped = (Defect.WRAPPED,)
    assert unwrapped == (
        ToolCall(id="evalkit-call-0", name="f", raw=None, arguments={"a": 1}, defects=wrapped),
        ToolCall(id="evalkit-call-1", name="g", raw=None, arguments={}, defects=wrapped),
    )


@pytest.mark.parametrize(
    "raw",
    ['{"tool_uses": [{"recipient_name": "f"', '{"tool_uses": []}', '{"tool_uses": [1]}', "{}"],
)
def test_a_wrapper_that_cannot_be_read_stays_the_call_that_it_is(raw):
    (call,) = calls(called("multi_tool_use.parallel", raw))

    assert (call.name, call.raw) == ("multi_tool_use.parallel", raw)


@pytest.mark.parametrize(
    ("content", "text", "reasoning"),
    [
        pytest.param(None, None, None, id="null"),
        pytest.param("", "", None, id="empty"),
        pytest.param([], None, None, id="no parts"),
        pytest.param(
            [
                {"type": "thinking", "thinking": [{"type": "text", "text": "hm"}]},
                {"type": "text", "text": "a"},
                {"type": "text", "text": "b"},
            ],
            "ab",
            "hm",
            id="parts, as Mistral sends",
        ),
    ],
)
def test_content_is_read_in_every_shape(content, text, reasoning):
    turn = API.decode(reply({"content": content}))

    assert (turn.text, turn.reasoning) == (text, reasoning)


@pytest.mark.parametrize(
    ("message", "finish", "stop"),
    [
        pytest.param({"content": "a"}, "stop", Stop.ANSWERED, id="stop"),
        pytest.param({"content": "a"}, None, Stop.ANSWERED, id="nothing said"),
        pytest.param({"content": "a"}, "tool_calls", Stop.ANSWERED, id="calls that are not there"),
        pytest.param(
            {"tool_calls": [called("f", '{"a": ')]}, "length", Stop.TRUNCATED, id="cut in a call"
        ),
        pytest.param({"content": None}, "content_filter", Stop.REFUSED, id="filtered"),
        pytest.param({"content": None, "refusal": "No."}, "stop", Stop.REFUSED, id="refusal"),
    ],
)
def test_the_stop_follows_the_reply_and_keeps_the_providers_word(message, finish, stop):
    turn = API.decode(reply(message, finish))

    assert (turn.stop, turn.finish) == (stop, finish)


def test_calls_count_whatever_the_finish_reason_says():
    turn = API.decode(reply({"tool_calls": [called("f", "{}")]}, finish="stop"))

    assert [call.name for call in turn.calls] == ["f"]


@pytest.mark.parametrize(
    ("usage", "expected"),
    [
        pytest.param(None, Usage(), id="none"),
        pytest.param({"prompt_tokens": "9"}, Usage(), id="nonsense"),
        pytest.param(
            {"prompt_tokens": 9, "completion_tokens": 1, "prompt_cache_hit_tokens": 4},
            Usage(input=9, output=1, cache_read=4),
            id="DeepSeek",
        ),
        pytest.param(
            {"prompt_tokens": 35, "completion_tokens": 12, "total_tokens": 109},
            Usage(input=35, output=74),
            id="thinking in the total alone",
        ),
    ],
)
def test_usage_is_what_the_provider_reported(usage, expected):
    assert API.decode(reply({"content": "a"}, usage=usage)).usage == expected


@pytest.mark.parametrize(
    ("body", "what"),
    [
        pytest.param({}, "reply has no 'choices'", id="nothing"),
        pytest.param({"choices": []}, "reply has no 'choices'", id="no choice"),
        pytest.param({"choices": [{}]}, "choices[0] has no 'message'", id="no message"),
        pytest.param(
            {"choices": "x"}, "reply.choices is a string, the protocol wants a list", id="text"
        ),
        pytest.param(
            reply({"tool_calls": [{"function": {"name": 5}}]}),
            "message.tool_calls[0].function.name is a number, the protocol wants a string",
            id="name",
        ),
        pytest.param(
            reply({"tool_calls": [{"id": "1"}]}),
            "message.tool_calls[0] has no 'function'",
            id="neither function nor custom",
        ),
    ],
)
def test_a_reply_that_breaks_the_protocol_is_refused_by_naming_what_is_missing(body, what):
    with pytest.raises(UndecodableReply) as refused:
        API.decode(body)

    assert refused.value.what == what


@pytest.mark.parametrize(
    "body",
    [
        pytest.param({"error": {"message": "overloaded", "code": 502}}, id="instead of choices"),
        pytest.param(
            {"choices": [{"error": {"message": "overloaded"}, "message": {"content": ""}}]},
            id="in a choice",
        ),
    ],
)
def test_an_error_inside_a_reply_of_status_200_is_the_providers_trouble(body):
    with pytest.raises(ExchangeFailed, match="reported an error inside its reply: overloaded"):
        API.decode(body)


def failed_generation(written, message="Failed to call a function."):
    return {"error": {"message": message, "code": "tool_use_failed", "failed_generation": written}}


def test_a_call_that_groq_refused_for_its_schema_is_that_call():
    written = '{"name": "f", "arguments": {\n  "foo": "bar"\n}}'

    turn = API.decode_error(400, failed_generation(written))

    call = ToolCall(
        id="evalkit-call-0",
        name="f",
        raw='{\n  "foo": "bar"\n}',
        arguments={"foo": "bar"},
    )
    assert turn == Turn(calls=(call,), finish="tool_use_failed")


@pytest.mark.parametrize(
    ("written", "name", "raw", "defects"),
    [
        pytest.param(
            '<function=f>{"a": 1}', "f", '<function=f>{"a": 1}', (Defect.NOT_JSON,), id="markup"
        ),
        pytest.param(
            '{"name": "f", "arguments": {"a": ',
            "f",
            '{"name": "f", "arguments": {"a": ',
            (Defect.TRUNCATED,),
            id="cut off",
        ),
        pytest.param('{"a": 1}', "", '{"a": 1}', (Defect.NOT_JSON,), id="no call at all"),
    ],
)
def test_a_call_that_groq_could_not_read_is_malformed(written, name, raw, defects):
    turn = API.decode_error(400, failed_generation(written))

    (call,) = turn.calls
    assert (call.name, call.raw, call.arguments, call.defects) == (name, raw, None, defects)


def test_prose_where_groq_demanded_a_call_is_text():
    body = failed_generation("Hello!", "Tool choice is required, but model did not call a tool")

    assert API.decode_error(400, body) == Turn(text="Hello!", finish="tool_use_failed")


@pytest.mark.parametrize(
    ("status", "body"),
    [
        pytest.param(400, {"error": {"code": "context_length_exceeded"}}, id="another code"),
        pytest.param(429, failed_generation("x"), id="another status"),
        pytest.param(400, {"error": "tool_use_failed"}, id="no object"),
        pytest.param(400, None, id="nothing"),
    ],
)
def test_every_other_error_is_not_the_models(status, body):
    assert API.decode_error(status, body) is None

from __future__ import annotations

import pytest

from evalkit.errors import ExchangeFailed, UndecodableReply
from evalkit.providers import find_api
from evalkit.transcript import Defect, Stop, ToolCall, Turn, Usage

API = find_api("anthropic")
OSLO = {"type": "tool_use", "id": "toolu_1", "name": "get_weather", "input": {"city": "Oslo"}}


def reply(*blocks, stop_reason="end_turn", **more):
    return {"role": "assistant", "content": [*blocks], "stop_reason": stop_reason, **more}


def test_a_whole_reply_is_a_turn():
    blocks = [
        {"type": "thinking", "thinking": "Oslo?", "signature": "s"},
        {"type": "text", "text": "I "},
        {"type": "text", "text": "look."},
        OSLO,
    ]
    usage = {
        "input_tokens": 10,
        "cache_creation_input_tokens": 200,
        "cache_read_input_tokens": 3000,
        "output_tokens": 46,
        "output_tokens_details": {"thinking_tokens": 12},
    }

    turn = API.decode(reply(*blocks, stop_reason="tool_use", model="claude-x", usage=usage))

    assert turn == Turn(
        text="I look.",
        calls=(ToolCall(id="toolu_1", name="get_weather", raw=None, arguments={"city": "Oslo"}),),
        reasoning="Oslo?",
        finish="tool_use",
        usage=Usage(input=3210, output=46, cache_read=3000, cache_write=200, reasoning=12),
        model="claude-x",
        wire={"role": "assistant", "content": blocks},
    )


def test_tools_that_the_server_runs_are_no_calls_of_ours():
    server = {"type": "server_tool_use", "id": "srvtoolu_1", "name": "web_search", "input": {}}
    remote = {"type": "mcp_tool_use", "id": "mcptoolu_1", "name": "echo", "input": {}}

    turn = API.decode(reply(server, remote, OSLO))

    assert [call.id for call in turn.calls] == ["toolu_1"]


@pytest.mark.parametrize(
    ("stop_reason", "stop"),
    [
        ("end_turn", Stop.ANSWERED),
        ("tool_use", Stop.ANSWERED),
        ("stop_sequence", Stop.ANSWERED),
        ("pause_turn", Stop.ANSWERED),
        ("max_tokens", Stop.TRUNCATED),
        ("model_context_window_exceeded", Stop.CONTEXT_OVERFLOW),
        ("refusal", Stop.REFUSED),
        (None, Stop.PROVIDER_ERROR),
    ],
)
def test_stop_reasons(stop_reason, stop):
    turn = API.decode(reply(stop_reason=stop_reason))

    assert (turn.stop, turn.finish) == (stop, stop_reason)


@pytest.mark.parametrize(
    ("details", "words"),
    [
        pytest.param({"category": "bio", "explanation": "Not this."}, "Not this.", id="explained"),
        pytest.param({"category": "bio", "explanation": None}, "bio", id="category"),
        pytest.param(None, "refusal", id="bare"),
    ],
)
def test_a_refusal_says_why_as_far_as_the_provider_does(details, words):
    turn = API.decode(reply(stop_reason="refusal", stop_details=details))

    assert turn.refusal == words


def test_usage_that_is_not_reported_is_unknown():
    assert API.decode(reply()).usage == Usage()


@pytest.mark.parametrize(
    ("body", "what"),
    [
        pytest.param({}, "reply has no 'content'", id="nothing"),
        pytest.param(
            {"content": "hi"}, "reply.content is a string, the protocol wants a list", id="text"
        ),
        pytest.param(
            {"content": [None]},
            "reply.content[0] is null, the protocol wants an object",
            id="block",
        ),
    ],
)
def test_a_reply_that_breaks_the_protocol_is_refused_by_naming_what_is_missing(body, what):
    with pytest.raises(UndecodableReply) as refused:
        API.decode(body)

    assert refused.value.what == what


def test_no_error_status_is_the_models_own_mistake():
    body = {"type": "error", "error": {"type": "invalid_request_error", "message": "m"}}

    assert API.decode_error(400, body) is None


BEGIN = {
    "type": "message_start",
    "message": {"id": "msg_1", "content": [], "stop_reason": None, "usage": {"input_tokens": 5}},
}
END = {"type": "message_delta", "delta": {"stop_reason": "tool_use"}, "usage": {"output_tokens": 9}}


def started(block, index=0):
    return {"type": "content_block_start", "index": index, "content_block": block}


def delta(kind, index=0, **fields):
    return {"type": "content_block_delta", "index": index, "delta": {"type": kind, **fields}}


def json_delta(piece, index=0):
    return delta("input_json_delta", index, partial_json=piece)


def streamed(*events):
    return API.decode(API.assemble([BEGIN, {"type": "ping"}, *events, END]))


TOOL = {"type": "tool_use", "id": "toolu_1", "name": "f", "input": {}}


@pytest.mark.parametrize(
    ("events", "raw", "arguments", "defects"),
    [
        pytest.param(
            [json_delta(""), json_delta('{"a":'), json_delta(" 1}")],
            '{"a": 1}',
            {"a": 1},
            (),
            id="pieces",
        ),
        pytest.param([], None, {}, (), id="no piece at all"),
        pytest.param([json_delta("")], "", {}, (Defect.EMPTY,), id="one empty piece"),
        pytest.param([json_delta('{"a": ')], '{"a": ', None, (Defect.TRUNCATED,), id="cut off"),
        pytest.param(
            [json_delta('{"a": 1/6}')], '{"a": 1/6}', None, (Defect.EXPRESSION,), id="malformed"
        ),
    ],
)
def test_streamed_inputs_are_what_the_model_wrote(events, raw, arguments, defects):
    (call,) = streamed(started(TOOL), *events).calls

    assert (call.raw, call.arguments, call.defects) == (raw, arguments, defects)


@pytest.mark.parametrize(
    ("events", "arguments"),
    [
        pytest.param([], {"a": 1}, id="it is all there is"),
        pytest.param([json_delta("")], {"a": 1}, id="an empty piece adds nothing"),
        pytest.param([json_delta('{"b": 2}')], {"b": 2}, id="pieces replace it"),
    ],
)
def test_an_input_given_whole_at_the_start_is_not_joined_with_pieces(events, arguments):
    (call,) = streamed(started(TOOL | {"input": {"a": 1}}), *events).calls

    assert call.arguments == arguments


def test_a_streamed_answer_is_the_body_that_would_have_come_at_once():
    body = API.assemble(
        [
            BEGIN,
            started({"type": "thinking", "thinking": "", "signature": ""}),
            delta("thinking_delta", thinking="h"),
            delta("thinking_delta", thinking="m"),
            delta("signature_delta", signature="sig"),
            started({"type": "text", "text": ""}, 1),
            delta("text_delta", 1, text="So "),
            delta("citations_delta", 1, citation={"url": "u"}),
            delta("text_delta", 1, text="it is."),
            END,
            {"type": "message_stop"},
        ]
    )

    assert body == {
        "id": "msg_1",
        "content": [
            {"type": "thinking", "thinking": "hm", "signature": "sig"},
            {"type": "text", "text": "So it is.", "citations": [{"url": "u"}]},
        ],
        "stop_reason": "tool_use",
        "usage": {"input_tokens": 5, "output_tokens": 9},
    }


def test_a_second_message_start_begins_the_answer_anew():
    second = {"type": "message_start", "message": {"id": "msg_2", "usage": {"input_tokens": 6}}}

    turn = streamed(
        started(TOOL),
        json_delta('{"a": '),
        second,
        started(TOOL | {"id": "toolu_2"}),
        json_delta('{"b": 2}'),
    )

    assert [(call.id, call.arguments) for call in turn.calls] == [("toolu_2", {"b": 2})]
    assert turn.usage == Usage(input=6, output=9)


def test_a_stream_that_breaks_off_is_trouble_of_the_provider():
    turn = API.decode(API.assemble([BEGIN, started(TOOL), json_delta('{"a": ')]))

    assert turn.stop is Stop.PROVIDER_ERROR


def test_an_error_in_a_stream_is_raised():
    error = {"type": "error", "error": {"type": "overloaded_error", "message": "Overloaded"}}
    body = API.assemble([BEGIN, error])

    with pytest.raises(ExchangeFailed, match="overloaded_error inside its reply: Overloaded"):
        API.decode(body)


def test_a_piece_of_a_block_that_never_began_is_refused():
    with pytest.raises(UndecodableReply, match="the stream has no 'content_block_start'"):
        API.assemble([BEGIN, json_delta("{")])

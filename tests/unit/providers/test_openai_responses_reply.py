from __future__ import annotations

import pytest

from evalkit.errors import ExchangeFailed, UndecodableReply
from evalkit.providers import find_api
from evalkit.transcript import Defect, Stop, ToolCall, Turn, Usage

API = find_api("openai-responses")
CALL = {
    "type": "function_call",
    "id": "fc_1",
    "call_id": "call_1",
    "name": "get_weather",
    "arguments": '{"city":"Oslo"}',
}


def reply(*items, status="completed", **more):
    return {"id": "resp_1", "status": status, "output": [*items], **more}


def said(*parts):
    return {"type": "message", "role": "assistant", "content": [*parts]}


def text(words):
    return {"type": "output_text", "text": words}


def test_a_whole_reply_is_a_turn():
    items = [
        {"type": "reasoning", "id": "rs_1", "summary": [{"type": "summary_text", "text": "Oslo?"}]},
        said(text("I "), text("look.")),
        {"type": "web_search_call", "id": "ws_1"},
        CALL,
    ]
    usage = {
        "input_tokens": 71,
        "output_tokens": 46,
        "input_tokens_details": {"cached_tokens": 64, "cache_write_tokens": 3},
        "output_tokens_details": {"reasoning_tokens": 12},
    }

    turn = API.decode(reply(*items, model="gpt-x", usage=usage))

    assert turn == Turn(
        text="I look.",
        calls=(
            ToolCall(
                id="call_1", name="get_weather", raw='{"city":"Oslo"}', arguments={"city": "Oslo"}
            ),
        ),
        reasoning="Oslo?",
        finish="completed",
        usage=Usage(input=71, output=46, cache_read=64, cache_write=3, reasoning=12),
        model="gpt-x",
        wire={"output": items},
    )


def test_the_input_of_a_custom_tool_is_text_and_not_malformed_json():
    item = {"type": "custom_tool_call", "call_id": "c", "name": "sql", "input": "SELECT 1"}

    (call,) = API.decode(reply(item)).calls

    assert call == ToolCall(id="c", name="sql", raw="SELECT 1", arguments={"input": "SELECT 1"})


@pytest.mark.parametrize(
    ("body", "stop"),
    [
        pytest.param(reply(CALL), Stop.ANSWERED, id="completed"),
        pytest.param(reply(status="complete"), Stop.ANSWERED, id="a compatible server's word"),
        pytest.param(
            reply(status="incomplete", incomplete_details={"reason": "max_output_tokens"}),
            Stop.TRUNCATED,
            id="cut off",
        ),
        pytest.param(
            reply(status="incomplete", incomplete_details={"reason": "content_filter"}),
            Stop.REFUSED,
            id="filtered",
        ),
        pytest.param(reply(status="queued"), Stop.PROVIDER_ERROR, id="not begun"),
        pytest.param(reply(status="cancelled"), Stop.PROVIDER_ERROR, id="cancelled"),
    ],
)
def test_the_stop_follows_the_status(body, stop):
    turn = API.decode(body)

    assert (turn.stop, turn.finish) == (stop, body["status"])


def test_a_refusal_is_part_of_a_message():
    turn = API.decode(reply(said({"type": "refusal", "refusal": "No."})))

    assert (turn.refusal, turn.text, turn.stop) == ("No.", None, Stop.REFUSED)


def test_a_policy_that_forbids_the_answer_is_a_refusal():
    error = {"code": "bio_policy", "message": "Not this."}

    turn = API.decode(reply(status="failed", error=error))

    assert (turn.refusal, turn.stop) == ("Not this.", Stop.REFUSED)


def test_a_reply_that_failed_is_the_providers_trouble():
    error = {"code": "server_error", "message": "Sorry."}

    with pytest.raises(
        ExchangeFailed, match="the provider reported server_error in its reply: Sor"
    ):
        API.decode(reply(status="failed", error=error))


@pytest.mark.parametrize(
    ("body", "what"),
    [
        pytest.param({}, "reply has no 'output'", id="nothing"),
        pytest.param(
            {"output": {}}, "reply.output is an object, the protocol wants a list", id="object"
        ),
        pytest.param(
            reply(CALL | {"name": 1}),
            "output[0].name is a number, the protocol wants a string",
            id="name",
        ),
    ],
)
def test_a_reply_that_breaks_the_protocol_is_refused_by_naming_what_is_missing(body, what):
    with pytest.raises(UndecodableReply) as refused:
        API.decode(body)

    assert refused.value.what == what


CREATED = {"type": "response.created", "response": reply(status="in_progress")}
ADDED = {
    "type": "response.output_item.added",
    "output_index": 0,
    "item": CALL | {"call_id": "provisional", "arguments": ""},
}


def pieces(*written):
    kind = "response.function_call_arguments.delta"
    return [{"type": kind, "output_index": 0, "delta": piece} for piece in written]


def test_the_final_event_is_the_truth():
    final = {"type": "response.completed", "response": reply(CALL)}

    body = API.assemble([CREATED, ADDED, *pieces('{"x"'), final])

    assert body == reply(CALL)


def test_a_final_event_without_output_is_filled_from_the_items():
    done = {"type": "response.output_item.done", "output_index": 0, "item": CALL}
    final = {"type": "response.completed", "response": reply()}

    body = API.assemble([CREATED, ADDED, done, final])

    assert body == reply(CALL)


def test_a_stream_that_breaks_off_shows_as_much_as_there_is_and_whose_trouble_it_is():
    message = {"type": "response.output_item.added", "output_index": 1, "item": said()}
    words = {"type": "response.output_text.delta", "output_index": 1, "delta": "I l"}

    turn = API.decode(API.assemble([CREATED, ADDED, *pieces('{"city":', '"Os'), message, words]))

    assert [(call.id, call.raw, call.defects) for call in turn.calls] == [
        ("provisional", '{"city":"Os', (Defect.TRUNCATED,))
    ]
    assert (turn.text, turn.finish, turn.stop) == ("I l", "in_progress", Stop.PROVIDER_ERROR)


def test_an_error_in_a_stream_is_raised():
    body = API.assemble([{"type": "error", "code": "rate_limit_exceeded", "message": "Slow down"}])

    with pytest.raises(ExchangeFailed, match="rate_limit_exceeded in its reply: Slow down"):
        API.decode(body)

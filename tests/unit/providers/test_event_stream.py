from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from evalkit.errors import UndecodableReply
from evalkit.providers import FirstTimes, Reply, find_api, first_times, read_body, read_events

OBJECTS = st.dictionaries(st.text(), st.text() | st.integers() | st.none(), max_size=3)


@pytest.mark.parametrize(
    ("stream", "events"),
    [
        pytest.param('data: {"a":1}\n\ndata: {"b":2}\n\n', [{"a": 1}, {"b": 2}], id="two"),
        pytest.param('data: {"a":1}\r\n\r\ndata: {"b":2}\r\n\r\n', [{"a": 1}, {"b": 2}], id="CRLF"),
        pytest.param('data: {"a":1}\r\rdata: {"b":2}\r\r', [{"a": 1}, {"b": 2}], id="lone CR"),
        pytest.param('data:{"a":1}\n\n', [{"a": 1}], id="no space after the colon"),
        pytest.param('data: {"a":\ndata: 1}\n\n', [{"a": 1}], id="data over two lines"),
        pytest.param(': ping\n\nid: 7\nretry: 3\ndata: {"a":1}\n\n', [{"a": 1}], id="other lines"),
        pytest.param('data: {"a":1}\n\ndata: [DONE]\n\n', [{"a": 1}], id="done"),
        pytest.param('data: {"a":1}', [{"a": 1}], id="no blank line at the end"),
        pytest.param('\ufeffdata: {"a":1}\n\n', [{"a": 1}], id="byte order mark"),
        pytest.param('data: {"a":"\u2028\x85"}\n\n', [{"a": "\u2028\x85"}], id="no line ends"),
        pytest.param('event: error\ndata: {"a":1}\n\n', [{"a": 1, "type": "error"}], id="error"),
        pytest.param("data\n\ndata:\n\n\n\n", [], id="nothing"),
    ],
)
def test_events_are_read_by_the_rules_of_event_streams(stream, events):
    assert list(read_events(stream)) == events
    assert list(read_events(stream.encode())) == events


@given(events=st.lists(OBJECTS), end=st.sampled_from(["\n", "\r\n", "\r"]))
def test_whatever_is_sent_as_events_is_read_back(events, end):
    stream = "".join(f"data: {json.dumps(event)}{end}{end}" for event in events)

    assert list(read_events(stream)) == events


@pytest.mark.parametrize("data", ["{", "[1]", '"a"', "NaN", "[" * 5000])
def test_data_that_is_no_json_object_is_refused(data):
    with pytest.raises(UndecodableReply):
        list(read_events(f"data: {data}\n\n"))


@pytest.mark.parametrize(
    ("body", "what"),
    [
        pytest.param(b"", "the reply is empty", id="empty"),
        pytest.param(b" \r\n", "the reply is empty", id="blank"),
        pytest.param(b'{"a":', "the reply is not JSON: '{\"a\":'", id="cut off"),
        pytest.param(b"[]", "the reply is a list, the protocol wants an object", id="list"),
        pytest.param(b'{"a": "\xff"}', 'the reply is not JSON: \'{"a": "\ufffd"}\'', id="no UTF-8"),
        pytest.param(b"<html>", "the reply is neither JSON nor events: '<html>'", id="web page"),
        pytest.param(b"null", "the reply is neither JSON nor events: 'null'", id="null"),
    ],
)
def test_a_reply_that_holds_nothing_to_read_is_refused(body, what):
    with pytest.raises(UndecodableReply) as refused:
        read_body(find_api("openai-chat"), body)

    assert refused.value.what == what


def test_a_reply_is_read_whether_it_was_streamed_or_not():
    api = find_api("openai-chat")
    whole = {"choices": [{"message": {"content": "hi"}, "finish_reason": "stop"}]}
    chunks = {"choices": [{"delta": {"content": "hi"}, "finish_reason": "stop"}]}

    assert api.decode(read_body(api, json.dumps(whole).encode())).text == "hi"
    assert api.decode(read_body(api, f"data: {json.dumps(chunks)}\n\n".encode())).text == "hi"


def reply(*timed):
    """Make a reply whose events arrive one by one, at the given seconds."""
    body, marks = b"", []
    for seconds, event in timed:
        body += f"data: {json.dumps(event)}\n\n".encode()
        marks.append((seconds, len(body)))
    return Reply(status=200, body=body, marks=tuple(marks))


def chat(**delta):
    return {"choices": [{"delta": delta}]}


CHAT = reply(
    (0.1, chat(role="assistant", content="")),
    (0.2, chat(content="Hi")),
    (0.3, chat(tool_calls=[{"index": 0}])),
    (0.4, chat(content="later")),
)
CLAUDE = reply(
    (0.1, {"type": "message_start", "message": {}}),
    (0.2, {"type": "content_block_start", "content_block": {"type": "text"}}),
    (0.3, {"type": "content_block_delta", "delta": {"type": "text_delta"}}),
    (0.4, {"type": "content_block_start", "content_block": {"type": "tool_use"}}),
)
RESPONSES = reply(
    (0.1, {"type": "response.created"}),
    (0.2, {"type": "response.output_item.added", "item": {"type": "reasoning"}}),
    (0.3, {"type": "response.output_text.delta"}),
    (0.4, {"type": "response.output_item.added", "item": {"type": "function_call"}}),
)
GEMINI = reply(
    (0.1, {"usageMetadata": {}}),
    (0.2, {"candidates": [{"content": {"parts": [{"text": ""}]}}]}),
    (0.3, {"candidates": [{"content": {"parts": [{"text": "a"}]}}]}),
    (0.4, {"candidates": [{"content": {"parts": [{"functionCall": {}}]}}]}),
)
BEDROCK = reply(
    (0.2, {"contentBlockStart": {"start": {}}}),
    (0.3, {"contentBlockDelta": {"delta": {"text": "a"}}}),
    (0.4, {"contentBlockStart": {"start": {"toolUse": {}}}}),
)


@pytest.mark.parametrize(
    ("name", "streamed", "token_s", "call_s"),
    [
        ("openai-chat", CHAT, 0.2, 0.3),
        ("anthropic", CLAUDE, 0.3, 0.4),
        ("openai-responses", RESPONSES, 0.3, 0.4),
        ("gemini", GEMINI, 0.3, 0.4),
        ("bedrock-converse", BEDROCK, 0.3, 0.4),
    ],
)
def test_the_first_token_and_the_first_call_have_a_time(name, streamed, token_s, call_s):
    times = first_times(find_api(name), streamed)

    assert times == FirstTimes(token_s=token_s, call_s=call_s)


@pytest.mark.parametrize(
    ("streamed", "times"),
    [
        pytest.param(
            reply((0.2, chat(tool_calls=[{"index": 0}]))),
            FirstTimes(token_s=0.2, call_s=0.2),
            id="a call is a token",
        ),
        pytest.param(reply((0.2, chat(content="a"))), FirstTimes(token_s=0.2), id="no call"),
        pytest.param(reply((0.2, chat(content=""))), FirstTimes(), id="neither"),
        pytest.param(Reply(status=200, body=b"{}"), FirstTimes(), id="not streamed"),
    ],
)
def test_what_a_stream_never_shows_has_no_time(streamed, times):
    assert first_times(find_api("openai-chat"), streamed) == times


def test_an_event_has_arrived_with_its_last_byte():
    whole = reply((0.0, chat(content="Hi")))
    cut = len(whole.body) - 20
    streamed = Reply(status=200, body=whole.body, marks=((0.1, cut), (0.9, len(whole.body))))

    assert first_times(find_api("openai-chat"), streamed) == FirstTimes(token_s=0.9)

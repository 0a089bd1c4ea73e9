"""Whatever kind of file an answer lies in, it is found."""

import gzip
import json

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from evalkit.cassettes import (
    Answered,
    Asked,
    Cassette,
    Mode,
    Taping,
    Timing,
    open_cassette,
)
from evalkit.errors import EvalkitError, UsageError
from evalkit.results import CaseResult, Status
from evalkit.runfile import RunHeader, RunProvider, RunSuite, RunWriter
from evalkit.transcript import ToolCall, Transcript, Turn
from evalkit.triage import Hints, Response, Unread, diagnose, read_responses

CALL = {"id": "c1", "type": "function", "function": {"name": "find", "arguments": "{}"}}
CHAT = {"choices": [{"message": {"tool_calls": [CALL]}, "finish_reason": "tool_calls"}]}
CHUNKS = [
    {"choices": [{"index": 0, "delta": {"tool_calls": [{"index": 0, **CALL}]}}]},
    {"choices": [{"index": 0, "delta": {}, "finish_reason": "tool_calls"}]},
]
SSE = "".join(f"data: {json.dumps(chunk)}\n\n" for chunk in CHUNKS) + "data: [DONE]\n"
BODIES = {
    "openai-chat": CHAT,
    "openai-responses": {
        "object": "response",
        "status": "completed",
        "output": [{"type": "function_call", "call_id": "c1", "name": "find", "arguments": "{}"}],
    },
    "anthropic": {
        "type": "message",
        "stop_reason": "tool_use",
        "content": [{"type": "tool_use", "id": "c1", "name": "find", "input": {}}],
    },
    "gemini": {
        "candidates": [
            {"content": {"parts": [{"functionCall": {"name": "find"}}]}, "finishReason": "STOP"}
        ]
    },
    "bedrock-converse": {
        "stopReason": "tool_use",
        "output": {
            "message": {"content": [{"toolUse": {"toolUseId": "c1", "name": "find", "input": {}}}]}
        },
    },
}


def seen(path, hints=None):
    """Tell what was found, as (shape, API, names of the calls)."""
    return [
        (each.shape, each.api, [call.name for call in each.turn.calls])
        for each in read_responses(path, hints or Hints())
    ]


@pytest.mark.parametrize("api", BODIES)
def test_the_api_of_a_body_is_guessed(saved, api):
    assert seen(saved(BODIES[api])) == [("a body", api, ["find"])]


@pytest.mark.parametrize(
    "content",
    [
        pytest.param(SSE, id="as it was sent"),
        pytest.param(SSE.replace("\n\n", "\n"), id="without its blank lines"),
        pytest.param(SSE.replace("\n", "\r\n"), id="with CRLF"),
        pytest.param("\n".join(map(json.dumps, CHUNKS)), id="one event in a line"),
        pytest.param(json.dumps(CHUNKS), id="as an array"),
        pytest.param(
            f"HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\n\r\n{SSE}",
            id="with the head that curl -i prints",
        ),
    ],
)
def test_an_event_stream_is_read_as_saved_or_pasted(saved, content):
    assert seen(saved(content)) == [("an event stream", "openai-chat", ["find"])]


def test_a_single_event_is_read_as_the_stream_it_is_of(saved):
    assert seen(saved(CHUNKS[0])) == [("an event stream", "openai-chat", ["find"])]


def test_the_array_that_gemini_streams_without_events_is_one_answer(saved):
    first = {"candidates": [{"content": {"parts": [{"text": "Hel"}]}}]}
    last = {"candidates": [{"content": {"parts": [{"text": "lo"}]}, "finishReason": "STOP"}]}

    (response,) = read_responses(saved([first, last]))

    assert (response.api, response.turn.text) == ("gemini", "Hello")


@pytest.mark.parametrize(
    "record",
    [
        pytest.param({"level": "info", "response": CHAT}, id="nested"),
        pytest.param({"msg": "done", "body": json.dumps(CHAT)}, id="as text"),
        pytest.param({"error": None, "result": {"message": {"reply": CHAT}}}, id="deep"),
        pytest.param(
            {"custom_id": "a", "response": {"status_code": 200, "body": CHAT}, "error": None},
            id="line of a batch",
        ),
    ],
)
def test_a_body_is_found_inside_a_log_record(saved, record):
    assert seen(saved(record)) == [("a body inside a log record", "openai-chat", ["find"])]


@pytest.mark.parametrize(
    ("message", "api"),
    [
        pytest.param({"role": "assistant", "tool_calls": [CALL]}, "openai-chat", id="OpenAI"),
        pytest.param(
            {"role": "assistant", "content": BODIES["anthropic"]["content"]},
            "anthropic",
            id="Anthropic",
        ),
        pytest.param(
            {"message": {"tool_calls": [CALL]}, "done_reason": "stop"}, "openai-chat", id="Ollama"
        ),
    ],
)
def test_a_message_that_stands_alone_is_read_and_its_stop_reason_not_judged(saved, message, api):
    (response,) = read_responses(saved(message))

    assert (response.shape, response.api) == ("a message", api)
    assert [call.name for call in response.turn.calls] == ["find"]
    assert diagnose(response).findings == ()


def test_an_error_in_a_log_record_goes_before_the_messages_of_its_request(saved):
    record = {
        "request": {"messages": [{"role": "assistant", "tool_calls": [CALL]}]},
        "reply": {"outcome": {"error": {"message": "overloaded"}}},
    }

    (found,) = read_responses(saved(record))

    assert isinstance(found, Unread)


def test_a_stream_is_found_inside_a_log_record(saved):
    assert seen(saved({"stream": SSE})) == [
        ("an event stream inside a log record", "openai-chat", ["find"])
    ]


@pytest.mark.parametrize(
    "lines",
    [
        pytest.param(json.dumps(CHAT), id="on the same line"),
        pytest.param(json.dumps(CHAT, indent=2), id="over several lines"),
    ],
)
def test_words_of_a_log_before_a_body_are_passed_over(saved, lines):
    path = saved(f"2026-11-20 17:45:00 INFO client: got {lines}")

    assert seen(path) == [("a body", "openai-chat", ["find"])]


def test_words_around_a_body_that_was_cut_are_no_calm_answer(saved):
    with pytest.raises(UsageError):
        read_responses(saved(f"INFO got {json.dumps(CHAT)[:-20]}"))


def test_text_in_a_log_record_that_only_looks_like_json_is_passed_over(saved):
    assert seen(saved({"msg": "{curly", "reply": CHAT})) == [
        ("a body inside a log record", "openai-chat", ["find"])
    ]


def test_the_tools_of_the_request_are_taken_from_the_log_record(saved):
    record = {"request": {"tools": [{"name": "search"}]}, "response": CHAT}

    (response,) = read_responses(saved(record))

    assert list(response.offer) == ["search"]


def test_every_line_of_a_log_is_an_answer_of_its_own(saved):
    lines = [{"response": CHAT}, {"msg": "nothing here"}, {"response": {"error": {"message": "x"}}}]

    first, second = read_responses(saved("\n".join(map(json.dumps, lines))))

    assert (first.where, first.api) == ("record 1", "openai-chat")
    assert second == Unread(
        where="record 2",
        what="no answer of a model: the provider reported an error inside its reply: x",
    )


@pytest.fixture
def cassette(tmp_path):
    """Record one exchange for each answer."""

    def record(*bodies, tools=({"name": "find"},)):
        path = tmp_path / "cassette.yaml"
        with open_cassette(path, Taping(mode=Mode.ALL)) as tape:
            assert isinstance(tape, Cassette)
            for number, body in enumerate(bodies):
                asked = Asked(
                    method="POST",
                    url="https://api.openai.com/v1/chat/completions",
                    body={"model": "m", "seed": number, "tools": [*tools]},
                )
                answered = Answered(status=200, body=json.dumps(body).encode() if body else b"")
                tape.record(asked, answered, 0, Timing())
        return path

    return record


def test_each_interaction_of_a_cassette_is_read_with_the_tools_of_its_request(cassette):
    found = read_responses(cassette(CHAT, BODIES["anthropic"], tools=[{"name": "search"}]))

    assert [(each.where, each.shape, each.api, [*each.offer]) for each in found] == [
        ("interaction 1", "an interaction of a cassette", "openai-chat", ["search"]),
        ("interaction 2", "an interaction of a cassette", "anthropic", ["search"]),
    ]


def test_an_interaction_that_no_model_answered_is_told_apart(cassette):
    found = read_responses(cassette({"data": [0.1, 0.2]}, CHAT))

    assert [type(each) for each in found] == [Unread, Response]


def test_an_interaction_without_a_body_is_told_apart(cassette):
    (found,) = read_responses(cassette(None))

    assert found == Unread(
        where="interaction 1", what="status 200, and no answer of an API that is known"
    )


def test_a_cassette_written_as_json_is_read(saved):
    request = {"method": "POST", "uri": "https://api.openai.com/v1", "body": None, "headers": {}}
    response = {"status": {"code": 200}, "headers": {}, "body": {"string": json.dumps(CHAT)}}
    cassette = {"version": 1, "interactions": [{"request": request, "response": response}]}

    assert seen(saved(cassette)) == [("an interaction of a cassette", "openai-chat", ["find"])]


def test_a_cassette_of_another_tool_is_read(saved):
    text = (
        "interactions:\n- request:\n    body: '{}'\n    headers: {}\n    method: POST\n"
        "    uri: https://api.openai.com/v1/chat/completions\n  response:\n    body:\n"
        f"      string: '{json.dumps(CHAT)}'\n    headers: {{}}\n"
        "    status: {code: 200, message: OK}\nversion: 1\n"
    )

    assert seen(saved(text)) == [("an interaction of a cassette", "openai-chat", ["find"])]


def test_each_turn_of_a_run_file_is_read_with_the_tools_of_its_suite(tmp_path):
    path = tmp_path / "run.jsonl"
    call = ToolCall(id="c1", name="find", raw="{}", arguments={})
    transcript = Transcript(
        suite="shop",
        case="greeting",
        provider="gpt",
        model="m",
        messages=(Turn(calls=(call,), finish="tool_calls"), Turn(text="Done.", finish="stop")),
    )
    result = CaseResult(
        suite="shop",
        case="greeting",
        provider="gpt",
        model="m",
        trial=0,
        tags=(),
        status=Status.PASSED,
        verdicts=(),
        pairings=(),
        expects_no_call=False,
        transcript=transcript,
    )
    header = RunHeader(
        id="1",
        started_at="2026-11-20T18:00:00Z",
        evalkit_version="0",
        mode="none",
        command="evalkit run",
        suites=(
            RunSuite(name="shop", file="shop.yaml", tools=({"name": "search", "parameters": {}},)),
        ),
        providers=(RunProvider(name="gpt", api="openai-chat", model="m"),),
    )
    with RunWriter(path, header) as run:
        run.add(result)

    found = read_responses(path)

    assert [(each.where, each.api, [*each.offer], each.turn.text) for each in found] == [
        ("shop::greeting[gpt], turn 1", "openai-chat", ["search"], None),
        ("shop::greeting[gpt], turn 2", "openai-chat", ["search"], "Done."),
    ]


@pytest.mark.parametrize(
    ("text", "shape", "calls"),
    [
        pytest.param(
            'Sure. <tool_call>{"name": "find", "arguments": {}}</tool_call>',
            "text in the format hermes",
            ["find"],
            id="with marks",
        ),
        pytest.param("[find(a=1)]", "text in the format pythonic", ["find"], id="list of calls"),
        pytest.param("Good morning.", "text", [], id="no call"),
        pytest.param("Note: I will not call find.", "text", [], id="a word with a colon"),
        pytest.param(":) Good morning.", "text", [], id="a smile"),
        pytest.param("data: none so far", "text", [], id="a word of event streams"),
    ],
)
def test_what_a_model_wrote_is_read_as_text(saved, text, shape, calls):
    assert seen(saved(text)) == [(shape, None, calls)]


def test_the_text_is_kept_to_the_letter_even_where_it_is_no_unicode(saved):
    (response,) = read_responses(saved(b"caf\xe9"))

    assert response.turn.text == "caf\udce9"


def test_a_compressed_file_is_read(saved):
    path = saved(gzip.compress(json.dumps(CHAT).encode()))

    assert seen(path) == [("a body", "openai-chat", ["find"])]


@pytest.mark.parametrize(
    ("content", "why"),
    [
        pytest.param("", "not readable: it is empty", id="empty"),
        pytest.param(b"\x00\x01\x02", "not readable: it is binary", id="binary"),
        pytest.param(
            '{"a": 1}', "not readable: JSON without an answer of a model in it", id="other JSON"
        ),
        pytest.param(
            json.dumps(CHAT)[:-20],
            "not readable: no JSON: Unterminated string starting at: line 1 column 127",
            id="a body that was cut",
        ),
        pytest.param('{"a": 1}' + "\n" * 200_000 + "x", "not readable: no JSON", id="blank lines"),
        pytest.param("[" * 50_000, "not readable: JSON that is nested too deeply", id="deep"),
        pytest.param(
            b"\x1f\x8b\x08\x00", "cannot be read: Compressed file ended before", id="torn gzip"
        ),
    ],
)
def test_what_cannot_be_read_says_why(saved, content, why):
    with pytest.raises(UsageError) as raised:
        read_responses(saved(content))

    assert raised.value.what.startswith(why)


def test_what_was_tried_is_told(saved):
    with pytest.raises(UsageError) as raised:
        read_responses(saved('{"a": 1}'))

    assert raised.value.hint == (
        "tried: a run file, a cassette, an event stream, the JSON of an API or a log record around "
        "it, a model's text with calls in it"
    )


def test_a_file_that_is_not_there_is_a_usage_error(tmp_path):
    with pytest.raises(UsageError, match="No such file"):
        read_responses(tmp_path / "nowhere.json")


def test_an_api_that_is_named_is_not_guessed(saved):
    (response,) = read_responses(saved(CHAT), Hints(api="anthropic"))

    assert isinstance(response, Unread)
    assert "'content'" in response.what


def test_words_are_nothing_of_an_api_that_is_named(saved):
    with pytest.raises(UsageError):
        read_responses(saved("Good morning."), Hints(api="gemini"))


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.text() | st.binary() | st.sampled_from(["data: ", "{", "[", "interactions:\n- "]))
def test_whatever_a_file_holds_it_is_read_or_refused_in_words(saved, content):
    path = saved(content if isinstance(content, bytes) else content.encode("utf-8", "replace"))

    try:
        found = read_responses(path)
    except EvalkitError as error:
        found = (error.what,)

    assert found

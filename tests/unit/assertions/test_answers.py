"""Every shape in which a test may hold a model's answer."""

import asyncio
import json

import anthropic
import httpx2
import openai
import pytest
from pydantic import BaseModel, Field

from evalkit.assertions import assert_calls, assert_no_calls, transcript_of
from evalkit.errors import ExchangeFailed, UsageError
from evalkit.results import CaseResult, Status
from evalkit.transcript import Transcript, Turn

PARIS = {"location": "Paris"}
ASK = [{"role": "user", "content": "Weather in Paris?"}]


def answering(wire, *, stream):
    """A transport that answers every request with the call."""
    if not stream:
        return httpx2.MockTransport(lambda _: httpx2.Response(200, json=wire.body))
    head = {"content-type": "text/event-stream"}
    return httpx2.MockTransport(lambda _: httpx2.Response(200, text=wire.stream, headers=head))


def openai_client(wire, *, stream=False):
    http = httpx2.Client(transport=answering(wire, stream=stream))
    return openai.OpenAI(api_key="none", http_client=http, max_retries=0)


def anthropic_client(wire, *, stream=False):
    http = httpx2.Client(transport=answering(wire, stream=stream))
    return anthropic.Anthropic(api_key="none", http_client=http, max_retries=0)


def asked(api, wire, *, stream=False):
    """Ask through the official SDK."""
    match api:
        case "openai-chat":
            client = openai_client(wire, stream=stream)
            return client.chat.completions.create(model="gpt", messages=ASK, stream=stream)
        case "openai-responses":
            client = openai_client(wire, stream=stream)
            return client.responses.create(model="gpt", input="Weather?", stream=stream)
        case _:
            client = anthropic_client(wire, stream=stream)
            return client.messages.create(model="c", max_tokens=9, messages=ASK, stream=stream)


def test_a_response_of_an_sdk_is_read(api, wire):
    assert_calls(asked(api, wire), get_weather=PARIS)


def test_a_stream_of_an_sdk_is_read(api, wire):
    assert_calls(asked(api, wire, stream=True), get_weather=PARIS)


def test_events_that_a_test_collected_are_read(api, wire):
    assert_calls(list(asked(api, wire, stream=True)), get_weather=PARIS)


def test_the_json_of_a_response_is_read(wire):
    assert_calls(wire.body, get_weather=PARIS)


def test_the_json_of_events_is_read(wire):
    assert_calls(iter(wire.events), get_weather=PARIS)


def test_anthropics_streaming_helper_is_read_to_its_end(wires):
    wire = wires["anthropic"]

    with anthropic_client(wire, stream=True).messages.stream(
        model="c", max_tokens=9, messages=ASK
    ) as stream:
        assert_calls(stream, get_weather=PARIS)


def test_anthropics_streaming_helper_is_read_after_the_test_did(wires):
    wire = wires["anthropic"]

    with anthropic_client(wire, stream=True).messages.stream(
        model="c", max_tokens=9, messages=ASK
    ) as stream:
        stream.until_done()
        assert_calls(stream, get_weather=PARIS)


def test_openais_streaming_helper_is_read_to_its_end(wires):
    wire = wires["openai-chat"]

    with openai_client(wire, stream=True).chat.completions.stream(
        model="gpt", messages=ASK
    ) as stream:
        assert_calls(stream, get_weather=PARIS)


def test_a_message_that_stands_alone_is_read(chat):
    message = chat(("get_weather", PARIS))["choices"][0]["message"]

    assert_calls(message, get_weather=PARIS)
    assert_no_calls({"role": "assistant", "content": "Hello!"})


def test_several_responses_are_the_turns_of_one_conversation(wire, chat):
    read = transcript_of([wire.body, chat(text="It rains.")])

    assert [[call.name for call in turn.calls] for turn in read.turns] == [["get_weather"], []]
    assert read.turns[-1].text == "It rains."


def test_a_transcript_and_a_turn_are_taken_as_they_are():
    turn = Turn(text="Hello!")
    talk = Transcript(suite="s", case="c", provider="p", model="m", messages=(turn,))

    assert transcript_of(talk) is talk
    assert transcript_of(turn).turns == (turn,)


def test_the_result_of_a_case_is_read_by_its_transcript():
    talk = Transcript(suite="s", case="c", provider="p", model="m", messages=(Turn(text="Hi"),))
    result = CaseResult(
        suite="s",
        case="c",
        provider="p",
        model="m",
        trial=0,
        tags=(),
        status=Status.PASSED,
        verdicts=(),
        pairings=(),
        expects_no_call=True,
        transcript=talk,
    )

    assert transcript_of(result) is talk


def test_a_model_of_pydantic_is_read_by_the_names_of_the_wire(chat):
    class Reply(BaseModel):
        options: list[dict] = Field(alias="choices")

    reply = Reply.model_validate(chat(("get_weather", PARIS)))

    assert_calls(reply, get_weather=PARIS)


def test_malformed_arguments_survive_the_sdk(chat):
    http = httpx2.Client(transport=httpx2.MockTransport(
        lambda _: httpx2.Response(200, json=chat(("get_weather", "{location: Paris")))
    ))  # fmt: skip
    client = openai.OpenAI(api_key="none", http_client=http)

    read = transcript_of(client.chat.completions.create(model="gpt", messages=ASK))

    assert read.calls[0].raw == "{location: Paris"
    assert read.calls[0].arguments is None


def test_an_asynchronous_stream_is_refused_with_the_way_to_read_it(wires):
    wire = wires["openai-chat"]

    async def ask():
        transport = answering(wire, stream=True)
        http = httpx2.AsyncClient(transport=transport)
        client = openai.AsyncOpenAI(api_key="none", http_client=http)
        stream = await client.chat.completions.create(model="gpt", messages=ASK, stream=True)
        with pytest.raises(UsageError) as refused:
            assert_calls(stream, get_weather=PARIS)
        assert_calls([event async for event in stream], get_weather=PARIS)
        return refused.value

    refused = asyncio.run(ask())

    assert refused.hint == "collect it first: `[event async for event in stream]`"


@pytest.mark.parametrize(
    ("answer", "what"),
    [
        pytest.param(7, "a int is no answer of a model", id="a number"),
        pytest.param("get_weather()", "a str is no answer of a model", id="text"),
        pytest.param([], "the list is empty", id="nothing"),
        pytest.param({"a": 1}, "no API is known by these fields: a", id="another mapping"),
        pytest.param([{"a": 1}], "no API is known by these fields: a", id="another list"),
    ],
)
def test_what_is_no_answer_is_refused(answer, what):
    with pytest.raises(UsageError) as refused:
        transcript_of(answer)

    assert refused.value.what == what


def test_an_error_of_the_provider_is_no_answer():
    with pytest.raises(ExchangeFailed, match="overloaded"):
        transcript_of({"type": "error", "error": {"type": "overloaded_error",
                                                  "message": "overloaded"}})  # fmt: skip


def test_the_stream_of_the_wire_is_what_the_sdks_read(wire):
    read = [json.loads(line[6:]) for line in wire.stream.splitlines() if line.startswith("data: ")]

    assert tuple(read) == wire.events

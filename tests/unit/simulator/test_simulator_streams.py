import asyncio
import json

import anthropic
import openai
import pytest
from hypothesis import given
from hypothesis import strategies as st

from evalkit.providers import find_api, read_body
from evalkit.simulator import Call, Reply, Rule, Script, app, serve
from evalkit.transcript import Stop

PATHS = {
    "openai-chat": "/v1/chat/completions",
    "anthropic": "/v1/messages",
    "openai-responses": "/v1/responses",
}
HELLO = [{"role": "user", "content": "hello"}]
ASK = {
    "openai-chat": {"model": "m", "messages": HELLO, "stream_options": {"include_usage": True}},
    "anthropic": {"model": "m", "messages": HELLO, "max_tokens": 9},
    "openai-responses": {"model": "m", "input": "hello"},
}
BOTH = """
    rules:
      - answer:
          text: Let me look that up for you.
          calls:
            - {name: get_order, arguments: {order_id: A8472, note: "Köln 😀"}}
            - {name: list_orders}
"""


async def no_wait(_seconds):
    pass


def exchange(script, api, *, stream=True, sleep=no_wait):
    """Ask a script over one protocol; return the pieces of the body as they were sent."""
    request = json.dumps({**ASK[api], "stream": stream}).encode()
    sent = []

    async def receive():
        return {"type": "http.request", "body": request}

    async def send(message):
        sent.append(message)

    scope = {"type": "http", "method": "POST", "path": PATHS[api]}
    asyncio.run(app(script, sleep=sleep)(scope, receive, send))
    return [message["body"] for message in sent if message.get("body")]


def read(api, body):
    protocol = find_api(api)
    return protocol.decode(read_body(protocol, body))


@pytest.mark.parametrize("api", PATHS)
def test_a_streamed_answer_amounts_to_the_whole_one(api, script):
    shop = script(BOTH)

    whole = exchange(shop, api, stream=False)
    pieces = exchange(shop, api)

    streamed, plain = read(api, b"".join(pieces)), read(api, whole[0])
    assert len(pieces) > 10
    assert (streamed.text, streamed.usage, streamed.model, streamed.finish) == (
        plain.text,
        plain.usage,
        plain.model,
        plain.finish,
    )
    assert [(c.id, c.name, c.arguments) for c in streamed.calls] == [
        (c.id, c.name, c.arguments) for c in plain.calls
    ]


ARGUMENTS = st.dictionaries(st.text(), st.text() | st.integers(-(10**9), 10**9) | st.none())
CALLS = st.builds(Call, name=st.from_regex(r"[a-z]{1,9}", fullmatch=True), arguments=ARGUMENTS)


@given(api=st.sampled_from([*PATHS]), text=st.none() | st.text(), calls=st.lists(CALLS, max_size=3))
def test_any_answer_survives_being_streamed(api, text, calls):
    reply = Reply(text=text or ("" if not calls else None), calls=tuple(calls))
    shop = Script(file="x", api=None, rules=(Rule(answer=reply),))

    whole = read(api, exchange(shop, api, stream=False)[0])
    streamed = read(api, b"".join(exchange(shop, api)))

    assert (streamed.text or None, streamed.stop) == (whole.text or None, whole.stop)
    assert [c.arguments for c in streamed.calls] == [c.arguments for c in whole.calls]


@pytest.mark.parametrize("api", ["openai-chat", "openai-responses"])
def test_a_malformed_argument_string_is_streamed_to_the_letter(api, script):
    hasty = script(f"""
        api: {api}
        rules: [{{answer: {{calls: [{{name: f, raw: '{{"location": "Par'}}]}}}}]
    """)

    turn = read(api, b"".join(exchange(hasty, api)))

    assert turn.calls[0].raw == '{"location": "Par'
    assert turn.calls[0].arguments is None


@pytest.mark.parametrize(
    ("api", "stop", "read_as"),
    [
        pytest.param("openai-chat", "length", Stop.TRUNCATED, id="chat"),
        pytest.param("anthropic", "max_tokens", Stop.TRUNCATED, id="messages"),
        pytest.param("openai-responses", "incomplete", Stop.TRUNCATED, id="responses"),
        pytest.param("openai-chat", "stop", Stop.ANSWERED, id="a lie beside a call"),
    ],
)
def test_a_stream_ends_with_the_stop_reason_of_the_script(api, stop, read_as, script):
    shop = script(f"rules: [{{answer: {{calls: [{{name: f}}], stop: {stop}}}}}]")

    turn = read(api, b"".join(exchange(shop, api)))

    assert (turn.finish, turn.stop, len(turn.calls)) == (stop, read_as, 1)


def test_chat_tells_usage_in_a_stream_only_when_asked(script, post):
    shop = script("rules: [{answer: Hi}]")
    body = {"model": "m", "messages": HELLO, "stream": True}

    silent = post(shop, PATHS["openai-chat"], body).text
    told = post(shop, PATHS["openai-chat"], body | {"stream_options": {"include_usage": True}}).text

    assert '"usage"' not in silent
    assert '"choices": [], "usage": {"prompt_tokens":' in told
    assert told.endswith("data: [DONE]\n\n")


def test_pauses_stand_between_the_events(script):
    waited = []

    async def sleep(seconds):
        waited.append(seconds)

    slow = script("rules: [{answer: {text: Hi, latency_s: 0.2, pause_s: 0.05}}]")

    pieces = exchange(slow, "openai-chat", sleep=sleep)

    assert waited == [0.2] + [0.05] * len(pieces)


def test_the_openai_client_streams_chat(script):
    shop = script(BOTH)

    with serve(shop) as url, openai.OpenAI(base_url=f"{url}/v1", api_key="none") as client:
        chunks = [*client.chat.completions.create(model="m", messages=HELLO, stream=True)]

    deltas = [chunk.choices[0].delta for chunk in chunks]
    assert "".join(d.content or "" for d in deltas) == "Let me look that up for you."
    assert chunks[-1].choices[0].finish_reason == "tool_calls"


def test_the_openai_client_streams_responses(script):
    shop = script(BOTH)

    with (
        serve(shop) as url,
        openai.OpenAI(base_url=f"{url}/v1", api_key="none") as client,
        client.responses.stream(model="m", input="hello") as stream,
    ):
        final = stream.get_final_response()

    assert final.output_text == "Let me look that up for you."
    assert [item.name for item in final.output[1:]] == ["get_order", "list_orders"]
    assert json.loads(final.output[1].arguments) == {"order_id": "A8472", "note": "Köln 😀"}


def test_the_anthropic_client_streams_messages(script):
    shop = script(BOTH)

    with (
        serve(shop) as url,
        anthropic.Anthropic(base_url=url, api_key="none") as client,
        client.messages.stream(model="m", messages=HELLO, max_tokens=9) as stream,
    ):
        final = stream.get_final_message()

    assert final.stop_reason == "tool_use"
    assert final.content[0].text == "Let me look that up for you."
    assert [block.input for block in final.content[1:]] == [
        {"order_id": "A8472", "note": "Köln 😀"},
        {},
    ]


@pytest.mark.parametrize("cut", [0, 0.5, 0.99])
def test_a_cut_stream_is_a_broken_connection_to_a_client(cut, script):
    shop = script(f"rules: [{{answer: {{text: Hi there, cut: {cut}}}}}]")

    with (
        serve(shop) as url,
        openai.OpenAI(base_url=f"{url}/v1", api_key="none", max_retries=0) as client,
        pytest.raises(openai.APIConnectionError),
    ):
        [*client.chat.completions.create(model="m", messages=HELLO, stream=True)]


def test_a_cut_answer_is_a_broken_connection_to_a_client(script, capfd):
    shop = script("rules: [{answer: {text: Hi there, cut: 0.5}}]")

    with (
        serve(shop) as url,
        openai.OpenAI(base_url=f"{url}/v1", api_key="none", max_retries=0) as client,
        pytest.raises(openai.APIConnectionError),
    ):
        client.chat.completions.create(model="m", messages=HELLO)

    assert capfd.readouterr().err == ""


@pytest.mark.parametrize("hang", [0, 0.5])
@pytest.mark.parametrize("stream", [False, True])
def test_an_answer_that_hangs_is_ended_by_the_clients_own_timeout(hang, stream, script):
    shop = script(f"rules: [{{answer: {{text: Hi there, hang: {hang}}}}}]")

    with (
        serve(shop) as url,
        openai.OpenAI(base_url=f"{url}/v1", api_key="none", max_retries=0, timeout=0.2) as client,
        pytest.raises(openai.APITimeoutError),
    ):
        list(client.chat.completions.create(model="m", messages=HELLO, stream=stream))


def test_a_cut_connection_in_this_process_is_a_transport_error(script, post):
    import httpx2

    shop = script("rules: [{answer: {text: Hi there, cut: 0.5}}]")

    with pytest.raises(httpx2.RemoteProtocolError, match="cut, as the script says"):
        post(shop, PATHS["openai-chat"], ASK["openai-chat"])


def test_a_client_that_recovers_from_a_cut_gets_the_next_answer(script):
    shop = script("rules: [{answers: [{text: Hi, cut: 0.5}, {status: 503}, Hi again]}]")

    with (
        serve(shop) as url,
        openai.OpenAI(base_url=f"{url}/v1", api_key="none", max_retries=2) as client,
    ):
        reply = client.chat.completions.create(model="m", messages=HELLO)

    assert reply.choices[0].message.content == "Hi again"

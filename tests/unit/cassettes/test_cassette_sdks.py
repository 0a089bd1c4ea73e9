from __future__ import annotations

import asyncio
import gzip
import json

import httpx2
import pytest
from anthropic import AnthropicError, AsyncAnthropic
from anthropic import DefaultAsyncHttpxClient as AnthropicHttp
from openai import APIConnectionError, AsyncOpenAI, DefaultHttpxClient, OpenAI, OpenAIError
from openai import DefaultAsyncHttpxClient as OpenAIHttp

from evalkit.cassettes import Asked, Mode, Taping, open_cassette, playing, sync_transport, transport
from evalkit.errors import CassetteMiss, ExchangeFailed, UsageError

MISSING = Taping(mode=Mode.MISSING)
NOWHERE = "http://127.0.0.1:9"
OPENAI_KEY = "sk-proj-1234567890abcdefghijkl"
ANTHROPIC_KEY = "sk-ant-1234567890abcdefghijkl"
MESSAGES = [{"role": "user", "content": "Weather in Paris?"}]


def openai_client(base_url):
    http = OpenAIHttp(transport=transport())
    return AsyncOpenAI(base_url=base_url, api_key=OPENAI_KEY, http_client=http, max_retries=0)


def anthropic_client(base_url, **options):
    http = AnthropicHttp(transport=transport())
    return AsyncAnthropic(base_url=base_url, api_key=ANTHROPIC_KEY, http_client=http, **options)


async def ask_openai(base_url, messages=MESSAGES):
    async with openai_client(base_url) as client:
        return await client.chat.completions.create(model="gpt", messages=messages)


async def ask_anthropic(base_url, messages=MESSAGES, **options):
    async with anthropic_client(base_url, **options) as client:
        return await client.messages.create(model="claude", max_tokens=9, messages=messages)


@pytest.mark.parametrize("ask", [ask_openai, ask_anthropic])
def test_an_sdk_replays_without_a_server_what_it_recorded(
    ask, tmp_path, provider, openai_body, anthropic_body
):
    provider.answer(openai_body if ask is ask_openai else anthropic_body)
    path = tmp_path / "case.yaml"
    with open_cassette(path, MISSING) as cassette, playing(cassette):
        recorded = asyncio.run(ask(provider.url))

    with open_cassette(path) as cassette, playing(cassette):
        replayed = asyncio.run(ask(NOWHERE))

    assert replayed == recorded
    assert len(provider.requests) == 1


@pytest.mark.parametrize(
    ("ask", "sdk_error"), [(ask_openai, OpenAIError), (ask_anthropic, AnthropicError)]
)
def test_a_miss_passes_an_sdk_unwrapped_and_unretried(ask, sdk_error, tmp_path):
    cassette = open_cassette(tmp_path / "case.yaml")

    with pytest.raises(CassetteMiss) as caught, playing(cassette):
        asyncio.run(ask(NOWHERE))

    assert isinstance(caught.value, sdk_error)
    assert caught.value.__cause__ is None


def test_a_request_outside_of_any_cassette_is_refused_in_plain_words():
    with pytest.raises(UsageError, match="no cassette is playing"):
        asyncio.run(ask_openai(NOWHERE))


def test_what_an_sdk_recorded_is_found_by_the_body_it_was_given(tmp_path, provider, openai_body):
    provider.answer(openai_body)
    path = tmp_path / "case.yaml"
    sent = {
        "messages": [{"role": "user", "content": "Wetter in Zürich? 😀"}],
        "model": "gpt",
        "temperature": 0,
        "tools": [{"type": "function", "function": {"name": "get_weather", "parameters": {}}}],
    }

    async def ask():
        async with openai_client(f"{provider.url}/v1") as client:
            await client.chat.completions.create(**sent, user="42")

    with open_cassette(path, MISSING) as cassette, playing(cassette):
        asyncio.run(ask())
    url = "https://api.openai.com/v1/chat/completions"
    found = open_cassette(path).play(Asked(method="POST", url=url, body=sent), 0)

    assert json.loads(found.answered.body) == openai_body


def test_no_key_of_an_sdk_reaches_the_file(tmp_path, provider, openai_body):
    provider.answer(openai_body)
    path = tmp_path / "case.yaml"

    with open_cassette(path, MISSING) as cassette, playing(cassette):
        asyncio.run(ask_openai(provider.url))

    assert provider.requests[0]["headers"]["authorization"] == f"Bearer {OPENAI_KEY}"
    assert OPENAI_KEY not in path.read_text()
    assert "authorization" not in path.read_text().lower()


CHUNK = (
    'data: {"id":"c","object":"chat.completion.chunk","created":1,"model":"gpt-2026",'
    '"choices":[{"index":0,"delta":{"content":"%s"},"finish_reason":%s}]}\n\n'
)
OPENAI_STREAM = (CHUNK % ("21", "null"), CHUNK % (" degrees", '"stop"'), "data: [DONE]\n\n")
ANTHROPIC_STREAM = (
    (
        'event: message_start\ndata: {"type":"message_start","message":{"id":"m","type":"message",'
        '"role":"assistant","model":"claude-2026","content":[],"stop_reason":null,'
        '"stop_sequence":null,"usage":{"input_tokens":1,"output_tokens":1}}}\n\n'
    ),
    (
        'event: content_block_start\ndata: {"type":"content_block_start","index":0,'
        '"content_block":{"type":"text","text":""}}\n\n'
    ),
    (
        'event: content_block_delta\ndata: {"type":"content_block_delta","index":0,'
        '"delta":{"type":"text_delta","text":"21 degrees"}}\n\n'
    ),
    'event: message_stop\ndata: {"type":"message_stop"}\n\n',
)


async def stream_openai(base_url):
    async with openai_client(base_url) as client:
        chunks = await client.chat.completions.create(model="gpt", messages=MESSAGES, stream=True)
        return "".join([chunk.choices[0].delta.content async for chunk in chunks])


async def stream_anthropic(base_url):
    async with (
        anthropic_client(base_url) as client,
        client.messages.stream(model="claude", max_tokens=9, messages=MESSAGES) as stream,
    ):
        return "".join([text async for text in stream.text_stream])


@pytest.mark.parametrize(
    ("ask", "pieces"), [(stream_openai, OPENAI_STREAM), (stream_anthropic, ANTHROPIC_STREAM)]
)
def test_a_stream_is_recorded_as_it_came_and_replayed(ask, pieces, tmp_path, provider):
    provider.stream(*pieces)
    path = tmp_path / "case.yaml"
    with open_cassette(path, MISSING) as cassette, playing(cassette):
        recorded = asyncio.run(ask(provider.url))

    with open_cassette(path) as cassette, playing(cassette) as played:
        replayed = asyncio.run(ask(NOWHERE))

    (recording,) = played.exchanges
    marks = recording.facts.chunks
    assert recorded == replayed == "21 degrees"
    assert recording.answered.body == "".join(pieces).encode()
    assert recording.facts.model_answered in {"gpt-2026", "claude-2026"}
    assert marks[-1][1] == len(recording.answered.body)
    assert recording.facts.first_token_s == marks[0][0] <= recording.facts.latency_s


def test_pieces_of_a_stream_reach_the_client_before_it_ends(tmp_path):
    arrived = []

    class Slow(httpx2.AsyncByteStream):
        async def __aiter__(self):
            for piece in OPENAI_STREAM:
                yield piece.encode()
                assert arrived.count(piece) == 1, "the client has it before the next is asked for"

    async def reply(_):
        headers = {"content-type": "text/event-stream"}
        return httpx2.Response(200, headers=headers, stream=Slow())

    async def ask():
        provider = transport(httpx2.MockTransport(reply))
        async with (
            httpx2.AsyncClient(transport=provider) as client,
            client.stream("POST", "http://x/v1", json={}) as response,
        ):
            async for piece in response.aiter_raw():
                arrived.append(piece.decode())  # noqa: PERF401  # the provider looks meanwhile

    with open_cassette(tmp_path / "case.yaml", MISSING) as cassette, playing(cassette):
        asyncio.run(ask())

    assert arrived == list(OPENAI_STREAM)


@pytest.mark.parametrize("take", [1, 2])
def test_a_stream_that_the_client_left_early_is_not_kept(take, tmp_path, provider):
    provider.stream(*OPENAI_STREAM)
    path = tmp_path / "case.yaml"

    async def ask():
        async with openai_client(provider.url) as client:
            chunks = await client.chat.completions.create(
                model="gpt", messages=MESSAGES, stream=True
            )
            for _ in range(take):
                await anext(aiter(chunks))
            await chunks.close()

    with open_cassette(path, MISSING) as cassette, playing(cassette) as played:
        asyncio.run(ask())

    assert played.exchanges == []
    assert not path.exists()


def test_a_stream_that_broke_is_not_kept(tmp_path, provider):
    provider.stream(*OPENAI_STREAM[:1], breaks=True)
    path = tmp_path / "case.yaml"

    with (
        pytest.raises((APIConnectionError, httpx2.TransportError)),  # the latter in openai 3.0
        open_cassette(path, MISSING) as cassette,
        playing(cassette),
    ):
        asyncio.run(stream_openai(provider.url))

    assert not path.exists()


def test_a_cancelled_request_is_not_kept(tmp_path):
    async def never(_):
        await asyncio.Event().wait()

    async def ask():
        async with httpx2.AsyncClient(transport=transport(httpx2.MockTransport(never))) as client:
            async with asyncio.timeout(0):
                await client.post("http://x/v1", json={})

    with (
        pytest.raises(TimeoutError),
        open_cassette(tmp_path / "case.yaml", MISSING) as cassette,
        playing(cassette),
    ):
        asyncio.run(ask())

    assert list(tmp_path.iterdir()) == []


def test_an_sdk_that_retries_has_its_attempts_counted(tmp_path, provider, anthropic_body):
    provider.answer({"error": {}}, status=529, **{"retry-after-ms": "1"})
    provider.answer(anthropic_body)
    path = tmp_path / "case.yaml"

    with open_cassette(path, MISSING) as cassette, playing(cassette):
        asyncio.run(ask_anthropic(provider.url, max_retries=1))

    (recording,) = open_cassette(path).recordings
    assert recording.facts.attempts == 2


def test_a_client_that_is_not_asynchronous_records_and_replays(tmp_path, provider, openai_body):
    provider.answer(openai_body)
    path = tmp_path / "case.yaml"

    def ask(base_url):
        http = DefaultHttpxClient(transport=sync_transport())
        with OpenAI(base_url=base_url, api_key=OPENAI_KEY, http_client=http) as client:
            return client.chat.completions.create(model="gpt", messages=MESSAGES)

    with open_cassette(path, MISSING) as cassette, playing(cassette):
        recorded = ask(provider.url)
    with open_cassette(path) as cassette, playing(cassette):
        replayed = ask(NOWHERE)

    assert replayed == recorded


def test_a_compressed_answer_is_stored_readable(tmp_path, provider):
    provider.send(gzip.compress(b'{"answer": "21"}'), **{"Content-Encoding": "gzip"})
    path = tmp_path / "case.yaml"

    with (
        open_cassette(path, MISSING) as cassette,
        playing(cassette),
        httpx2.Client(transport=sync_transport()) as client,
    ):
        answer = client.post(f"{provider.url}/v1", json={}).json()

    assert answer == {"answer": "21"}
    assert open_cassette(path).recordings[0].answered.body == b'{"answer": "21"}'


def test_an_answer_that_nobody_can_unpack_is_refused_and_not_kept(tmp_path, provider):
    provider.send(b"packed " + OPENAI_KEY.encode(), **{"Content-Encoding": "unheard-of"})
    path = tmp_path / "case.yaml"

    with (
        pytest.raises(ExchangeFailed, match="packed as unheard-of"),
        open_cassette(path, MISSING) as cassette,
        playing(cassette),
        httpx2.Client(transport=sync_transport()) as client,
    ):
        client.post(f"{provider.url}/v1", json={})

    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("make", [transport, sync_transport])
def test_requests_go_through_the_proxy_of_the_environment(make, tmp_path, provider, monkeypatch):
    provider.answer({"answer": "by proxy"})
    monkeypatch.setenv("HTTP_PROXY", provider.url)
    monkeypatch.delenv("NO_PROXY", raising=False)

    async def ask_async():
        async with httpx2.AsyncClient(transport=transport()) as client:
            return await client.post("http://provider.invalid/v1", json={})

    def ask():
        with httpx2.Client(transport=sync_transport()) as client:
            return client.post("http://provider.invalid/v1", json={})

    with open_cassette(tmp_path / "case.yaml", MISSING) as cassette, playing(cassette):
        answer = asyncio.run(ask_async()) if make is transport else ask()

    assert answer.json() == {"answer": "by proxy"}
    assert provider.requests[0]["path"] == "http://provider.invalid/v1"


def test_an_unreachable_provider_is_told_as_the_client_tells_it(tmp_path):
    with (
        pytest.raises(APIConnectionError),
        open_cassette(tmp_path / "case.yaml", MISSING) as cassette,
        playing(cassette),
    ):
        asyncio.run(ask_openai(NOWHERE))

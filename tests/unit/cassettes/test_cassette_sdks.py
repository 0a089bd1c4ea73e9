from __future__ import annotations

import asyncio

import pytest
from anthropic import AnthropicError, AsyncAnthropic
from anthropic import DefaultAsyncHttpxClient as AnthropicHttp
from openai import AsyncOpenAI, OpenAIError
from openai import DefaultAsyncHttpxClient as OpenAIHttp

from evalkit.cassettes import Mode, Taping, open_cassette, playing, transport
from evalkit.errors import CassetteMiss, UsageError

MISSING = Taping(mode=Mode.MISSING)
NOWHERE = "http://127.0.0.1:9"
OPENAI_KEY = "sk-proj-1234567890abcdefghijkl"
ANTHROPIC_KEY = "sk-ant-1234567890abcdefghijkl"
MESSAGES = [{"role": "user", "content": "Weather in Paris?"}]


def openai_client(base_url):
    http = OpenAIHttp(transport=transport())
    return AsyncOpenAI(base_url=base_url, api_key=OPENAI_KEY, http_client=http)


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


def test_no_key_of_an_sdk_reaches_the_file(tmp_path, provider, openai_body):
    provider.answer(openai_body)
    path = tmp_path / "case.yaml"

    with open_cassette(path, MISSING) as cassette, playing(cassette):
        asyncio.run(ask_openai(provider.url))

    assert provider.requests[0]["headers"]["authorization"] == f"Bearer {OPENAI_KEY}"
    assert OPENAI_KEY not in path.read_text()
    assert "authorization" not in path.read_text().lower()

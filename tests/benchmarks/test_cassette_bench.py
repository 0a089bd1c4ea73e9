"""Replaying costs the same however much was recorded, and little beside an SDK."""

from __future__ import annotations

import asyncio
import json
from pathlib import Path
from time import perf_counter

import anthropic
import httpx2
import openai
import pytest

from evalkit.cassettes import (
    REPLAY,
    Answered,
    Asked,
    Cassette,
    Facts,
    Recording,
    playing,
    request_key,
    transport,
)
from evalkit.cassettes._foreign import read_yaml
from evalkit.cassettes._key import field_digests, seal
from evalkit.cassettes._read import load
from evalkit.cassettes._redaction import KEYS
from evalkit.cassettes._write import dump
from evalkit.errors import CassetteMiss

URL = "https://api.example/v1/chat/completions"
NOWHERE = Path("nowhere.yaml")
SDK_CALLS = 400
CALLS = 100

TOOLS = [
    {
        "type": "function",
        "function": {
            "name": f"tool_{n}",
            "description": "Look up the weather of a city, in the unit that the user asked for.",
            "parameters": {
                "type": "object",
                "properties": {
                    "location": {"type": "string", "description": "City, such as Paris"},
                    "unit": {"type": "string", "enum": ["celsius", "fahrenheit"]},
                    "days": {"type": "integer", "minimum": 1},
                },
                "required": ["location"],
                "additionalProperties": False,
            },
        },
    }
    for n in range(4)
]
OPENAI_REPLY = {
    "id": "chatcmpl-1",
    "object": "chat.completion",
    "created": 1,
    "model": "gpt",
    "choices": [
        {"index": 0, "finish_reason": "stop", "message": {"role": "assistant", "content": "21"}}
    ],
}
ANTHROPIC_REPLY = {
    "id": "msg_1",
    "type": "message",
    "role": "assistant",
    "model": "claude",
    "content": [{"type": "text", "text": "21"}],
    "stop_reason": "end_turn",
    "stop_sequence": None,
    "usage": {"input_tokens": 1, "output_tokens": 1},
}


def body(n=0):
    messages = [
        {"role": "system", "content": "You handle refunds for an online shop."},
        {"role": "user", "content": f"Weather in city {n}, please"},
    ]
    return {"model": "gpt", "messages": messages, "tools": TOOLS, "temperature": 0}


def asked(n=0):
    return Asked(method="POST", url=URL, body=body(n))


def recorded(request, reply):
    facts = Facts(
        key=request_key(request),
        seal=seal(request, KEYS),
        trial=0,
        recorded_at="2026-11-20T12:00:00.000Z",
        fields=field_digests(json.loads(request.body), KEYS),
    )
    headers = {"content-type": ("application/json",)}
    answered = Answered(status=200, headers=headers, body=json.dumps(reply).encode())
    return Recording(asked=request, answered=answered, facts=facts)


def recording(n):
    request = Asked(method="POST", url=URL, body=json.dumps(body(n)).encode())
    return recorded(request, OPENAI_REPLY)


@pytest.fixture(scope="module")
def recordings():
    return [recording(n) for n in range(10_000)]


def fastest_s(*actions, rounds=15):
    """The best time of each; in turns, so that a busy moment slows all of them."""
    taken = [[seconds(action) for action in actions] for _ in range(rounds)]
    return [min(times) for times in zip(*taken, strict=True)]


def seconds(action):
    started = perf_counter()
    action()
    return perf_counter() - started


def lookups(recordings):
    """A hundred lookups all over a cassette, keys included, as a replayed run makes them."""
    requests = [asked(n) for n in range(0, len(recordings), len(recordings) // CALLS)]
    cassettes = iter([Cassette(NOWHERE, recordings, REPLAY) for _ in range(8)])

    def look_up():
        cassette = next(cassettes)
        for each in requests:
            assert cassette.play(each, 0) is not None

    return look_up


def test_looking_up_one_of_ten_thousand_takes_no_longer_than_one_of_a_hundred(recordings):
    small, medium, large = fastest_s(
        *(lookups(recordings[:size]) for size in (100, 1_000, 10_000)), rounds=8
    )

    assert medium < 3 * small
    assert large < 3 * small


def test_a_key_costs_little_more_than_reading_and_writing_the_body():
    plain = asked()
    raw = json.dumps(plain.body).encode()
    sent = Asked(method="POST", url=URL, body=raw)

    written, read, from_object, from_bytes = fastest_s(
        lambda: [json.dumps(plain.body, sort_keys=True) for _ in range(CALLS)],
        lambda: [json.loads(raw) for _ in range(CALLS)],
        lambda: [request_key(plain) for _ in range(CALLS)],
        lambda: [request_key(sent) for _ in range(CALLS)],
    )

    assert from_object < 2 * written
    assert from_bytes < 2 * (written + read)


def test_files_of_ours_are_read_several_times_faster_than_yaml(recordings):
    text = dump(recordings[:500])

    ours, any_yaml = fastest_s(
        lambda: load(text, "case.yaml"), lambda: read_yaml(text, "case.yaml"), rounds=5
    )

    assert ours < any_yaml / 3


def test_explaining_a_miss_takes_less_than_reading_every_recorded_body(recordings):
    cassette = Cassette(NOWHERE, recordings[:5_000], REPLAY)

    def explain():
        with pytest.raises(CassetteMiss):
            cassette.play(asked(-1), 0)

    explaining, reading = fastest_s(
        explain, lambda: [json.loads(each.asked.body) for each in recordings[:5_000]], rounds=5
    )

    assert explaining < reading


class Trivial(httpx2.AsyncBaseTransport):
    """What no transport can beat: it knows the answer."""

    def __init__(self, reply):
        self._reply = json.dumps(reply).encode()

    async def handle_async_request(self, request):
        self.request = Asked(
            method=request.method, url=str(request.url), body=await request.aread()
        )
        headers = {"content-type": "application/json"}
        return httpx2.Response(200, headers=headers, stream=httpx2.ByteStream(self._reply))


def openai_call(provider):
    http = openai.DefaultAsyncHttpxClient(transport=provider)
    client = openai.AsyncOpenAI(base_url="https://api.example/v1", api_key="k", http_client=http)
    sent = body()

    async def call():
        await client.chat.completions.create(**sent)

    return call


def anthropic_call(provider):
    http = anthropic.DefaultAsyncHttpxClient(transport=provider)
    client = anthropic.AsyncAnthropic(base_url="https://api.example", api_key="k", http_client=http)
    tools = [
        {
            "name": tool["function"]["name"],
            "description": tool["function"]["description"],
            "input_schema": tool["function"]["parameters"],
        }
        for tool in TOOLS
    ]

    async def call():
        await client.messages.create(
            model="claude", max_tokens=9, messages=body()["messages"][1:], tools=tools
        )

    return call


async def call_s(call):
    started = perf_counter()
    await call()
    return perf_counter() - started


@pytest.mark.parametrize(
    ("make", "reply"),
    [
        pytest.param(openai_call, OPENAI_REPLY, id="openai"),
        pytest.param(anthropic_call, ANTHROPIC_REPLY, id="anthropic"),
    ],
)
def test_replaying_through_an_sdk_adds_little_to_what_the_sdk_takes(make, reply):
    async def sent_by_the_sdk():
        provider = Trivial(reply)
        await make(provider)()
        return provider.request

    async def measure():
        asked = await sent_by_the_sdk()
        trivial, ours = make(Trivial(reply)), make(transport())
        cassette = Cassette(NOWHERE, [recorded(asked, reply)] * SDK_CALLS, REPLAY)
        with playing(cassette):
            taken = [(await call_s(trivial), await call_s(ours)) for _ in range(SDK_CALLS)]
        return map(min, zip(*taken, strict=True))

    plain_s, replayed_s = asyncio.run(measure())

    assert replayed_s < 1.3 * plain_s

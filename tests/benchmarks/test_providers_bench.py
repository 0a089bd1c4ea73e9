"""Decoding costs little beside reading the JSON, and streams are joined in linear time."""

from __future__ import annotations

import json
from time import perf_counter

import pytest

from evalkit.providers import find_api, read_events

ROUNDS = 7
CHAT = {
    "id": "chatcmpl-C9f7f1SbHRzcwlJwrYKdSonTRWPvV",
    "object": "chat.completion",
    "model": "gpt-5.4-mini",
    "choices": [
        {
            "index": 0,
            "finish_reason": "tool_calls",
            "logprobs": None,
            "message": {
                "role": "assistant",
                "content": None,
                "refusal": None,
                "annotations": [],
                "tool_calls": [
                    {
                        "id": f"call_jYdIdRZHxZTn5bWCq5jlMrJ{n}",
                        "type": "function",
                        "function": {
                            "name": "get_weather",
                            "arguments": '{"location": "San Francisco, CA", "unit": "celsius"}',
                        },
                    }
                    for n in range(2)
                ],
            },
        }
    ],
    "usage": {
        "prompt_tokens": 71,
        "completion_tokens": 46,
        "total_tokens": 117,
        "prompt_tokens_details": {"cached_tokens": 0, "audio_tokens": 0},
        "completion_tokens_details": {"reasoning_tokens": 0, "audio_tokens": 0},
    },
}


def best_s(function, calls):
    """Return the seconds of one call, in the fastest of several rounds."""

    def once():
        started = perf_counter()
        for _ in range(calls):
            function()
        return (perf_counter() - started) / calls

    return min(once() for _ in range(ROUNDS))


def test_decoding_a_chat_reply_costs_at_most_ten_times_reading_its_json():
    text, api = json.dumps(CHAT), find_api("openai-chat")

    reading_s = best_s(lambda: json.loads(text), 500)
    decoding_s = best_s(lambda: api.decode(CHAT), 500)

    print(
        f"{1 / decoding_s:,.0f} bodies/s, {decoding_s / reading_s:.1f} x json.loads"
    )  # `make bench` shows the figures
    assert decoding_s < 10 * reading_s


def streams(pieces):
    """Make, for each protocol, a stream whose one call arrives in so many pieces."""
    name = {"name": "f", "arguments": ""}
    begun = [{"index": 0, "id": "1", "function": name}]
    yield (
        "openai-chat",
        [
            {"choices": [{"delta": {"tool_calls": begun}}]},
            *[
                {
                    "choices": [
                        {"delta": {"tool_calls": [{"index": 0, "function": {"arguments": "x"}}]}}
                    ]
                }
            ]
            * pieces,
        ],
    )
    block = {"type": "tool_use", "id": "1", "name": "f", "input": {}}
    delta = {"type": "input_json_delta", "partial_json": "x"}
    yield (
        "anthropic",
        [
            {"type": "message_start", "message": {}},
            {"type": "content_block_start", "index": 0, "content_block": block},
            *[{"type": "content_block_delta", "index": 0, "delta": delta}] * pieces,
        ],
    )
    item = {"type": "function_call", "call_id": "1", **name}
    delta = {"type": "response.function_call_arguments.delta", "output_index": 0, "delta": "x"}
    yield (
        "openai-responses",
        [
            {"type": "response.output_item.added", "output_index": 0, "item": item},
            *[delta] * pieces,
        ],
    )
    part = {"functionCall": {"partialArgs": [{"jsonPath": "$.a", "stringValue": "x"}]}}
    yield (
        "gemini",
        [
            {"candidates": [{"content": {"parts": [{"functionCall": {"name": "f"}}]}}]},
            *[{"candidates": [{"content": {"parts": [part]}}]}] * pieces,
        ],
    )
    start = {"contentBlockIndex": 0, "start": {"toolUse": {"toolUseId": "1", "name": "f"}}}
    delta = {"contentBlockIndex": 0, "delta": {"toolUse": {"input": "x"}}}
    yield (
        "bedrock-converse",
        [{"contentBlockStart": start}, *[{"contentBlockDelta": delta}] * pieces],
    )


@pytest.mark.parametrize(
    ("name", "short", "long"),
    [
        pytest.param(name, short, long, id=name)
        for (name, short), (_, long) in zip(streams(2_000), streams(40_000), strict=True)
    ],
)
def test_joining_a_stream_is_linear(name, short, long):
    api = find_api(name)

    ratio = best_s(lambda: api.assemble(long), 1) / best_s(lambda: api.assemble(short), 1)

    print(f"{name}: twenty times the pieces take {ratio:.0f} times as long")
    assert ratio < 60


@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"], ids=["LF", "CRLF", "CR"])
def test_reading_events_is_linear(end):
    short, long = (f'data: {{"a":1}}{end}{end}' * count for count in (1_000, 20_000))

    ratio = best_s(lambda: list(read_events(long)), 1) / best_s(lambda: list(read_events(short)), 1)

    print(f"twenty times the events take {ratio:.0f} times as long")
    assert ratio < 60

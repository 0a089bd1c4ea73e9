"""A reply in which one part is not what the protocol says: read, or refused in words."""

from __future__ import annotations

import pytest

from evalkit.errors import ExchangeFailed
from evalkit.providers import find_api
from evalkit.transcript import Turn

CALL = {"name": "f", "arguments": '{"a": 1}'}
BODIES = {
    "openai-chat": {
        "id": "c1",
        "model": "m",
        "choices": [
            {
                "finish_reason": "tool_calls",
                "message": {
                    "content": [
                        {"type": "text", "text": "a"},
                        {"type": "thinking", "thinking": [{"type": "text", "text": "b"}]},
                    ],
                    "refusal": "no",
                    "reasoning_content": "because",
                    "tool_calls": [
                        {"id": "1", "type": "function", "function": CALL},
                        {"id": "2", "type": "custom", "custom": {"name": "g", "input": "x"}},
                    ],
                    "function_call": CALL,
                },
            }
        ],
        "usage": {"prompt_tokens": 1, "prompt_tokens_details": {"cached_tokens": 1}},
    },
    "anthropic": {
        "id": "m1",
        "model": "m",
        "stop_reason": "refusal",
        "stop_details": {"explanation": "no"},
        "content": [
            {"type": "text", "text": "a"},
            {"type": "thinking", "thinking": "b"},
            {"type": "tool_use", "id": "1", "name": "f", "input": {"a": 1}},
        ],
        "usage": {"input_tokens": 1, "output_tokens_details": {"thinking_tokens": 1}},
    },
    "openai-responses": {
        "id": "r1",
        "status": "incomplete",
        "incomplete_details": {"reason": "content_filter"},
        "error": {"code": "invalid_prompt", "message": "no"},
        "output": [
            {"type": "reasoning", "summary": [{"text": "b"}]},
            {"type": "message", "content": [{"type": "output_text", "text": "a"}]},
            {"type": "function_call", "call_id": "1", **CALL},
            {"type": "custom_tool_call", "call_id": "2", "name": "g", "input": "x"},
        ],
        "usage": {"input_tokens": 1, "input_tokens_details": {"cached_tokens": 1}},
    },
    "gemini": {
        "promptFeedback": {"blockReason": "SAFETY", "blockReasonMessage": "no"},
        "candidates": [
            {
                "finishReason": "MALFORMED_FUNCTION_CALL",
                "finishMessage": "Malformed function call: f(",
                "content": {
                    "parts": [
                        {"text": "a", "thought": True},
                        {"functionCall": {"id": "1", "name": "f", "args": {"a": 1}}},
                    ]
                },
            }
        ],
        "usageMetadata": {"promptTokenCount": 1},
    },
    "bedrock-converse": {
        "output": {
            "message": {
                "content": [
                    {"text": "a"},
                    {"reasoningContent": {"reasoningText": {"text": "b"}}},
                    {"toolUse": {"toolUseId": "1", "name": "f", "input": {"a": 1}}},
                ]
            }
        },
        "stopReason": "tool_use",
        "usage": {"inputTokens": 1},
    },
}
STREAMS = {
    "openai-chat": [
        {"id": "c1", "choices": [{"index": 0, "delta": {"content": "a", "function_call": CALL}}]},
        {
            "choices": [
                {
                    "delta": {
                        "content": [{"type": "text", "text": "a"}],
                        "tool_calls": [{"index": 0, "id": "1", "function": CALL}],
                    },
                    "finish_reason": "stop",
                }
            ]
        },
        {"choices": [], "x_groq": {"usage": {"prompt_tokens": 1}}},
        {"error": {"code": "tool_use_failed", "message": "m", "failed_generation": "{"}},
    ],
    "anthropic": [
        {"type": "message_start", "message": {"id": "m1", "usage": {"input_tokens": 1}}},
        {
            "type": "content_block_start",
            "index": 0,
            "content_block": {"type": "tool_use", "id": "1", "name": "f", "input": {}},
        },
        {
            "type": "content_block_delta",
            "index": 0,
            "delta": {"type": "input_json_delta", "partial_json": "{"},
        },
        {
            "type": "content_block_delta",
            "index": 0,
            "delta": {"type": "citations_delta", "citation": {"a": 1}},
        },
        {"type": "message_delta", "delta": {"stop_reason": "tool_use"}, "usage": {"a": 1}},
    ],
    "openai-responses": [
        {"type": "response.created", "response": {"status": "in_progress"}},
        {
            "type": "response.output_item.added",
            "output_index": 0,
            "item": {"type": "function_call", "call_id": "1", **CALL},
        },
        {"type": "response.function_call_arguments.delta", "output_index": 0, "delta": "}"},
        {
            "type": "response.output_item.added",
            "output_index": 1,
            "item": {"type": "message", "content": []},
        },
        {"type": "response.output_text.delta", "output_index": 1, "delta": "a"},
    ],
    "gemini": [
        {"candidates": [{"content": {"parts": [{"functionCall": {"name": "f"}}]}}]},
        {
            "candidates": [
                {
                    "content": {
                        "parts": [
                            {
                                "functionCall": {
                                    "partialArgs": [
                                        {"jsonPath": "$.a[0].b", "stringValue": "x"},
                                        {"jsonPath": "$.a[0].b", "stringValue": "y"},
                                    ]
                                }
                            }
                        ]
                    },
                    "finishReason": "STOP",
                }
            ]
        },
    ],
    "bedrock-converse": [
        {
            "contentBlockStart": {
                "contentBlockIndex": 0,
                "start": {"toolUse": {"toolUseId": "1", "name": "f"}},
            }
        },
        {"contentBlockDelta": {"contentBlockIndex": 0, "delta": {"toolUse": {"input": "{}"}}}},
        {
            "contentBlockDelta": {
                "contentBlockIndex": 1,
                "delta": {"reasoningContent": {"text": "a"}},
            }
        },
        {"messageStop": {"stopReason": "tool_use"}},
        {"metadata": {"usage": {"inputTokens": 1}}},
    ],
}
STRANGERS = [None, True, 0, -1, 1.5, "", "x", "functions.", [], [0], [None], {}, {"type": 0}, [{}]]


def damaged(value):
    """Yield copies of a value in which one part is something else, or is gone."""
    yield from STRANGERS
    if isinstance(value, dict):
        for key in value:
            rest = {k: v for k, v in value.items() if k != key}
            yield rest
            yield from ({**rest, key: worse} for worse in damaged(value[key]))
    if isinstance(value, list):
        for index, item in enumerate(value):
            yield from ([*value[:index], worse, *value[index + 1 :]] for worse in damaged(item))


def read(decode, value):
    """Return the turn, or the refusal; anything else that is raised fails the test."""
    try:
        return decode(value)
    except ExchangeFailed as refusal:
        return refusal


def is_sound(outcome):
    if isinstance(outcome, Turn):
        return len({call.id for call in outcome.calls}) == len(outcome.calls)
    return bool(outcome.what)


@pytest.mark.parametrize("name", BODIES)
def test_a_reply_damaged_anywhere_is_a_turn_or_is_refused_in_words(name):
    api = find_api(name)

    outcomes = [read(api.decode, body) for body in damaged(BODIES[name]) if isinstance(body, dict)]

    assert all(map(is_sound, outcomes))
    assert {type(outcome) for outcome in outcomes} > {Turn}


@pytest.mark.parametrize("name", STREAMS)
def test_a_stream_damaged_anywhere_is_a_turn_or_is_refused_in_words(name):
    api = find_api(name)

    outcomes = [
        read(lambda events: api.decode(api.assemble(events)), events)
        for events in damaged(STREAMS[name])
        if isinstance(events, list) and all(isinstance(event, dict) for event in events)
    ]

    assert all(map(is_sound, outcomes))
    assert {type(outcome) for outcome in outcomes} > {Turn}

"""Whatever JSON a server sends, it is decoded or refused in words, and nothing else happens."""

from __future__ import annotations

import json

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from evalkit.errors import ExchangeFailed
from evalkit.providers import find_api, read_body
from evalkit.transcript import Turn

APIS = ["openai-chat", "anthropic", "openai-responses", "gemini", "bedrock-converse"]
KEYS = st.sampled_from(
    [
        "choices",
        "message",
        "content",
        "tool_calls",
        "function",
        "name",
        "arguments",
        "id",
        "type",
        "text",
        "usage",
        "finish_reason",
        "delta",
        "index",
        "error",
        "code",
        "failed_generation",
        "function_call",
        "custom",
        "input",
        "output",
        "role",
        "refusal",
        "stop_reason",
        "content_block",
        "partial_json",
        "response",
        "item",
        "output_index",
        "summary",
        "status",
        "stop_details",
        "candidates",
        "parts",
        "functionCall",
        "args",
        "partialArgs",
        "jsonPath",
        "stringValue",
        "promptFeedback",
        "blockReason",
        "finishReason",
        "finishMessage",
        "toolUse",
        "toolUseId",
        "reasoningContent",
        "contentBlockStart",
        "start",
        "metadata",
        "contentBlockDelta",
        "contentBlockIndex",
        "messageStop",
        "stopReason",
        "tool_uses",
        "recipient_name",
        "parameters",
        "prompt_tokens_details",
        "thinking",
        "x_groq",
        "incomplete_details",
        "reason",
    ]
)
WORDS = st.sampled_from(
    [
        "tool_use",
        "text",
        "function_call",
        "message",
        "thinking",
        "custom",
        "function",
        "error",
        "message_start",
        "content_block_start",
        "content_block_delta",
        "message_delta",
        "input_json_delta",
        "text_delta",
        "citations_delta",
        "response.output_item.added",
        "response.function_call_arguments.delta",
        "response.output_text.delta",
        "response.completed",
        "response.failed",
        "tool_use_failed",
        "failed",
        "incomplete",
        "MALFORMED_FUNCTION_CALL",
        "multi_tool_use.parallel",
        "functions.",
        "$.a[0].b",
        "$[3]",
        "$",
        "refusal",
        "reasoning",
        '{"tool_uses":[{"recipient_name":"functions.f"}]}',
        '{"name":"f","arguments":{"a":1}}',
    ]
)
SCALARS = st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text() | WORDS
JSON = st.recursive(
    SCALARS,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(KEYS, inner, max_size=5),
    max_leaves=25,
)
OBJECTS = st.dictionaries(KEYS, JSON, max_size=6)


def read(api, body):
    """Return the turn, or the refusal; anything else that is raised fails the test."""
    try:
        return api.decode(read_body(api, body))
    except ExchangeFailed as refusal:
        return refusal


@pytest.mark.parametrize("name", APIS)
@settings(max_examples=25)
@given(body=OBJECTS)
def test_any_object_is_a_turn_or_is_refused_in_words(name, body):
    outcome = read(find_api(name), json.dumps(body).encode())

    assert isinstance(outcome, Turn) or outcome.what


@pytest.mark.parametrize("name", APIS)
@settings(max_examples=25)
@given(events=st.lists(OBJECTS, max_size=6))
def test_any_stream_is_a_turn_or_is_refused_in_words(name, events):
    stream = "".join(f"data: {json.dumps(event)}\n\n" for event in events).encode()

    outcome = read(find_api(name), stream)

    assert isinstance(outcome, Turn) or outcome.what


@pytest.mark.parametrize("name", APIS)
@settings(max_examples=25)
@given(body=st.binary(max_size=200) | st.text(max_size=200).map(str.encode))
def test_any_bytes_are_a_turn_or_are_refused_in_words(name, body):
    outcome = read(find_api(name), body)

    assert isinstance(outcome, Turn) or outcome.what


@pytest.mark.parametrize("name", APIS)
@settings(max_examples=25)
@given(status=st.sampled_from([400, 401, 429, 500]), body=JSON)
def test_any_error_body_is_a_turn_or_none(name, status, body):
    turn = find_api(name).decode_error(status, body)

    assert turn is None or isinstance(turn, Turn)

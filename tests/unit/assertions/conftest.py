"""Answers of models, as each API writes them."""

import json
from dataclasses import dataclass

import pytest

CALL = {"name": "get_weather", "arguments": '{"location": "Paris"}'}


def chat_body(*calls, text=None):
    """A reply of OpenAI Chat Completions with these calls, each a name and its arguments."""
    message = {"role": "assistant", "content": text}
    if calls:
        message["tool_calls"] = [
            {"id": f"call_{index}", "type": "function", "function": _function(*each)}
            for index, each in enumerate(calls)
        ]
    finish = "tool_calls" if calls else "stop"
    return {
        "id": "chatcmpl-1",
        "object": "chat.completion",
        "created": 1,
        "model": "gpt",
        "choices": [{"index": 0, "message": message, "finish_reason": finish}],
    }


def _function(name, arguments):
    raw = arguments if isinstance(arguments, str) else json.dumps(arguments)
    return {"name": name, "arguments": raw}


def _chunk(delta, finish=None):
    return {
        "id": "c",
        "object": "chat.completion.chunk",
        "created": 1,
        "model": "gpt",
        "choices": [{"index": 0, "delta": delta, "finish_reason": finish}],
    }


@dataclass(frozen=True)
class Wire:
    """The same call, `get_weather(location='Paris')`, as one API writes it."""

    body: dict
    events: tuple[dict, ...]

    @property
    def stream(self):
        """The events as they come over the wire."""
        return "".join(
            f"event: {event.get('type', 'message')}\ndata: {json.dumps(event)}\n\n"
            for event in self.events
        )


_BLOCK = {"type": "tool_use", "id": "toolu_1", "name": "get_weather"}
_MESSAGE = {
    "id": "msg_1",
    "type": "message",
    "role": "assistant",
    "model": "claude",
    "content": [{**_BLOCK, "input": {"location": "Paris"}}],
    "stop_reason": "tool_use",
    "stop_sequence": None,
    "usage": {"input_tokens": 1, "output_tokens": 1},
}
_RESPONSE = {
    "id": "resp_1",
    "object": "response",
    "created_at": 1,
    "model": "gpt",
    "status": "completed",
    "output": [{"type": "function_call", "id": "fc_1", "call_id": "call_1", **CALL}],
    "parallel_tool_calls": True,
    "tool_choice": "auto",
    "tools": [],
}
WIRES = {
    "openai-chat": Wire(
        body=chat_body(("get_weather", CALL["arguments"])),
        events=(
            _chunk(
                {"tool_calls": [{"index": 0, "id": "a", "type": "function",
                                 "function": {**CALL, "arguments": '{"location": '}}]}
            ),
            _chunk({"tool_calls": [{"index": 0, "function": {"arguments": '"Paris"}'}}]}),
            _chunk({}, "tool_calls"),
        ),
    ),
    "anthropic": Wire(
        body=_MESSAGE,
        events=(
            {"type": "message_start", "message": {**_MESSAGE, "content": [], "stop_reason": None}},
            {"type": "content_block_start", "index": 0, "content_block": {**_BLOCK, "input": {}}},
            {
                "type": "content_block_delta",
                "index": 0,
                "delta": {"type": "input_json_delta", "partial_json": CALL["arguments"]},
            },
            {"type": "content_block_stop", "index": 0},
            {
                "type": "message_delta",
                "delta": {"stop_reason": "tool_use", "stop_sequence": None},
                "usage": {"output_tokens": 1},
            },
            {"type": "message_stop"},
        ),
    ),
    "openai-responses": Wire(
        body=_RESPONSE,
        events=(
            {"type": "response.created", "sequence_number": 0,
             "response": {**_RESPONSE, "output": []}},
            {"type": "response.completed", "sequence_number": 1, "response": _RESPONSE},
        ),
    ),
}  # fmt: skip


@pytest.fixture
def chat():
    return chat_body


@pytest.fixture
def wires():
    return WIRES


@pytest.fixture(params=WIRES)
def api(request):
    return request.param


@pytest.fixture
def wire(api):
    return WIRES[api]

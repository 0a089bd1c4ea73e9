"""Requests of OpenAI Chat Completions: messages, tools and settings -> a body."""

from __future__ import annotations

from collections.abc import Sequence
from typing import assert_never
from urllib.parse import urlsplit

from evalkit.providers._body import argument_string, overlaid, result_text
from evalkit.providers._names import WireNames
from evalkit.providers._openai_connection import OPENAI_URL
from evalkit.providers._provider import Provider
from evalkit.suite import Settings, Tool, ToolNamed
from evalkit.transcript import JsonObject, JsonValue, Message, Prompt, ToolCall, ToolResult, Turn

OPENAI_HOSTS = (".openai.com", ".openai.azure.com")


def encode(
    provider: Provider, messages: Sequence[Message], tools: Sequence[Tool], settings: Settings
) -> JsonObject:
    names = WireNames(tools)
    body: JsonObject = {
        "model": provider.model,
        "messages": [_message(message, names) for message in messages],
        "temperature": settings.temperature,
        "top_p": settings.top_p,
        _max_tokens_key(provider): settings.max_tokens,
        "seed": settings.seed,
        "reasoning_effort": settings.reasoning_effort,
    }
    if tools:
        body |= {
            "tools": [_tool(tool, names) for tool in tools],
            "tool_choice": _tool_choice(settings.tool_choice, names),
            "parallel_tool_calls": settings.parallel_tool_calls,
        }
    if settings.stream:
        body |= {"stream": True, "stream_options": {"include_usage": True}}
    return overlaid(body, provider, settings)


def _max_tokens_key(provider: Provider) -> str:
    """Name the limit as the server knows it: compatible ones have only OpenAI's older name."""
    host = urlsplit(provider.base_url or OPENAI_URL).hostname or ""
    return "max_completion_tokens" if host.endswith(OPENAI_HOSTS) else "max_tokens"


def _message(message: Message, names: WireNames) -> JsonValue:
    match message:
        case Prompt(role=role, text=text):
            return {"role": role, "content": text}
        case ToolResult(call_id=call_id, content=content):
            return {"role": "tool", "tool_call_id": call_id, "content": result_text(content)}
        case Turn(wire=dict() as wire) if _is_sendable(message, wire):
            return wire
        case Turn():
            return _rebuilt(message, names)
        case _:
            assert_never(message)


def _is_sendable(turn: Turn, wire: JsonObject) -> bool:
    """Say whether the API that is asked wrote this message, with ids that results can name."""
    has_own_shape = not turn.calls or "tool_calls" in wire
    return (
        wire.get("role") == "assistant"
        and has_own_shape
        and all(call.has_own_id for call in turn.calls)
    )


def _rebuilt(turn: Turn, names: WireNames) -> JsonObject:
    message: JsonObject = {"role": "assistant", "content": turn.text}
    if turn.calls:
        message["tool_calls"] = [_call(call, names) for call in turn.calls]
    return message


def _call(call: ToolCall, names: WireNames) -> JsonValue:
    function: JsonObject = {"name": names.on_wire(call.name), "arguments": argument_string(call)}
    return {"id": call.id, "type": "function", "function": function}


def _tool(tool: Tool, names: WireNames) -> JsonValue:
    function: JsonObject = {"name": names.on_wire(tool.name), "parameters": tool.parameters}
    if tool.description:
        function["description"] = tool.description
    if tool.strict is not None:
        function["strict"] = tool.strict
    return {"type": "function", "function": function}


def _tool_choice(choice: str | ToolNamed, names: WireNames) -> JsonValue:
    """Return the choice, or None for `auto`, which is what leaving it out means."""
    match choice:
        case ToolNamed(tool=name):
            return {"type": "function", "function": {"name": names.on_wire(name)}}
        case "auto":
            return None
        case _:
            return choice

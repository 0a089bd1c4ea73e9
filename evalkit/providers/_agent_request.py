"""What an agent of the user's is sent: messages and tools -> the JSON that docs/agents.md shows."""

from __future__ import annotations

from collections.abc import Sequence
from typing import assert_never

from evalkit.providers._body import overlaid
from evalkit.providers._provider import Provider
from evalkit.suite import Settings, Tool
from evalkit.transcript import JsonObject, JsonValue, Message, Prompt, ToolCall, ToolResult, Turn


def encode(
    provider: Provider, messages: Sequence[Message], tools: Sequence[Tool], settings: Settings
) -> JsonObject:
    """Make a body; how its model is asked is the agent's own business, so settings are left out."""
    body: JsonObject = {
        "model": provider.model,
        "messages": [_message(message) for message in messages],
        "tools": [_tool(tool) for tool in tools],
    }
    return overlaid(body, provider, settings)


def _message(message: Message) -> JsonValue:
    match message:
        case Prompt(role=role, text=text):
            return {"role": role, "content": text}
        case Turn():
            said: JsonObject = {"role": "assistant", "content": message.text}
            return said | {"calls": [*map(_call, message.calls)]} if message.calls else said
        case ToolResult():
            result: JsonObject = {
                "role": "tool",
                "id": message.call_id,
                "name": message.name,
                "content": message.content,
            }
            return result | {"is_error": True} if message.is_error else result
        case _:
            assert_never(message)


def _call(call: ToolCall) -> JsonValue:
    arguments: JsonValue = call.raw if call.arguments is None else call.arguments
    return {"id": call.id, "name": call.name, "arguments": arguments}


def _tool(tool: Tool) -> JsonValue:
    return {"name": tool.name, "description": tool.description, "parameters": tool.parameters}

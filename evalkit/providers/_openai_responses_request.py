"""Requests of OpenAI Responses: messages, tools and settings -> a body."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import assert_never

from evalkit.providers._body import argument_string, overlaid, result_text
from evalkit.providers._names import WireNames
from evalkit.providers._provider import Provider
from evalkit.suite import Settings, Tool, ToolNamed
from evalkit.transcript import JsonObject, JsonValue, Message, Prompt, ToolCall, ToolResult, Turn


def encode(
    provider: Provider, messages: Sequence[Message], tools: Sequence[Tool], settings: Settings
) -> JsonObject:
    """Make a body; the API knows no seed, so `settings.seed` is left out."""
    names = WireNames(tools)
    body: JsonObject = {
        "model": provider.model,
        "input": [item for message in messages for item in _items(message, names)],
        "temperature": settings.temperature,
        "top_p": settings.top_p,
        "max_output_tokens": settings.max_tokens,
    }
    if settings.reasoning_effort is not None:
        body["reasoning"] = {"effort": settings.reasoning_effort}
    if tools:
        body |= {
            "tools": [_tool(tool, names) for tool in tools],
            "tool_choice": _tool_choice(settings.tool_choice, names),
            "parallel_tool_calls": settings.parallel_tool_calls,
        }
    if settings.stream:
        body["stream"] = True
    return overlaid(body, provider, settings)


def _items(message: Message, names: WireNames) -> Iterable[JsonValue]:
    match message:
        case Prompt(role=role, text=text):
            return [{"role": role, "content": text}]
        case ToolResult(call_id=call_id, content=content):
            output = result_text(content)
            return [{"type": "function_call_output", "call_id": call_id, "output": output}]
        case Turn(wire={"output": list(own)}) if _is_sendable(message):
            return own
        case Turn():
            said: list[JsonValue] = []
            if message.text:
                said.append({"role": "assistant", "content": message.text})
            return [*said, *(_call(call, names) for call in message.calls)]
        case _:
            assert_never(message)


def _is_sendable(turn: Turn) -> bool:
    """Say whether results can name every call by the id that the API gave it."""
    return all(call.has_own_id for call in turn.calls)


def _call(call: ToolCall, names: WireNames) -> JsonValue:
    return {
        "type": "function_call",
        "call_id": call.id,
        "name": names.on_wire(call.name),
        "arguments": argument_string(call),
    }


def _tool(tool: Tool, names: WireNames) -> JsonValue:
    """Encode a tool; left unsaid, `strict` would mean "if possible" here and "no" elsewhere."""
    encoded: JsonObject = {
        "type": "function",
        "name": names.on_wire(tool.name),
        "parameters": tool.parameters,
        "strict": bool(tool.strict),
    }
    if tool.description:
        encoded["description"] = tool.description
    return encoded


def _tool_choice(choice: str | ToolNamed, names: WireNames) -> JsonValue:
    """Return the choice, or None for `auto`, which is what leaving it out means."""
    match choice:
        case ToolNamed(tool=name):
            return {"type": "function", "name": names.on_wire(name)}
        case "auto":
            return None
        case _:
            return choice

"""Requests of Anthropic Messages: messages, tools and settings -> a body."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import assert_never

from evalkit.providers._body import argument_object, overlaid, result_text
from evalkit.providers._names import WireNames
from evalkit.providers._provider import Provider
from evalkit.suite import Settings, Tool, ToolNamed
from evalkit.transcript import JsonObject, JsonValue, Message, Prompt, ToolCall, ToolResult, Turn

CHOICES = {"auto": "auto", "required": "any", "none": "none"}


def encode(
    provider: Provider, messages: Sequence[Message], tools: Sequence[Tool], settings: Settings
) -> JsonObject:
    """Make a body; the API knows no seed, so `settings.seed` is left out."""
    names = WireNames(tools)
    body: JsonObject = {
        "model": provider.model,
        "max_tokens": settings.max_tokens,
        "system": _system(messages),
        "messages": _messages(messages, names),
        "temperature": settings.temperature,
        "top_p": settings.top_p,
    }
    if settings.reasoning_effort is not None:
        body["output_config"] = {"effort": settings.reasoning_effort}
    if tools:
        body["tools"] = [_tool(tool, names) for tool in tools]
        body["tool_choice"] = _tool_choice(settings, names)
    if settings.stream:
        body["stream"] = True
    return overlaid(body, provider, settings)


def _system(messages: Iterable[Message]) -> str | None:
    texts = [
        message.text
        for message in messages
        if isinstance(message, Prompt) and message.role == "system"
    ]
    return "\n\n".join(texts) or None


def _messages(messages: Iterable[Message], names: WireNames) -> JsonValue:
    """Return the conversation; what is said between two turns is one message of the user."""
    encoded: list[JsonValue] = []
    said: list[JsonValue] = []
    for message in messages:
        match message:
            case Prompt(role="system"):
                pass
            case Prompt(text=text):
                said.append({"type": "text", "text": text})
            case ToolResult():
                said.append(_result(message))
            case Turn():
                if content := _content(message, names):
                    encoded += [*_user(said), {"role": "assistant", "content": content}]
                    said = []
            case _:
                assert_never(message)
    return [*encoded, *_user(said)]


def _user(said: list[JsonValue]) -> list[JsonValue]:
    match said:
        case []:
            return []
        case [{"type": "text", "text": text}]:
            return [{"role": "user", "content": text}]
        case _:
            return [{"role": "user", "content": said}]


def _result(result: ToolResult) -> JsonValue:
    block: JsonObject = {
        "type": "tool_result",
        "tool_use_id": result.call_id,
        "content": result_text(result.content),
    }
    if result.is_error:
        block["is_error"] = True
    return block


def _content(turn: Turn, names: WireNames) -> JsonValue:
    own = (turn.wire or {}).get("content")
    if isinstance(own, list) and _is_sendable(turn, own):
        return own
    texts: list[JsonValue] = [{"type": "text", "text": turn.text}] if turn.text else []
    return [*texts, *(_call(call, names) for call in turn.calls)]


def _is_sendable(turn: Turn, blocks: list[JsonValue]) -> bool:
    """Say whether the API that is asked wrote these blocks, with ids that results can name."""
    typed = all(isinstance(block, dict) and "type" in block for block in blocks)
    return typed and all(call.has_own_id for call in turn.calls)


def _call(call: ToolCall, names: WireNames) -> JsonValue:
    return {
        "type": "tool_use",
        "id": call.id,
        "name": names.on_wire(call.name),
        "input": argument_object(call),
    }


def _tool(tool: Tool, names: WireNames) -> JsonValue:
    encoded: JsonObject = {"name": names.on_wire(tool.name), "input_schema": tool.parameters}
    if tool.description:
        encoded["description"] = tool.description
    if tool.strict is not None:
        encoded["strict"] = tool.strict
    return encoded


def _tool_choice(settings: Settings, names: WireNames) -> JsonValue:
    """Return the choice, or None for `auto` alone, which is what leaving it out means."""
    choice = settings.tool_choice
    if isinstance(choice, ToolNamed):
        encoded: JsonObject = {"type": "tool", "name": names.on_wire(choice.tool)}
    else:
        encoded = {"type": CHOICES[choice]}
    if settings.parallel_tool_calls is not None and choice != "none":
        encoded["disable_parallel_tool_use"] = not settings.parallel_tool_calls
    return None if encoded == {"type": "auto"} else encoded

"""The conversation so far, as a suite writes it, -> the messages that lie before the model."""

from __future__ import annotations

import json
from typing import Literal

from pydantic import BaseModel, Field, model_validator

from evalkit.errors import nearest
from evalkit.suite._check import Steps
from evalkit.suite._fields import STRICT, AnyJson, Many, ObjectJson, complaint
from evalkit.suite._mistakes import Mistakes
from evalkit.transcript import (
    MADE_UP_ID,
    JsonObject,
    JsonValue,
    Message,
    Prompt,
    ToolCall,
    ToolResult,
    Turn,
)


class EarlierCall(BaseModel):
    """A call that was made: `tool: {arguments}`, or the long form."""

    model_config = STRICT

    name: str = Field(min_length=1, description="The tool.")
    arguments: ObjectJson = Field(description="Its arguments.")
    id: str | None = Field(
        default=None,
        min_length=1,
        description="The id; made up if left out.",
    )

    @model_validator(mode="before")
    @classmethod
    def _long_form(cls, value: JsonValue) -> JsonValue:
        if isinstance(value, dict) and len(value) == 1 and "name" not in value:
            ((name, arguments),) = value.items()
            if not isinstance(arguments, dict):
                raise complaint(f"the arguments of {name} must be a mapping", None, (name,))
            return {"name": name, "arguments": arguments}
        return value


class MessageEntry(BaseModel):
    """One message of the conversation so far."""

    model_config = STRICT

    role: Literal["system", "user", "assistant", "tool"] = Field(description="Who speaks.")
    content: AnyJson = Field(
        default=None, description="The text; for a tool the value that it answered."
    )
    calls: Many[EarlierCall] = Field(
        default=(),
        description="The calls of an assistant's turn.",
    )
    call: str | None = Field(
        default=None,
        description="The id of the call that a tool answers; the next open one if left out.",
    )
    error: bool = Field(default=False, description="Whether the tool failed.")

    @model_validator(mode="before")
    @classmethod
    def _no_wire_form(cls, value: JsonValue) -> JsonValue:
        if isinstance(value, dict):
            if "tool_calls" in value:
                hint = "write calls: [{get_order: {order_id: A8472}}]"
                raise complaint("tool_calls is a provider's form", hint, ("tool_calls",))
            if "tool_call_id" in value:
                hint = "write call: with the id of the call"
                raise complaint("tool_call_id is a provider's form", hint, ("tool_call_id",))
        return value


def read_messages(
    entries: tuple[MessageEntry, ...], path: Steps, mistakes: Mistakes
) -> tuple[Message, ...]:
    """Turn the entries into messages, each result under the id of its call."""
    reader = _Reader(path, mistakes)
    for index, entry in enumerate(entries):
        reader.read(entry, index)
    return reader.finish()


class _Reader:
    """Reads messages one by one and knows which calls wait for their results."""

    def __init__(self, path: Steps, mistakes: Mistakes) -> None:
        self.path = path
        self.mistakes = mistakes
        self.messages: list[Message] = []
        self.open: dict[str, str] = {}
        self.known: set[str] = set()

    def read(self, entry: MessageEntry, index: int) -> None:
        path = (*self.path, index)
        if entry.role != "tool" and self.open:
            self.mistakes.at(path, f"a result of {self._first_open()} must come first")
            self.open.clear()
        if entry.role != "assistant" and entry.calls:
            self.mistakes.at_key((*path, "calls"), "only the assistant makes calls")
        if entry.role != "tool" and (entry.call or entry.error):
            self.mistakes.at(path, "call and error belong to a message of a tool")
        match entry.role:
            case "assistant":
                self._turn(entry, path)
            case "tool":
                self._result(entry, path)
            case "user" | "system" as role:
                self._prompt(role, entry, path)

    def finish(self) -> tuple[Message, ...]:
        if self.open:
            self.mistakes.at(self.path, f"the call of {self._first_open()} has no result")
        elif self.messages and isinstance(self.messages[-1], Turn):
            at = (*self.path, len(self.messages) - 1)
            self.mistakes.at(at, "the model has nothing to answer: the last word is its own")
        return tuple(self.messages)

    def _first_open(self) -> str:
        return next(iter(self.open.values()))

    def _prompt(self, role: Literal["user", "system"], entry: MessageEntry, path: Steps) -> None:
        if role == "system" and len(path) and path[-1] != 0:
            self.mistakes.at(path, "the system prompt comes first")
        if not isinstance(entry.content, str) or not entry.content:
            self.mistakes.at((*path, "content"), f"a message of the {role} needs text in content")
        self.messages.append(Prompt(role=role, text=str(entry.content)))

    def _turn(self, entry: MessageEntry, path: Steps) -> None:
        if not isinstance(entry.content, str | None) or not (entry.content or entry.calls):
            self.mistakes.at(path, "a turn of the assistant needs text in content, or calls")
        calls = []
        for index, call in enumerate(entry.calls):
            call_id = call.id or f"{MADE_UP_ID}{len(self.known) + 1}"
            if call_id in self.known:
                at = (*path, "calls", index, "id")
                self.mistakes.at(at, f"the call id {call_id!r} is already taken")
            self.known.add(call_id)
            self.open[call_id] = call.name
            calls.append(_tool_call(call_id, call.name, call.arguments))
        text = entry.content if isinstance(entry.content, str) else None
        self.messages.append(Turn(text=text, calls=tuple(calls)))

    def _result(self, entry: MessageEntry, path: Steps) -> None:
        call_id = entry.call or next(iter(self.open), "")
        if call_id not in self.open:
            if entry.call:
                hint = nearest(entry.call, self.open)
                self.mistakes.at((*path, "call"), f"no open call has the id {call_id!r}", hint)
            else:
                self.mistakes.at(path, "this result answers no call", "put the call before it")
            return
        name = self.open.pop(call_id)
        result = ToolResult(call_id=call_id, name=name, content=entry.content, is_error=entry.error)
        self.messages.append(result)


def _tool_call(call_id: str, name: str, arguments: JsonObject) -> ToolCall:
    raw = json.dumps(arguments, ensure_ascii=False)
    return ToolCall(id=call_id, name=name, raw=raw, arguments=arguments)

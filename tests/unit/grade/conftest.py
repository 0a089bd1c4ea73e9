"""A small shop, and what a model may make of it."""

from __future__ import annotations

import json

import pytest

from evalkit.parse import parse_arguments
from evalkit.suite import Case, Expectation, Settings, Tool, UserTurn
from evalkit.transcript import (
    Defect,
    Exchange,
    JsonValue,
    Message,
    Prompt,
    ToolCall,
    Transcript,
    Turn,
)

TOOLS = (
    Tool(
        name="get_weather",
        parameters={
            "type": "object",
            "properties": {"location": {"type": "string"}, "unit": {"enum": ["c", "f"]}},
            "required": ["location"],
        },
    ),
    Tool(name="get_order", parameters={"type": "object"}),
    Tool(name="get_user", parameters={"type": "object"}),
    Tool(name="process_refund", parameters={"type": "object"}),
)


class Shop:
    """Makes cases and transcripts, each with no more words than it needs."""

    def case(self, expect: JsonValue = None, **fields: object) -> Case:
        turns = tuple(
            UserTurn(text=text, expect=each and Expectation.model_validate(each))
            for text, each in fields.pop("turns", ())
        )
        values = {
            "suite": "shop",
            "id": "case",
            "where": "shop.yaml:3:5",
            "given": (Prompt(role="user", text="Please help"),),
            "expect": None if expect is None else Expectation.model_validate(expect),
            "turns": turns,
            "tools": TOOLS,
            "settings": Settings(),
            "simulate": {},
            "written": expect,
        }
        return Case(**(values | fields))

    def call(
        self, name: str, arguments: JsonValue = None, *defects: Defect, call_id: str = "call_1"
    ) -> ToolCall:
        raw = arguments if isinstance(arguments, str) else json.dumps(arguments or {})
        read = parse_arguments(raw)
        return ToolCall(
            id=call_id,
            name=name,
            raw=raw,
            arguments=read.value,
            defects=(*read.defects, *defects),
        )

    def weather(self, location: str, **more: JsonValue) -> ToolCall:
        return self.call("get_weather", {"location": location, **more})

    def transcript(self, *messages: Message | ToolCall, **fields: object) -> Transcript:
        """Calls that stand alone are put into one turn."""
        loose = tuple(each for each in messages if isinstance(each, ToolCall))
        spoken = tuple(each for each in messages if not isinstance(each, ToolCall))
        values = {
            "suite": "shop",
            "case": "case",
            "provider": "gpt",
            "model": "gpt-5.4-mini",
            "messages": (*((Turn(calls=loose),) if loose else ()), *spoken),
            "exchanges": (Exchange(),),
        }
        return Transcript(**(values | fields))


@pytest.fixture(scope="session")
def shop() -> Shop:
    return Shop()

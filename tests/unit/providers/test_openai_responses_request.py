from __future__ import annotations

import pytest

from evalkit.providers import Provider, find_api
from evalkit.suite import Settings, ToolNamed
from evalkit.transcript import Prompt, ToolCall, ToolResult, Turn

GPT = Provider(name="gpt", api="openai-responses", model="gpt-5.4-mini")
HELLO = (Prompt(role="user", text="hello"),)
CALL = ToolCall(id="call_1", name="f", raw='{"a":1}', arguments={"a": 1})


def encode(messages=HELLO, tools=(), settings=None):
    return find_api("openai-responses").encode(GPT, messages, tools, settings or Settings())


def test_every_setting_reaches_the_body_except_the_seed_that_the_api_lacks(weather):
    settings = Settings(
        tool_choice=ToolNamed(tool="get_weather"),
        temperature=0,
        max_tokens=9,
        seed=7,
        parallel_tool_calls=True,
        reasoning_effort="low",
        stream=True,
    )

    body = encode(tools=[weather], settings=settings)

    assert body == {
        "model": "gpt-5.4-mini",
        "input": [{"role": "user", "content": "hello"}],
        "temperature": 0,
        "max_output_tokens": 9,
        "reasoning": {"effort": "low"},
        "tools": [
            {
                "type": "function",
                "name": "get_weather",
                "parameters": weather.parameters,
                "strict": False,
                "description": "Weather now.",
            }
        ],
        "tool_choice": {"type": "function", "name": "get_weather"},
        "parallel_tool_calls": True,
        "stream": True,
    }


@pytest.mark.parametrize(("choice", "expected"), [("auto", None), ("required", "required")])
def test_tool_choice(weather, choice, expected):
    body = encode(tools=[weather], settings=Settings(tool_choice=choice))

    assert body.get("tool_choice") == expected


def test_a_conversation_of_a_suite_becomes_items():
    messages = (
        Prompt(role="system", text="Be brief."),
        Turn(text="I look.", calls=(CALL,)),
        ToolResult(call_id="call_1", name="f", content={"b": 2}),
    )

    body = encode(messages)

    assert body["input"] == [
        {"role": "system", "content": "Be brief."},
        {"role": "assistant", "content": "I look."},
        {"type": "function_call", "call_id": "call_1", "name": "f", "arguments": '{"a":1}'},
        {"type": "function_call_output", "call_id": "call_1", "output": '{"b": 2}'},
    ]


def test_items_of_the_same_api_go_back_unchanged():
    items = [
        {"type": "reasoning", "id": "rs_1", "summary": [], "encrypted_content": "x"},
        {"type": "function_call", "id": "fc_1", "call_id": "call_1", "name": "f"},
    ]

    body = encode((*HELLO, Turn(calls=(CALL,), wire={"output": items})))

    assert body["input"] == [{"role": "user", "content": "hello"}, *items]


def test_a_message_of_another_api_is_rebuilt():
    body = encode((Turn(text="So.", wire={"role": "assistant", "content": "So."}),))

    assert body["input"] == [{"role": "assistant", "content": "So."}]

from __future__ import annotations

import pytest

from evalkit.providers import Provider, find_api
from evalkit.suite import Settings, Tool, ToolNamed
from evalkit.transcript import Prompt, ToolCall, ToolResult, Turn

CLAUDE = Provider(name="claude", api="anthropic", model="claude-sonnet-4-5")
HELLO = (Prompt(role="user", text="hello"),)
OSLO = ToolCall(id="toolu_1", name="get_weather", raw=None, arguments={"city": "Oslo"})
ROME = ToolCall(id="toolu_2", name="get_weather", raw=None, arguments={"city": "Rome"})


def encode(messages=HELLO, tools=(), settings=None):
    return find_api("anthropic").encode(CLAUDE, messages, tools, settings or Settings())


def test_body_holds_what_was_asked_and_nothing_else(weather):
    messages = (Prompt(role="system", text="Be brief."), *HELLO)

    body = encode(messages, [weather], Settings(temperature=0, max_tokens=512))

    assert body == {
        "model": "claude-sonnet-4-5",
        "max_tokens": 512,
        "system": "Be brief.",
        "messages": [{"role": "user", "content": "hello"}],
        "temperature": 0,
        "tools": [
            {
                "name": "get_weather",
                "description": "Weather now.",
                "input_schema": weather.parameters,
            }
        ],
    }


def test_the_effort_of_reasoning_is_an_output_setting():
    body = encode(settings=Settings(reasoning_effort="high", stream=True, top_p=0.9, seed=1))

    assert body == {
        "model": "claude-sonnet-4-5",
        "max_tokens": 1024,
        "messages": [{"role": "user", "content": "hello"}],
        "top_p": 0.9,
        "output_config": {"effort": "high"},
        "stream": True,
    }


@pytest.mark.parametrize(
    ("choice", "parallel", "expected"),
    [
        pytest.param("auto", None, None, id="auto is the default"),
        pytest.param(
            "auto", False, {"type": "auto", "disable_parallel_tool_use": True}, id="one at a time"
        ),
        pytest.param(
            "required", True, {"type": "any", "disable_parallel_tool_use": False}, id="any"
        ),
        pytest.param("none", True, {"type": "none"}, id="none knows nothing of parallel calls"),
        pytest.param(
            ToolNamed(tool="get_weather"), None, {"type": "tool", "name": "get_weather"}, id="one"
        ),
    ],
)
def test_tool_choice(weather, choice, parallel, expected):
    settings = Settings(tool_choice=choice, parallel_tool_calls=parallel)

    body = encode(tools=[weather], settings=settings)

    assert body.get("tool_choice") == expected


def test_strict_is_passed_only_where_it_is_stated():
    tools = [
        Tool(name="unsaid", parameters={"type": "object"}),
        Tool(name="strict", parameters={"type": "object"}, strict=True),
    ]

    body = encode(tools=tools)

    assert body["tools"] == [
        {"name": "unsaid", "input_schema": {"type": "object"}},
        {"name": "strict", "input_schema": {"type": "object"}, "strict": True},
    ]


def test_results_and_the_users_next_words_are_one_message():
    messages = (
        Prompt(role="user", text="Oslo and Rome?"),
        Turn(text="I look.", calls=(OSLO, ROME)),
        ToolResult(call_id="toolu_1", name="get_weather", content="sun"),
        ToolResult(call_id="toolu_2", name="get_weather", content=["no", 1], is_error=True),
        Prompt(role="user", text="And?"),
    )

    body = encode(messages)

    assert body["messages"] == [
        {"role": "user", "content": "Oslo and Rome?"},
        {
            "role": "assistant",
            "content": [
                {"type": "text", "text": "I look."},
                {
                    "type": "tool_use",
                    "id": "toolu_1",
                    "name": "get_weather",
                    "input": {"city": "Oslo"},
                },
                {
                    "type": "tool_use",
                    "id": "toolu_2",
                    "name": "get_weather",
                    "input": {"city": "Rome"},
                },
            ],
        },
        {
            "role": "user",
            "content": [
                {"type": "tool_result", "tool_use_id": "toolu_1", "content": "sun"},
                {
                    "type": "tool_result",
                    "tool_use_id": "toolu_2",
                    "content": '["no", 1]',
                    "is_error": True,
                },
                {"type": "text", "text": "And?"},
            ],
        },
    ]


def test_several_system_prompts_are_joined():
    prompts = (Prompt(role="system", text="A"), *HELLO, Prompt(role="system", text="B"))

    body = encode(prompts)

    assert body["system"] == "A\n\nB"
    assert body["messages"] == [{"role": "user", "content": "hello"}]


def test_blocks_of_the_same_api_go_back_unchanged():
    blocks = [
        {"type": "thinking", "thinking": "hmm", "signature": "s"},
        {
            "type": "tool_use",
            "id": "toolu_1",
            "name": "f",
            "input": {},
            "caller": {"type": "direct"},
        },
    ]

    body = encode((Turn(calls=(OSLO,), wire={"role": "assistant", "content": blocks}),))

    assert body["messages"] == [{"role": "assistant", "content": blocks}]


def test_an_answer_without_content_is_left_out():
    body = encode((*HELLO, Turn(), Prompt(role="user", text="hello?")))

    assert body["messages"] == [
        {
            "role": "user",
            "content": [{"type": "text", "text": "hello"}, {"type": "text", "text": "hello?"}],
        }
    ]


def test_malformed_arguments_go_back_under_the_key_that_the_api_documents():
    broken = ToolCall(id="c", name="f", raw='{"a": ', arguments=None)

    body = encode((Turn(calls=(broken,)),))

    assert body["messages"][0]["content"][0]["input"] == {"INVALID_JSON": '{"a": '}


def test_a_streamed_call_that_is_no_json_can_be_sent_back():
    api = find_api("anthropic")
    stream = [
        {"type": "message_start", "message": {"id": "m", "role": "assistant", "content": []}},
        {
            "type": "content_block_start",
            "index": 0,
            "content_block": {"type": "tool_use", "id": "t", "name": "f", "input": {}},
        },
        {
            "type": "content_block_delta",
            "index": 0,
            "delta": {"type": "input_json_delta", "partial_json": '{"a": 1/6}'},
        },
        {"type": "message_delta", "delta": {"stop_reason": "tool_use"}},
    ]
    turn = api.decode(api.assemble(stream))

    body = encode((turn,))

    assert turn.calls[0].raw == '{"a": 1/6}'
    assert body["messages"][0]["content"] == [
        {"type": "tool_use", "id": "t", "name": "f", "input": {"INVALID_JSON": '{"a": 1/6}'}}
    ]

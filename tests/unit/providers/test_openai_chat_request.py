from __future__ import annotations

import pytest

from evalkit.providers import Provider, find_api
from evalkit.suite import Settings, Tool, ToolNamed
from evalkit.transcript import Prompt, ToolCall, ToolResult, Turn

GPT = Provider(name="gpt", api="openai-chat", model="gpt-5.4-mini")
LOCAL = Provider(
    name="local", api="openai-chat", model="llama", base_url="http://localhost:8000/v1"
)
HELLO = (Prompt(role="user", text="hello"),)
CALL = ToolCall(id="call_1", name="get_weather", raw='{"city":"Oslo"}', arguments={"city": "Oslo"})


def encode(messages=HELLO, tools=(), settings=None, provider=GPT):
    return find_api("openai-chat").encode(provider, messages, tools, settings or Settings())


def test_body_holds_what_was_asked_and_nothing_else():
    body = encode(settings=Settings(max_tokens=512))

    assert body == {
        "model": "gpt-5.4-mini",
        "messages": [{"role": "user", "content": "hello"}],
        "max_completion_tokens": 512,
    }


def test_every_setting_reaches_the_body(weather):
    settings = Settings(
        tool_choice="required",
        temperature=0,
        top_p=0.5,
        max_tokens=9,
        seed=7,
        parallel_tool_calls=False,
        reasoning_effort="low",
        stream=True,
        extra_body={"verbosity": "low"},
    )

    body = encode(tools=[weather], settings=settings)

    assert {key: body[key] for key in body if key not in {"messages", "tools"}} == {
        "model": "gpt-5.4-mini",
        "temperature": 0,
        "top_p": 0.5,
        "max_completion_tokens": 9,
        "seed": 7,
        "reasoning_effort": "low",
        "tool_choice": "required",
        "parallel_tool_calls": False,
        "stream": True,
        "stream_options": {"include_usage": True},
        "verbosity": "low",
    }


@pytest.mark.parametrize(
    ("base_url", "key"),
    [
        pytest.param(None, "max_completion_tokens", id="OpenAI"),
        pytest.param(
            "https://eu.api.openai.com/v1", "max_completion_tokens", id="OpenAI in Europe"
        ),
        pytest.param("https://us.openai.azure.com/openai/v1", "max_completion_tokens", id="Azure"),
        pytest.param("http://localhost:8000/v1", "max_tokens", id="compatible server"),
        pytest.param("https://openai.com.example/v1", "max_tokens", id="another's host"),
    ],
)
def test_the_token_limit_has_the_name_that_the_server_knows(base_url, key):
    provider = Provider(name="p", api="openai-chat", model="m", base_url=base_url)

    body = encode(provider=provider, settings=Settings(max_tokens=5))

    assert {name: body[name] for name in body if name.startswith("max")} == {key: 5}


def test_extra_fields_of_the_provider_win_and_null_takes_a_field_out():
    provider = Provider(
        name="gpt", api="openai-chat", model="o9", extra_body={"temperature": None, "user": "us"}
    )
    settings = Settings(temperature=0, extra_body={"user": "them"})

    body = encode(provider=provider, settings=settings)

    assert body["user"] == "us"
    assert "temperature" not in body


@pytest.mark.parametrize(
    ("strict", "expected"),
    [
        pytest.param(None, {}, id="unsaid"),
        pytest.param(True, {"strict": True}, id="strict"),
        pytest.param(False, {"strict": False}, id="not strict"),
    ],
)
def test_strict_is_passed_only_where_it_is_stated(strict, expected):
    tool = Tool(name="f", parameters={"type": "object"}, strict=strict)

    body = encode(tools=[tool])

    function = {"name": "f", "parameters": {"type": "object"}, **expected}
    assert body["tools"] == [{"type": "function", "function": function}]


@pytest.mark.parametrize(
    ("choice", "expected"),
    [
        pytest.param("auto", None, id="auto is the default"),
        pytest.param("none", "none", id="none"),
        pytest.param("required", "required", id="required"),
        pytest.param(
            ToolNamed(tool="get_weather"),
            {"type": "function", "function": {"name": "get_weather"}},
            id="one tool",
        ),
    ],
)
def test_tool_choice(weather, choice, expected):
    body = encode(tools=[weather], settings=Settings(tool_choice=choice))

    assert body.get("tool_choice") == expected


def test_a_choice_without_tools_is_left_out():
    body = encode(settings=Settings(tool_choice="required", parallel_tool_calls=True))

    assert body.keys() == {"model", "messages", "max_completion_tokens"}


def test_a_conversation_of_a_suite_is_written_in_the_apis_words():
    messages = (
        Prompt(role="system", text="Be brief."),
        Prompt(role="user", text="Weather in Oslo?"),
        Turn(text="Let me see.", calls=(CALL,)),
        ToolResult(call_id="call_1", name="get_weather", content={"sky": "klår"}),
    )

    body = encode(messages)

    function = {"name": "get_weather", "arguments": '{"city":"Oslo"}'}
    assert body["messages"] == [
        {"role": "system", "content": "Be brief."},
        {"role": "user", "content": "Weather in Oslo?"},
        {
            "role": "assistant",
            "content": "Let me see.",
            "tool_calls": [{"id": "call_1", "type": "function", "function": function}],
        },
        {"role": "tool", "tool_call_id": "call_1", "content": '{"sky": "klår"}'},
    ]


@pytest.mark.parametrize(
    ("raw", "arguments", "sent"),
    [
        pytest.param('{"city": ', None, '{"city": ', id="malformed, as the model wrote it"),
        pytest.param(None, {"city": "Æ"}, '{"city": "Æ"}', id="delivered as an object"),
    ],
)
def test_arguments_go_back_as_the_model_wrote_them(raw, arguments, sent):
    call = ToolCall(id="c", name="f", raw=raw, arguments=arguments)

    body = encode((Turn(calls=(call,)),))

    assert body["messages"][0]["tool_calls"][0]["function"]["arguments"] == sent


def test_a_message_of_the_same_api_goes_back_unchanged():
    wire = {
        "role": "assistant",
        "content": None,
        "reasoning_content": "hmm",
        "new_field": [1],
        "tool_calls": [{"id": "call_1", "type": "function", "index": 0, "function": {"name": "f"}}],
    }

    body = encode((Turn(calls=(CALL,), wire=wire),))

    assert body["messages"] == [wire]


@pytest.mark.parametrize(
    "wire",
    [
        pytest.param(
            {"role": "assistant", "content": [{"type": "tool_use", "id": "call_1"}]}, id="anthropic"
        ),
        pytest.param({"output": [{"type": "function_call"}]}, id="openai-responses"),
        pytest.param({"role": "model", "parts": []}, id="gemini"),
    ],
)
def test_a_message_of_another_api_is_rebuilt(wire):
    body = encode((Turn(text="So.", calls=(CALL,), wire=wire),))

    function = {"name": "get_weather", "arguments": '{"city":"Oslo"}'}
    assert body["messages"] == [
        {
            "role": "assistant",
            "content": "So.",
            "tool_calls": [{"id": "call_1", "type": "function", "function": function}],
        }
    ]


def test_an_answer_without_calls_is_text_alone():
    body = encode((Turn(text="So."),))

    assert body["messages"] == [{"role": "assistant", "content": "So."}]


def test_a_message_whose_call_had_no_id_is_rebuilt_so_that_the_result_can_name_it():
    function = {"name": "f", "arguments": "{}"}
    message = {"role": "assistant", "content": None, "tool_calls": [{"function": function}]}
    turn = find_api("openai-chat").decode(
        {"id": "chat-12345678", "choices": [{"message": message}]}
    )
    result = ToolResult(call_id=turn.calls[0].id, name="f", content="ok")

    body = encode((turn, result))

    assert body["messages"] == [
        {
            "role": "assistant",
            "content": None,
            "tool_calls": [
                {"id": "evalkit-call-12345678-0", "type": "function", "function": function}
            ],
        },
        {"role": "tool", "tool_call_id": "evalkit-call-12345678-0", "content": "ok"},
    ]

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from evalkit.cost import (
    Basis,
    encoding_of,
    estimate_tokens,
    render_namespace,
    request_tokens,
    schema_tokens,
)
from evalkit.suite import Tool
from evalkit.transcript import Prompt

CITY = {"type": "string", "description": "The name of the city, in English"}
WEATHER = Tool(
    name="get_weather",
    description="Return the current weather in one city.",
    parameters={"type": "object", "properties": {"city": CITY}, "required": ["city"]},
)
CLOCK = Tool(name="get_time", parameters={"type": "object", "properties": {}})


def words(text):
    return len(text.split())


def test_the_total_is_the_rendering_and_its_frame():
    counted = schema_tokens([WEATHER, CLOCK], "gpt-4o", words)

    assert counted.total == words(render_namespace([WEATHER, CLOCK])) + 9
    assert counted.basis is Basis.EXACT


def test_each_tool_is_counted_with_what_its_descriptions_take():
    first, second = schema_tokens([WEATHER, CLOCK], "gpt-4o", words).tools

    assert (first.tool, first.descriptions) == ("get_weather", 8 + 8)
    assert (second.tool, second.descriptions) == ("get_time", 0)


def test_an_argument_named_description_is_no_description():
    properties = {"description": {"type": "string"}}
    tool = Tool(name="f", parameters={"type": "object", "properties": properties})

    (counted,) = schema_tokens([tool], "gpt-4o", words).tools

    assert counted.descriptions == 0


def test_no_tools_take_nothing():
    assert schema_tokens([], "gpt-4o").total == 0


@pytest.mark.parametrize(
    ("model", "basis", "encoding"),
    [
        pytest.param("gpt-4o-2024-08-06", Basis.EXACT, "o200k_base", id="measured"),
        pytest.param("openai/gpt-4o-mini", Basis.EXACT, "o200k_base", id="through a gateway"),
        pytest.param("gpt-4-turbo", Basis.EXACT, "cl100k_base", id="measured, older"),
        pytest.param("gpt-4.1-mini", Basis.ESTIMATED, "o200k_base", id="4.1"),
        pytest.param("gpt-5-mini", Basis.ESTIMATED, "o200k_base", id="newer"),
        pytest.param("o3-mini", Basis.ESTIMATED, "o200k_base", id="reasoning"),
        pytest.param("claude-sonnet-4-5", Basis.ESTIMATED, "cl100k_base", id="Claude"),
        pytest.param("us.anthropic.claude-3-haiku", Basis.ESTIMATED, "cl100k_base", id="Bedrock"),
        pytest.param("mistral-large", Basis.UNKNOWN, "o200k_base", id="another"),
    ],
)
def test_what_is_exact_and_what_is_not_is_said(model, basis, encoding):
    assert schema_tokens([WEATHER], model, words).basis is basis
    assert encoding_of(model) == encoding


@pytest.mark.parametrize(
    ("model", "api", "basis", "frame"),
    [
        pytest.param("gpt-4o", "openai-chat", Basis.EXACT, 9, id="as measured"),
        pytest.param("gpt-4o", "openai-responses", Basis.ESTIMATED, 9, id="by another API"),
        pytest.param("gpt-5-mini", "openai-chat", Basis.ESTIMATED, 90, id="gpt-5, by chat"),
        pytest.param(
            "gpt-5-mini", "openai-responses", Basis.ESTIMATED, 9, id="gpt-5, by responses"
        ),
        pytest.param("gpt-5.4-mini", "openai-chat", Basis.ESTIMATED, 9, id="newer"),
    ],
)
def test_what_is_known_of_a_model_is_known_by_one_api(model, api, basis, frame):
    counted = schema_tokens([WEATHER], model, words, api=api)

    assert counted.basis is basis
    assert counted.total == words(render_namespace([WEATHER])) + frame


SYSTEM, USER = Prompt(role="system", text="Be brief"), Prompt(role="user", text="Rain in Oslo?")


@pytest.mark.parametrize(
    ("said", "tools", "tokens"),
    [
        pytest.param([USER], [], 3 + 4 + 3, id="a message"),
        pytest.param([SYSTEM, USER], [], 3 + 4 + 2 + 4 + 3, id="two messages"),
        pytest.param([USER], [CLOCK], 3 + 4 + 3 + 22, id="a tool"),
        pytest.param([SYSTEM, USER], [CLOCK], 3 + 4 + 2 + 4 + 3 + 22 - 4, id="all of it"),
    ],
)
def test_a_request_is_its_messages_and_its_tools(said, tools, tokens):
    assert schema_tokens([CLOCK], "gpt-4o", words).total == 22
    assert request_tokens(said, tools, "gpt-4o", words) == tokens


def test_a_request_to_claude_is_its_texts_and_its_tools():
    tools = schema_tokens([CLOCK], "claude-3-haiku", words).total

    assert request_tokens([SYSTEM, USER], [CLOCK], "claude-3-haiku", words) == 5 + tools


def test_without_the_encoding_nothing_is_exact():
    assert schema_tokens([WEATHER], "gpt-4o").basis is Basis.ESTIMATED


@pytest.mark.parametrize(
    ("model", "frame"),
    [
        pytest.param("claude-3-opus-20240229", 542, id="Opus 3"),
        pytest.param("claude-3-haiku-20240307", 273, id="Haiku 3"),
        pytest.param("claude-opus-4-1", 346, id="newer"),
    ],
)
def test_claude_is_counted_by_its_calibrated_line(model, frame):
    assert schema_tokens([WEATHER], model, lambda _: 100).total == 108 + frame


@pytest.mark.parametrize(
    ("text", "tokens"),
    [
        pytest.param("", 0, id="nothing"),
        pytest.param("The weather in Oslo", 4, id="words"),
        pytest.param("get_current_weather", 4, id="a name"),
        pytest.param("12345678", 4, id="digits, three at a time"),
    ],
)
def test_texts_are_estimated(text, tokens):
    assert estimate_tokens(text) == tokens


@given(st.text(max_size=200), st.text(max_size=200))
def test_an_estimate_is_never_negative_and_grows_with_the_text(one, other):
    assert 0 <= estimate_tokens(one) <= estimate_tokens(f"{one}\n{other}") + 1


def test_hostile_text_is_estimated_in_time_that_grows_with_its_length():
    assert estimate_tokens(" \n" * 100_000 + "(" * 200_000 + "a" * 200_000) > 0

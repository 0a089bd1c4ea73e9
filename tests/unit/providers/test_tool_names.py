from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from evalkit.providers import Provider, find_api, restore_names
from evalkit.suite import Settings, Tool, ToolNamed
from evalkit.transcript import Prompt, ToolCall, Turn

HELLO = (Prompt(role="user", text="hello"),)


def tool(name):
    return Tool(name=name, parameters={"type": "object"})


def call(name, index=0):
    return ToolCall(id=f"call_{index}", name=name, raw="{}", arguments={})


def names_on_wire(tools, messages=HELLO):
    provider = Provider(name="p", api="openai-chat", model="m")
    body = find_api("openai-chat").encode(provider, messages, tools, Settings())
    return [entry["function"]["name"] for entry in body["tools"]]


@pytest.mark.parametrize(
    ("names", "expected"),
    [
        pytest.param(["get_weather", "a-b"], ["get_weather", "a-b"], id="allowed"),
        pytest.param(["shop.refund", "fs/read"], ["shop_refund", "fs_read"], id="refused letters"),
        pytest.param(["a.b", "a_b", "a/b"], ["a_b_2", "a_b", "a_b_3"], id="what would be the same"),
        pytest.param(["x" * 70], ["x" * 64], id="too long"),
        pytest.param(["x" * 70, "x" * 71], ["x" * 64, "x" * 62 + "_2"], id="too long, twice"),
    ],
)
def test_names_that_providers_refuse_are_changed(names, expected):
    assert names_on_wire([tool(name) for name in names]) == expected


@given(st.lists(st.text(min_size=1, max_size=80), min_size=1, max_size=8, unique=True))
def test_wire_names_are_allowed_and_lead_back_to_the_suites_own(names):
    tools = [tool(name) for name in names]

    wire = names_on_wire(tools)
    turn = Turn(calls=tuple(call(name, index) for index, name in enumerate(wire)))

    assert all(re.fullmatch("[a-zA-Z0-9_-]{1,64}", name) for name in wire)
    assert [each.name for each in restore_names(turn, tools).calls] == names


def test_names_that_no_tool_has_stay_as_the_model_wrote_them():
    turn = Turn(calls=(call("shop_refund"), call("invented")))

    restored = restore_names(turn, [tool("shop.refund")])

    assert [each.name for each in restored.calls] == ["shop.refund", "invented"]


def test_a_turn_is_the_same_where_no_name_had_to_change():
    turn = Turn(calls=(call("f"),))

    assert restore_names(turn, [tool("f"), tool("g")]) is turn


@pytest.mark.parametrize(
    ("api", "chosen", "called"),
    [
        (
            "openai-chat",
            lambda body: body["tool_choice"]["function"]["name"],
            lambda body: body["messages"][0]["tool_calls"][0]["function"]["name"],
        ),
        (
            "anthropic",
            lambda body: body["tool_choice"]["name"],
            lambda body: body["messages"][0]["content"][0]["name"],
        ),
        (
            "openai-responses",
            lambda body: body["tool_choice"]["name"],
            lambda body: body["input"][0]["name"],
        ),
    ],
)
def test_choices_and_earlier_calls_use_the_same_names(api, chosen, called):
    settings = Settings(tool_choice=ToolNamed(tool="shop.refund"))
    provider = Provider(name="p", api=api, model="m")
    turn = Turn(calls=(call("shop.refund"),))

    body = find_api(api).encode(provider, (turn,), [tool("shop.refund")], settings)

    assert (chosen(body), called(body)) == ("shop_refund", "shop_refund")

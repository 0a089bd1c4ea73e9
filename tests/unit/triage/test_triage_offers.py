"""The tools of a request are read in the shape of every API."""

import pytest

from evalkit.suite import Tool
from evalkit.triage import read_offer

SCHEMA = {"type": "object", "properties": {"city": {"type": "string"}}}


@pytest.mark.parametrize(
    "tools",
    [
        pytest.param(
            [{"type": "function", "function": {"name": "find", "parameters": SCHEMA}}], id="chat"
        ),
        pytest.param([{"type": "function", "name": "find", "parameters": SCHEMA}], id="responses"),
        pytest.param(
            [
                {
                    "type": "namespace",
                    "name": "shop",
                    "tools": [{"name": "find", "parameters": SCHEMA}],
                }
            ],
            id="responses namespace",
        ),
        pytest.param([{"name": "find", "input_schema": SCHEMA}], id="anthropic"),
        pytest.param({"result": {"tools": [{"name": "find", "inputSchema": SCHEMA}]}}, id="mcp"),
        pytest.param(
            {"tools": [{"toolSpec": {"name": "find", "inputSchema": {"json": SCHEMA}}}]},
            id="bedrock",
        ),
        pytest.param(
            [{"functionDeclarations": [{"name": "find", "parametersJsonSchema": SCHEMA}]}],
            id="gemini",
        ),
        pytest.param(
            [
                {
                    "functionDeclarations": [
                        {
                            "name": "find",
                            "parameters": {
                                "type": "OBJECT",
                                "properties": {"city": {"type": "STRING"}},
                            },
                        }
                    ]
                }
            ],
            id="gemini in the dialect of OpenAPI",
        ),
    ],
)
def test_a_tool_is_the_same_whatever_shape_it_is_written_in(tools):
    assert read_offer(tools) == {"find": Tool(name="find", parameters=SCHEMA)}


@pytest.mark.parametrize(
    "tools",
    [
        pytest.param(None, id="nothing"),
        pytest.param([], id="an empty list"),
        pytest.param([{"type": "web_search"}], id="a tool of the provider's own"),
        pytest.param("find", id="text"),
    ],
)
def test_no_tool_of_ours_is_no_offer(tools):
    assert read_offer(tools) is None


def test_a_tool_without_a_schema_takes_anything():
    assert read_offer([{"type": "bash_20250124", "name": "bash"}]) == {
        "bash": Tool(name="bash", parameters={})
    }


def test_a_nullable_parameter_of_gemini_takes_null():
    parameters = {
        "type": "OBJECT",
        "properties": {"type": {"type": "STRING", "nullable": True}},
    }

    offer = read_offer([{"functionDeclarations": [{"name": "find", "parameters": parameters}]}])

    assert offer["find"].parameters["properties"] == {
        "type": {"type": ["string", "null"], "nullable": True}
    }


def test_endless_nesting_is_not_followed():
    tools = [{"name": "find"}]
    for _ in range(900):
        tools = [tools]

    assert read_offer(tools) is None


def test_a_schema_of_gemini_nested_without_end_is_left_as_it_is():
    schema = {"type": "STRING"}
    for _ in range(100):
        schema = {"type": "OBJECT", "properties": {"a": schema}}

    offer = read_offer([{"functionDeclarations": [{"name": "find", "parameters": schema}]}])

    assert offer["find"].parameters["type"] == "object"

import pytest

from evalkit.errors import InvalidSuite
from evalkit.suite import Tool, read_tools

SCHEMA = {"type": "object", "properties": {"city": {"type": "string"}}}
PLAIN = Tool(name="get_weather", description="Weather.", parameters=SCHEMA)

SHAPES = [
    pytest.param(
        {
            "type": "function",
            "function": {
                "name": "get_weather",
                "description": "Weather.",
                "parameters": SCHEMA,
            },
        },
        id="openai chat",
    ),
    pytest.param(
        {
            "type": "function",
            "name": "get_weather",
            "description": "Weather.",
            "parameters": SCHEMA,
        },
        id="openai responses",
    ),
    pytest.param(
        {
            "name": "get_weather",
            "description": "Weather.",
            "input_schema": SCHEMA,
            "cache_control": {"type": "ephemeral"},
        },
        id="anthropic",
    ),
    pytest.param(
        {
            "name": "get_weather",
            "title": "Weather",
            "description": "Weather.",
            "inputSchema": SCHEMA,
            "outputSchema": {"type": "object"},
        },
        id="mcp",
    ),
]


def told(value):
    with pytest.raises(InvalidSuite) as refused:
        read_tools(value)
    return [each.what for each in refused.value.problems]


@pytest.mark.parametrize("tool", SHAPES)
def test_a_tool_is_read_in_the_shape_of_each_provider(tool):
    assert read_tools(tool) == (PLAIN,)


@pytest.mark.parametrize(
    "wrapped",
    [
        pytest.param(lambda tool: [tool], id="a list"),
        pytest.param(lambda tool: {"tools": [tool]}, id="the result of tools/list"),
        pytest.param(
            lambda tool: {"jsonrpc": "2.0", "id": 1, "result": {"tools": [tool]}},
            id="its whole answer",
        ),
    ],
)
def test_tools_are_read_from_what_lists_them(wrapped):
    tool = {"name": "get_weather", "description": "Weather.", "inputSchema": SCHEMA}

    assert read_tools(wrapped(tool)) == (PLAIN,)


def test_strictness_and_hints_are_kept():
    tools = read_tools(
        [
            {"name": "a", "strict": True},
            {"name": "b", "annotations": {"destructiveHint": True}},
        ]
    )

    assert [(tool.strict, tool.annotations) for tool in tools] == [
        (True, {}),
        (None, {"destructiveHint": True}),
    ]


def test_a_tool_without_a_schema_takes_no_arguments():
    assert read_tools({"name": "ping"})[0].parameters == {"type": "object", "properties": {}}


@pytest.mark.parametrize(
    ("tool", "what"),
    [
        (5, ["expected a tool, got the number 5"]),
        ({}, ["'name' is missing"]),
        ({"name": "a b"}, ["a tool's name is text without spaces, got the text 'a b'"]),
        ({"name": "a\u202eb"}, [r"a tool's name is text without spaces, got the text 'a\u202eb'"]),
        ({"name": "x" * 129}, ["a tool's name has at most 128 characters"]),
        ({"name": "a", "description": 5}, ["expected text, got the number 5"]),
        ({"name": "a", "strict": "yes"}, ["expected true or false, got the text 'yes'"]),
        ({"name": "a", "annotations": 5}, ["expected a mapping, got the number 5"]),
        ({"name": "a", "descripton": "x"}, ["unknown key 'descripton'"]),
        ({"name": "a", "parameters": 5}, ["expected a JSON Schema, got the number 5"]),
        (
            {"name": "a", "parameters": {}},
            ["the schema of arguments has the type 'object', got nothing"],
        ),
        (
            {"name": "a", "parameters": {"type": "array"}},
            ["the schema of arguments has the type 'object', got 'array'"],
        ),
        (
            {"name": "a", "parameters": {"type": "object", "properties": {"b": {"type": "str"}}}},
            ["no JSON Schema: there is no type 'str'"],
        ),
        (
            {"name": "a", "parameters": {"type": "object", "$ref": "http://127.0.0.1/x"}},
            ["the $ref 'http://127.0.0.1/x' is not fetched"],
        ),
        (
            {"name": "a", "parameters": SCHEMA, "input_schema": SCHEMA},
            ["both parameters and input_schema are given"],
        ),
    ],
    ids=repr,
)
def test_a_tool_that_cannot_be_used_is_refused(tool, what):
    assert told(tool) == what


def test_a_mistake_in_a_schema_is_told_at_its_place(mistakes):
    text = """\
version: 1
tools:
  - name: a
    parameters:
      type: object
      properties:
        city: {type: strin}
cases: [{id: a, prompt: x, expect: no_call}]
"""

    assert mistakes(text) == [
        "s.yaml:7:22: no JSON Schema: there is no type 'strin'",
        "  hint: did you mean 'string'?",
    ]


def test_two_tools_cannot_have_one_name(mistakes):
    text = "version: 1\ntools: [{name: a}, {name: a}]\ncases: [{id: a, prompt: x, expect: no_call}]"

    assert mistakes(text) == ["s.yaml:2:27: the tool 'a' is already there"]


def test_unreadable_tools_are_told_once_and_not_as_unknown_names_too(mistakes):
    text = "version: 1\ntools: [{nme: pay}]\ncases: [{id: a, prompt: x, expect: {forbid: [pay]}}]"

    assert mistakes(text) == [
        "s.yaml:2:9: 'name' is missing",
        (
            "  hint: a tool has a name, a description and a schema under parameters, "
            "input_schema or inputSchema"
        ),
        "s.yaml:2:10: unknown key 'nme'",
        "  hint: did you mean 'name'?",
    ]

from __future__ import annotations

import pytest

from evalkit.cost import render_namespace
from evalkit.suite import Tool

TEXT = {"type": "string"}


def rendered(parameters, description=""):
    tool = Tool(name="f", description=description, parameters={"type": "object", **parameters})
    frame = render_namespace([]).splitlines()
    return render_namespace([tool]).splitlines()[len(frame) - 1 : -2]


@pytest.mark.parametrize(
    ("schema", "written"),
    [
        pytest.param(TEXT, "string", id="text"),
        pytest.param({"type": "integer"}, "number", id="a whole number"),
        pytest.param({"type": ["integer", "null"]}, "number | null", id="several types"),
        pytest.param({"enum": ["a", 1]}, '"a" | 1', id="an enum"),
        pytest.param({"anyOf": [TEXT, {"type": "null"}]}, "string | null", id="alternatives"),
        pytest.param({"type": "array"}, "any[]", id="a list of anything"),
        pytest.param({"type": "array", "items": TEXT}, "string[]", id="a list"),
        pytest.param(
            {"type": "array", "items": {"type": "string", "enum": ["a"]}}, 'Array<"a">', id="enums"
        ),
        pytest.param(
            {"type": "object", "properties": {"b": TEXT}}, "{ b?: string }", id="an object"
        ),
        pytest.param({}, "any", id="no type"),
        pytest.param({"$ref": "#/$defs/x"}, "any", id="a reference"),
    ],
)
def test_a_type_is_written_in_typescript(schema, written):
    lines = rendered({"properties": {"a": schema}, "required": ["a"]})

    assert lines == [f"type f = (_: {{ a: {written} }}) => any;"]


@pytest.mark.parametrize(
    ("schema", "lines"),
    [
        pytest.param(
            {**TEXT, "description": " A city. "}, ["// A city.", "a?: string,"], id="a description"
        ),
        pytest.param(
            {"type": "integer", "default": 3, "minimum": 1},
            ["a?: number, // default: 3, minimum: 1"],
            id="a default and a bound",
        ),
        pytest.param(
            {**TEXT, "format": "date", "maxLength": 9},
            ['a?: string, // format: "date", maxLength: 9'],
            id="a format",
        ),
        pytest.param(
            {"type": "array", "items": {**TEXT, "description": "One"}},
            ["a?: Array<", "// One", "string", ">,"],
            id="described items",
        ),
        pytest.param(
            {
                "type": "array",
                "items": {"type": "object", "properties": {"b": {**TEXT, "description": "B"}}},
            },
            ["a?: Array<", "{", "// B", "b?: string,", "}", ">,"],
            id="items with described fields",
        ),
    ],
)
def test_what_is_noted_takes_lines_of_its_own(schema, lines):
    assert rendered({"properties": {"a": schema}}) == ["type f = (_: {", *lines, "}) => any;"]


def test_a_tool_without_arguments_takes_none():
    assert rendered({"properties": {}}, "Tells\nthe time.") == [
        "// Tells",
        "the time.",
        "type f = () => any;",
    ]


def test_an_object_that_says_nothing_of_itself_is_left_out():
    lines = rendered({"properties": {"a": {"type": "object"}, "b": TEXT}})

    assert lines == ["type f = (_: { b?: string }) => any;"]


def test_the_default_of_all_arguments_stands_behind():
    assert rendered({"properties": {}, "default": {}}) == ["type f = () => any; // default: {}"]

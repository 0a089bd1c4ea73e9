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
        pytest.param({"$ref": "#/$defs/x"}, "any", id="a reference to nothing"),
        pytest.param({"$ref": "https://example.org/x"}, "any", id="a reference elsewhere"),
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


ANSWER = {"type": "object", "properties": {"label": TEXT}, "required": ["label"]}
CHAIN = {f"n{n}": {"anyOf": [{"$ref": f"#/$defs/n{n + 1}"}] * 2} for n in range(40)}


@pytest.mark.parametrize(
    ("schema", "written"),
    [
        pytest.param({"$ref": "#/$defs/A"}, "a?: { label: string }", id="a definition"),
        pytest.param(
            {"type": "array", "items": {"$ref": "#/$defs/A"}}, "a?: { label: string }[]", id="items"
        ),
        pytest.param({"$ref": "#/$defs/T~1x"}, "a?: string", id="a name with a slash"),
        pytest.param({"$ref": "#/$defs/B"}, "a?: { label: string }", id="by way of another"),
        pytest.param({"$ref": "#/$defs/L"}, "a?: any[]", id="a definition in itself"),
    ],
)
def test_a_reference_is_written_as_what_it_names(schema, written):
    definitions = {
        "A": ANSWER,
        "B": {"$ref": "#/$defs/A"},
        "T/x": TEXT,
        "L": {"type": "array", "items": {"$ref": "#/$defs/L"}},
    }

    lines = rendered({"properties": {"a": schema}, "$defs": definitions})

    assert lines == [f"type f = (_: {{ {written} }}) => any;"]


def test_what_stands_beside_a_reference_belongs_to_the_argument():
    schema = {"$ref": "#/$defs/T", "description": "A city"}

    lines = rendered({"properties": {"a": schema}, "$defs": {"T": TEXT}})

    assert lines[1:3] == ["// A city", "a?: string,"]


def test_references_that_multiply_are_not_followed_without_end():
    (line,) = rendered({"properties": {"a": {"$ref": "#/$defs/n0"}}, "$defs": CHAIN})

    assert line.count("any") < 2_000


def test_a_deep_schema_is_written_in_time_that_grows_with_its_depth():
    schema = TEXT
    for _ in range(60):
        schema = {"type": "object", "properties": {"b": schema}}

    (line,) = rendered({"properties": {"a": schema}})

    assert line.count("b?: ") == 60

from __future__ import annotations

import gzip
import json
import os
from pathlib import Path
from statistics import median

import pytest
from hypothesis import given
from hypothesis import strategies as st

from evalkit.cost import (
    Basis,
    calibrate,
    encoding_of,
    estimate_tokens,
    message_tokens,
    render_namespace,
    schema_tokens,
)
from evalkit.suite import Tool

CITY = {"type": "string", "description": "The name of the city, in English"}
WEATHER = Tool(
    name="get_weather",
    description="Return the current weather in one city.",
    parameters={"type": "object", "properties": {"city": CITY}, "required": ["city"]},
)
CLOCK = Tool(name="get_time", parameters={"type": "object", "properties": {}})
SEEN = "\n Note that the provided function is in Python 3 syntax."


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


def test_counts_are_corrected_by_what_was_reported():
    calibration = calibrate([(100, 110), (200, 220), (50, 55), (10, 12), (10, 11)])

    assert calibration.requests == 5
    assert calibration.factor == pytest.approx(1.1)
    assert calibration.error == pytest.approx(0)
    assert calibration.corrected(1000) == 1100


def test_a_few_reports_correct_nothing():
    assert calibrate([(100, 110)] * 4 + [(0, 5), (5, 0)]) is None


@pytest.fixture
def recorded():
    """Prompts, tools as the model saw them, and the count that it reported."""
    folder = os.environ.get("EVALKIT_TEST_DATA")
    if folder is None:
        pytest.skip("EVALKIT_TEST_DATA names no folder of recorded answers")

    def rows(model):
        data = Path(folder) / "bfcl"
        with gzip.open(data / f"outputs/{model}.jsonl.gz") as file:
            reported = {row["id"]: row["input_tokens"] for row in map(json.loads, file)}
        with gzip.open(data / "cases.jsonl.gz") as file:
            for case in map(json.loads, file):
                tools = list(map(as_seen, case["tools"], case["functions"]))
                yield case["messages"][0]["content"] + SEEN, tools, reported[case["id"]]

    return rows


def as_seen(tool, function):
    definition = tool["function"]
    mark_floats(definition["parameters"], function["parameters"])
    return Tool(
        name=definition["name"],
        description=definition["description"],
        parameters=definition["parameters"],
    )


def mark_floats(schema, original):
    for name, each in schema.get("properties", {}).items():
        source = original["properties"][name]
        if source["type"] == "float":
            each["format"] = "float"
            each["description"] = each.get("description", "") + " This is a float type value."
        elif source["type"] == "any":
            each["type"] = "string"
        if "properties" in each:
            mark_floats(each, source)


@pytest.mark.parametrize(
    ("model", "half", "nearly_all"),
    [
        pytest.param("gpt-4o-2024-08-06-FC", 0.015, 0.045, id="gpt-4o"),
        pytest.param("gpt-3.5-turbo-0125-FC", 0.035, 0.07, id="gpt-3.5"),
        pytest.param("claude-3-haiku-20240307-FC", 0.02, 0.045, id="claude-3-haiku"),
    ],
)
def test_estimates_are_close_to_what_providers_reported(recorded, model, half, nearly_all):
    errors = sorted(
        abs(message_tokens([said]) + schema_tokens(tools, model).total - reported) / reported
        for said, tools, reported in recorded(model)
    )

    assert median(errors) < half
    assert errors[int(0.95 * len(errors))] < nearly_all

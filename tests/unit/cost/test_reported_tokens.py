"""Counts held against what providers reported for requests that were recorded."""

from __future__ import annotations

import gzip
import json
import os
from pathlib import Path
from statistics import median

import pytest

from evalkit.cost import Basis, encoding_of, load_encoding, request_tokens, schema_tokens
from evalkit.providers import find_api, read_events
from evalkit.suite import Tool, read_tools
from evalkit.transcript import Prompt

SEEN = "\n Note that the provided function is in Python 3 syntax."
SENT = {
    "test-dbos-test-dbos-agent-with-hitl-tool-sync.0": 31 - 4,
    "test-dbos-test-mcp-tools-not-cached-when-disabled.0": 23,
    "test-openai-test-openai-instructions-with-tool-calls-keep-instructions.0": 24 - 4,
    "test-openai-test-openai-text-output-function.0": 17,
    "test-openai-test-run-stream-sync-streams-real-model.0": 22,
    "test-prefect-test-complex-agent-run-in-flow.0": 23,
    "test-temporal-test-complex-agent-run.0": 23,
    "test-temporal-test-temporal-agent-with-model-retry.0": 15,
    "test-temporal-test-temporal-agent-with-unserializable-deps-type.0": 13,
    "test-multimodal-tool-returns-test-mixed-content-ordering-openai-chat.0": 20,
    "test-tool-choice-matrix-test-tool-choice-matrix-auto-openai.0": 13,
    "test-tool-choice-matrix-test-tool-choice-matrix-required-openai.0": 13,
    "test-tool-choice-matrix-test-tool-choice-matrix-none-with-output-openai.0": 11,
}
"""What the messages of a recording take, four less where they bring a system message.

The recordings hold answers only; the questions stand in the tests that they were made by, in
pydantic/pydantic-ai under tests/models/cassettes and tests/cassettes.
"""


@pytest.fixture(scope="module")
def data():
    folder = os.environ.get("EVALKIT_TEST_DATA")
    if folder is None:
        pytest.skip("EVALKIT_TEST_DATA names no folder of recorded answers")
    return Path(folder)


def rows(path):
    with gzip.open(path) as file:
        yield from map(json.loads, file)


@pytest.fixture(scope="module")
def asked(data):
    """Question, tools as the models saw them, by id."""
    return {
        case["id"]: (
            [Prompt(role="user", text=case["messages"][0]["content"] + SEEN)],
            [*map(as_seen, case["tools"], case["functions"])],
        )
        for case in rows(data / "bfcl/cases.jsonl.gz")
    }


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
        mark_floats(each, source)
        mark_floats(each.get("items", {}), source.get("items", {}))


@pytest.fixture
def pairs(data, asked):
    """What we count and what a model reported, for each of its recorded requests."""

    def counted(recording, count):
        model = Path(recording).name.removesuffix("-FC")
        for row in rows(data / f"bfcl/{recording}.jsonl.gz"):
            said, tools = asked[row["id"]]
            yield request_tokens(said, tools, model, count), row["input_tokens"]

    return counted


@pytest.mark.parametrize(
    ("model", "exact", "worst"),
    [
        pytest.param("gpt-4o-2024-08-06", 1197, 1, id="gpt-4o"),
        pytest.param("gpt-3.5-turbo-0125", 1198, 0, id="gpt-3.5"),
    ],
)
def test_measured_families_are_counted_exactly(pairs, model, exact, worst):
    count = load_encoding(encoding_of(model))

    errors = [abs(ours - told) for ours, told in pairs(f"outputs/{model}-FC", count)]

    assert len(errors) == 1198
    assert sum(not error for error in errors) >= exact
    assert max(errors) <= worst


@pytest.mark.parametrize(
    ("model", "half", "nearly_all", "worst"),
    [
        pytest.param("claude-3-haiku-20240307", 0.009, 0.023, 0.04, id="claude-3-haiku"),
    ],
)
def test_claude_is_close_with_the_encoding(pairs, model, half, nearly_all, worst):
    count = load_encoding(encoding_of(model))

    errors = sorted(abs(ours - told) / told for ours, told in pairs(f"outputs/{model}-FC", count))

    assert median(errors) < half
    assert errors[int(0.95 * len(errors))] < nearly_all
    assert errors[-1] < worst


@pytest.mark.parametrize(
    ("model", "half", "nearly_all"),
    [
        pytest.param("gpt-4o-2024-08-06", 0.015, 0.045, id="gpt-4o"),
        pytest.param("gpt-3.5-turbo-0125", 0.035, 0.07, id="gpt-3.5"),
        pytest.param("claude-3-haiku-20240307", 0.02, 0.045, id="claude-3-haiku"),
    ],
)
def test_estimates_are_close_to_what_providers_reported(pairs, model, half, nearly_all):
    errors = sorted(abs(ours - told) / told for ours, told in pairs(f"outputs/{model}-FC", None))

    assert median(errors) < half
    assert errors[int(0.95 * len(errors))] < nearly_all


@pytest.fixture(scope="module")
def reported(data):
    """Model, tools and reported input of each chat request with tools, by id."""
    chat = find_api("openai-chat")
    found = {}
    for row in rows(data / "wire/openai-chat.jsonl.gz"):
        if row["id"] in SENT:
            body = row["body"] or chat.assemble(read_events(row["sse"]))
            usage = chat.decode(body).usage
            found[row["id"]] = (body["model"], read_tools(row["tools"]), usage.input)
    return found


@pytest.mark.parametrize("name", SENT, ids=lambda name: name.removeprefix("test-")[:60])
def test_tools_on_the_wire_take_what_was_reported(reported, name):
    model, tools, told = reported[name]
    counted = schema_tokens(tools, model, load_encoding(encoding_of(model)))

    error = counted.total + SENT[name] - told

    has_references = any("$ref" in json.dumps(tool.parameters) for tool in tools)
    is_settled = counted.basis is Basis.EXACT and not has_references
    assert abs(error) <= (0 if is_settled else 1)

"""Recorded answers of real providers, and texts of open models, read as `--jsonl` reads them."""

import gzip
import json
import os
from collections import Counter
from pathlib import Path

import pytest

from evalkit.triage import triage_rows

FOLDER = os.environ.get("EVALKIT_TEST_DATA")
pytestmark = pytest.mark.skipif(not FOLDER, reason="EVALKIT_TEST_DATA names no folder of data")

SNOWFLAKE = "an entry with neither id nor name nor arguments is no call"
NO_ID = "an empty id is no id"
NOVA = "nova_code_interpreter runs on the server: its call carries the type server_tool_use"
EXPLAINED = {
    "test-snowflake-test-snowflake-model-simple.0": SNOWFLAKE,
    "test-snowflake-test-snowflake-thinking.0": SNOWFLAKE,
    "test-snowflake-test-snowflake-thinking.1": SNOWFLAKE,
    "test-snowflake-test-snowflake-tool-calling.0": SNOWFLAKE,
    "test-snowflake-test-snowflake-tool-calling.1": SNOWFLAKE,
    "test-openai-test-compatible-api-with-tool-calls-without-id.0": NO_ID,
    "test-bedrock-test-bedrock-model-with-code-execution-tool.0": NOVA,
    "test-bedrock-test-bedrock-model-with-code-execution-tool.1": NOVA,
}
"""Rows whose expectation is not ours, and why."""


def rows(name):
    with gzip.open(Path(FOLDER or "", name), "rt", encoding="utf-8") as file:
        return [json.loads(line) for line in file]


def triaged(asked):
    return [json.loads(report.line) for report in triage_rows(map(json.dumps, asked))]


def is_equal(expected, got):
    calls = [(call["id"], call["name"], call.get("raw")) for call in expected["calls"]]
    inputs = [call["input"] for call in expected["calls"] if "input" in call]
    return (
        calls == [(call["id"], call["name"], call["raw"]) for call in got["calls"]]
        and inputs == [call["arguments"] for call in got["calls"]][: len(inputs)]
        and (expected["text"] or None) == got["text"]
        and expected["finish"] == got["finish"]
    )


@pytest.mark.parametrize("named", [True, False], ids=["API named", "API guessed"])
@pytest.mark.parametrize(
    "api", ["openai-chat", "anthropic", "openai-responses", "gemini", "bedrock-converse"]
)
def test_recorded_answers_are_read_to_the_letter(api, named):
    recorded = rows(f"wire/{api}.jsonl.gz")
    asked = [
        {key: value for key, value in row.items() if key != "api" or named} for row in recorded
    ]

    different = [
        row["id"]
        for row, got in zip(recorded, triaged(asked), strict=True)
        if "error" in got or not is_equal(row["expect"], got)
    ]

    assert [each for each in different if each not in EXPLAINED] == []


def test_recorded_answers_show_few_failures_and_none_that_is_a_guess():
    recorded = [row for path in sorted(Path(FOLDER, "wire").glob("*.gz")) for row in rows(path)]

    found = Counter(each["failure"] for got in triaged(recorded) for each in got["findings"])

    assert set(found) <= {"F9", "F10", "F12", "F13", "F25"}


def as_row(row):
    """Make a row for `--jsonl` of one of the other projects' test cases."""
    kept = {key: row[key] for key in ("id", "response", "chunks", "text") if key in row}
    format_ = row["format"].removesuffix("_textstream")
    if "response" not in row and not format_.endswith("_stream"):
        kept["format"] = format_
    return kept | ({"tools": row["tools"]} if row.get("tools") else {})


def is_contested(row):
    return any("agrees" not in str(verdict) for verdict in (row.get("crosscheck") or {}).values())


@pytest.mark.parametrize(
    ("name", "floor"),
    [
        pytest.param("native_full", 0.96, id="whole answers; three are of Cohere"),
        pytest.param("stream_native", 0.98, id="event streams"),
        pytest.param("stream_vllm_openai_deltas", 1.0, id="deltas of vLLM"),
        pytest.param("stream_text", 0.97, id="text in chunks"),
        pytest.param("text_bfcl", 1.0, id="BFCL"),
        pytest.param("text_langchain", 1.0, id="LangChain"),
        pytest.param("text_llamacpp", 0.99, id="llama.cpp"),
        pytest.param("text_localai", 1.0, id="LocalAI"),
        pytest.param("text_ollama", 0.99, id="Ollama"),
        pytest.param("text_sglang", 1.0, id="SGLang"),
        pytest.param("text_vllm", 0.93, id="vLLM; some rows lack the tools that decide types"),
    ],
)
def test_calls_of_open_models_are_read_as_their_own_servers_read_them(name, floor):
    cases = [
        row
        for row in rows(f"formats/{name}.jsonl.gz")
        if not row.get("malformed") and not is_contested(row)
    ]

    equal = sum(
        [(call["name"], call["arguments"]) for call in row["expected_calls"]]
        == [(call["name"], call["arguments"]) for call in got.get("calls", [])]
        and "error" not in got
        for row, got in zip(cases, triaged(map(as_row, cases)), strict=True)
    )

    assert equal / len(cases) >= floor

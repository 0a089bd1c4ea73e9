"""Agreement with what other parsers' own tests expect of the same texts.

The examples stay outside: they are read from the folder that EVALKIT_TEST_DATA names.
"""

import collections
import json
import re

import pytest

from evalkit.parse import parse_arguments, parse_text
from evalkit.transcript import Defect

LISTED = [
    *("hermes", "qwen3_coder", "llama3_json", "llama4_pythonic", "pythonic", "mistral"),
    *("deepseek_v3", "deepseek_v31", "deepseek_v32", "glm45", "kimi_k2", "minimax_m2", "granite3"),
    *("phi4_mini", "xlam", "internlm2", "jamba", "olmo3", "cohere_command", "functiongemma"),
    *("harmony", "functionary_v31", "react", "json_object_tool", "json_array_tool"),
    "bfcl_pythonic",
]

NOT_OURS = {
    "vllm-hermes-test-parse-named-tool-choice-with-reasoning": "the name is not in the text",
    "ollama-cohere_command-testcohereparsemalformedactions": "a broken call is kept, not dropped",
    "vllm-minimax_m2-test-mixed-tool-names-only-return-valid": "a tool nobody offered is kept",
    "vllm-minimax_m2-test-invalid-tool-name": "a tool nobody offered is kept",
    "vllm-deepseek_v4-test-orphan-invoke-inside-reasoning": "nothing says that this is reasoning",
}
"""Examples in which evalkit decides otherwise, by the beginning of their ids."""

NAMED = {
    r"trailing comma": Defect.TRAILING_COMMA,
    r"should remove .*comments|line_comment|test_parse_comment": Defect.COMMENT,
    r"should replace single quotes": Defect.SINGLE_QUOTES,
    r"unescaped control": Defect.UNESCAPED_CONTROL,
    r"Python constants": Defect.PYTHON_LITERAL,
    r"should repair truncated JSON": Defect.TRUNCATED,
    r"markdown fenced": Defect.CODE_FENCE,
    r"should concatenate strings": Defect.EXPRESSION,
    r"should repair escaped string contents": Defect.DOUBLE_ENCODED,
}
"""What the name of a test says about its string."""

ELSEWHERE = {"[2.]", '"hello +\n " world"'}
"""Strings whose defect is another one than their test's name says: nothing there is cut off."""


def is_clear(row):
    """Tell whether the row is well-formed, complete, and read alike by other parsers."""
    lost_schema = not row["tools"] and re.search("oerc", row["source"].get("test", ""))
    is_contested = "differs" in json.dumps(row.get("crosscheck"))
    is_ours = not any(row["id"].startswith(beginning) for beginning in NOT_OURS)
    return not (row["malformed"] or is_contested or lost_schema) and is_ours


@pytest.fixture(scope="session")
def readings(rows, tools_of):
    """Read every clear example; by format, whether its calls are as expected."""
    found = collections.defaultdict(list)
    for row in filter(is_clear, rows("text_*.jsonl.gz")):
        expected = [(call["name"], call["arguments"]) for call in row["expected_calls"]]
        parsed = parse_text(row["text"], row["format"], tools_of(row))
        actual = [(call.name, call.arguments) for call in parsed.calls]
        found[row["format"]].append((expected, actual, row["id"]))
    return found


@pytest.mark.parametrize("format_", LISTED)
def test_the_calls_of_a_format_are_those_that_its_own_parsers_find(readings, format_):
    examples = readings[format_]

    wrong = [id_ for expected, actual, id_ in examples if expected != actual]

    assert len(examples) > 0
    assert len(wrong) <= 0.03 * len(examples), wrong


def test_all_formats_together_are_read_as_expected(readings):
    examples = [example for of_format in readings.values() for example in of_format]

    right = sum(expected == actual for expected, actual, _ in examples)

    assert right >= 0.97 * len(examples)


def test_no_call_is_invented(readings):
    examples = [example for of_format in readings.values() for example in of_format]

    assert [id_ for expected, actual, id_ in examples if actual and not expected] == []


def test_malformed_examples_never_raise(rows, tools_of):
    for row in rows("text_*.jsonl.gz"):
        parse_text(row["text"], row["format"], tools_of(row))


def test_auto_finds_nearly_all_calls_without_being_told_the_format(rows, tools_of):
    clear = [*filter(is_clear, rows("text_*.jsonl.gz"))]

    right = sum(
        [
            (call.name, call.arguments)
            for call in parse_text(row["text"], "auto", tools_of(row)).calls
        ]
        == [(call["name"], call["arguments"]) for call in row["expected_calls"]]
        for row in clear
    )

    assert right >= 0.96 * len(clear)


def test_a_string_is_flagged_exactly_when_it_is_no_object(rows):
    strings = [row["text"] for row in rows("json_malformed.jsonl.gz") if row["text"].strip()]

    wrong = [raw for raw in strings if (parse_arguments(raw).value is None) is is_object(raw)]

    assert wrong == []


def test_a_defect_that_the_test_of_a_string_names_is_found(rows):
    missed = [
        (row["text"], str(defect))
        for row in rows("json_malformed.jsonl.gz")
        for pattern, defect in NAMED.items()
        if not row["strict_ok"]
        and row["text"] not in ELSEWHERE
        and any(re.search(pattern, ref["source"]["test"]) for ref in row["references"])
        and defect not in parse_arguments(row["text"]).defects
    ]

    assert missed == []


def is_object(raw):
    def refuse(constant):
        raise ValueError(constant)

    try:
        return isinstance(json.loads(raw, parse_constant=refuse), dict)
    except (ValueError, RecursionError):
        return False

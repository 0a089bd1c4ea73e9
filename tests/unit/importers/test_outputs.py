from __future__ import annotations

import gzip
import json
from contextlib import suppress
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from evalkit.errors import InvalidRunFile, UsageError
from evalkit.importers import read_outputs, transcripts_of
from evalkit.suite import Case, Expectation, Settings, Suite, Tool
from evalkit.transcript import Defect, Exchange, Prompt, Stop, ToolCall, Usage

HELLO = (Prompt(role="user", text="hello"),)


def case(name):
    return Case(
        suite="shop",
        id=name,
        where="shop.yaml:3:5",
        given=HELLO,
        expect=Expectation(no_call=True),
        settings=Settings(),
        simulate={},
    )


SUITE = Suite(
    name="shop",
    file=Path("shop.yaml"),
    cases=(case("greeting"), case("refund")),
    settings=Settings(),
)


def read(*rows):
    return list(transcripts_of(map(json.dumps, rows), SUITE, "gpt.jsonl"))


def problems_of(*rows):
    with pytest.raises(InvalidRunFile) as raised:
        list(transcripts_of(rows, SUITE, "out.jsonl"))
    return [(problem.where, problem.what, problem.hint) for problem in raised.value.problems]


def test_a_row_of_text_becomes_an_answer():
    (transcript,) = read({"case": "greeting", "calls": None, "text": "Hello!"})

    assert (transcript.suite, transcript.case, transcript.given) == ("shop", "greeting", HELLO)
    assert (transcript.provider, transcript.model) == ("gpt", "gpt")
    assert [turn.text for turn in transcript.turns] == ["Hello!"]


def test_a_call_keeps_what_the_model_wrote():
    (transcript,) = read({"case": "refund", "calls": [{"name": "f", "raw": "{'a': 1}"}]})

    assert transcript.calls == (
        ToolCall(
            id="evalkit-call-0",
            name="f",
            raw="{'a': 1}",
            arguments=None,
            defects=(Defect.SINGLE_QUOTES,),
        ),
    )


def test_arguments_that_came_parsed_have_no_raw_string():
    (transcript,) = read({"case": "refund", "calls": [{"name": "f", "raw": {"a": 1}}]})

    assert [(call.raw, call.arguments) for call in transcript.calls] == [(None, {"a": 1})]


def test_what_a_row_says_of_usage_model_and_time_is_kept():
    (transcript,) = read(
        {
            "case": "greeting",
            "text": "Hi",
            "usage": {"input": 12, "output": 3, "reasoning": None},
            "provider": "local",
            "model": "llama",
            "latency_s": 1.5,
        }
    )

    assert transcript.turns[0].usage == Usage(input=12, output=3)
    assert (transcript.provider, transcript.model) == ("local", "llama")
    assert transcript.exchanges == (Exchange(latency_s=1.5),)


def test_further_answers_to_a_case_are_its_trials():
    rows = [{"case": name, "text": "Hi"} for name in ("greeting", "greeting", "refund")]
    other = {"case": "greeting", "text": "Hi", "provider": "claude"}

    assert [transcript.trial for transcript in read(*rows, other)] == [0, 1, 0, 0]


def test_a_body_is_decoded_by_its_protocol():
    message = {
        "role": "assistant",
        "content": None,
        "tool_calls": [
            {"id": "c1", "type": "function", "function": {"name": "f", "arguments": '{"a": 1}'}}
        ],
    }
    body = {"model": "gpt-5.4", "choices": [{"message": message, "finish_reason": "tool_calls"}]}

    (transcript,) = read({"case": "refund", "api": "openai-chat", "body": body})

    assert [(call.id, call.arguments) for call in transcript.calls] == [("c1", {"a": 1})]
    assert transcript.model == "gpt-5.4"


def test_a_body_is_read_as_in_a_run():
    tool = Tool(name="shop.find", description="", parameters={"type": "object"})
    suite = replace(SUITE, cases=(replace(case("greeting"), tools=(tool,)),))
    written = {"content": '<tool_call>{"name": "shop.find", "arguments": {}}</tool_call>'}
    named = {"function": {"name": "shop_find", "arguments": "{}"}, "id": "1", "type": "function"}

    transcripts = transcripts_of(
        (
            json.dumps({"case": "greeting", "api": "openai-chat", "body": body})
            for message in (written, {"tool_calls": [named]})
            for body in [{"choices": [{"message": message, "finish_reason": "stop"}]}]
        ),
        suite,
        "gpt.jsonl",
    )

    (in_text,), (native,) = [transcript.calls for transcript in transcripts]
    assert (in_text.name, in_text.defects) == ("shop.find", (Defect.TEXT_CALL,))
    assert (native.name, native.defects) == ("shop.find", ())


def test_a_body_against_its_protocol_is_the_providers_trouble():
    (transcript,) = read({"case": "refund", "api": "openai-chat", "body": {}})

    assert (transcript.stop, transcript.turns) == (Stop.PROVIDER_ERROR, ())
    assert transcript.trouble.error == "UndecodableReply"


@pytest.mark.parametrize(
    ("row", "what", "hint"),
    [
        pytest.param("[]", "not a JSON object", "write one JSON object on each line", id="list"),
        pytest.param(
            '{"case": "greting", "text": ""}',
            "the suite 'shop' has no case 'greting'",
            "did you mean 'greeting'?",
            id="unknown case",
        ),
        pytest.param(
            "{}",
            "'case' is missing or no text",
            "name a case of the suite by its id",
            id="no case",
        ),
        pytest.param(
            '{"case": "refund"}',
            "no answer",
            "give 'calls' and 'text', or 'api' and 'body'",
            id="no answer",
        ),
        pytest.param(
            '{"case": "refund", "calls": {}, "text": 5}', "'text' is no text", None, id="text"
        ),
        pytest.param('{"case": "refund", "calls": "f()"}', "'calls' is no list", None, id="calls"),
        pytest.param(
            '{"case": "refund", "calls": ["f"]}',
            "calls[0] has no 'name'",
            'write {"name": ..., "raw": "{...}"}',
            id="no name",
        ),
        pytest.param(
            '{"case": "refund", "calls": [{"name": "f"}]}',
            "calls[0] has no 'raw'",
            "give the arguments as the model wrote them",
            id="no raw",
        ),
        pytest.param(
            '{"case": "refund", "text": "", "usage": 5}',
            "'usage' is no object",
            'write {"input": 120, "output": 15}',
            id="usage",
        ),
        pytest.param(
            '{"case": "refund", "text": "", "usage": {"input": true}}',
            "usage.input is no whole number",
            None,
            id="count",
        ),
        pytest.param(
            '{"case": "refund", "text": "", "usage": {"inputs": 5}}',
            "unknown key 'usage.inputs'",
            "did you mean 'input'?",
            id="unknown count",
        ),
        pytest.param(
            '{"case": "refund", "text": "", "latency_s": "1"}',
            "'latency_s' is no number",
            None,
            id="latency",
        ),
        pytest.param(
            '{"case": "refund", "api": "openai", "body": {}}',
            "unknown API 'openai'",
            "did you mean 'openai-chat'?",
            id="unknown protocol",
        ),
        pytest.param(
            '{"case": "refund", "api": "openai-chat", "body": "x"}',
            "'body' is no object",
            None,
            id="body",
        ),
    ],
)
def test_a_bad_row_is_told_at_its_line(row, what, hint):
    assert problems_of("", row) == [("out.jsonl:2:1", what, hint)]


def test_all_bad_rows_are_told_after_the_good_ones():
    rows = ["{", '{"case": "greeting", "text": "Hi"}', "5"]
    seen = []

    with pytest.raises(InvalidRunFile) as raised:
        seen.extend(transcripts_of(rows, SUITE, "out.jsonl"))

    assert len(seen) == 1
    assert [problem.where for problem in raised.value.problems] == [
        "out.jsonl:1:1",
        "out.jsonl:3:1",
    ]


def test_a_file_of_nothing_but_mistakes_is_not_read_to_its_end():
    assert len(problems_of(*["{"] * 1000)) == 20


@given(st.binary(max_size=60) | st.text(max_size=60))
def test_no_row_raises_anything_but_a_complaint(row):
    with suppress(InvalidRunFile):
        list(transcripts_of([row], SUITE, "out.jsonl"))


KEYS = st.sampled_from(["calls", "text", "usage", "provider", "model", "latency_s", "api", "body"])
VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=4),
    lambda inner: (
        st.lists(inner, max_size=2)
        | st.dictionaries(st.sampled_from(["name", "raw", "input"]), inner, max_size=2)
    ),
    max_leaves=6,
)


@given(st.dictionaries(KEYS, VALUES))
def test_no_value_in_a_row_raises_anything_but_a_complaint(entry):
    row = json.dumps({"case": "greeting"} | entry)

    with suppress(InvalidRunFile):
        (transcript,) = transcripts_of([row], SUITE, "out.jsonl")
        assert transcript.case == "greeting"


def test_deep_nesting_is_a_complaint_too():
    row = '{"case": ' + "[" * 100_000

    ((where, what, _),) = problems_of(row)

    assert (where, what[:17]) == ("out.jsonl:1:1", "not a JSON object")


@pytest.mark.parametrize(
    ("name", "write"),
    [("gpt.jsonl", open), ("gpt.jsonl.gz", gzip.open)],
    ids=["plain", "packed"],
)
def test_a_file_is_read_plain_or_packed(tmp_path, name, write):
    with write(tmp_path / name, "wt", encoding="utf-8") as file:
        file.write('{"case": "greeting", "text": "Hëllo"}\n\n{"case": "refund", "text": "Hi"}')

    transcripts = list(read_outputs(tmp_path / name, SUITE))

    assert [(t.provider, t.turns[0].text) for t in transcripts] == [("gpt", "Hëllo"), ("gpt", "Hi")]


def test_a_file_that_is_not_there_is_said_to_be_so(tmp_path):
    path = tmp_path / "none.jsonl"

    with pytest.raises(UsageError) as raised:
        list(read_outputs(path, SUITE))

    assert raised.value.what == f"cannot read {path}: No such file or directory"


def test_a_file_that_is_not_packed_after_all_is_said_to_be_so(tmp_path):
    path = tmp_path / "out.jsonl.gz"
    path.write_text("{}", encoding="utf-8")

    with pytest.raises(UsageError) as raised:
        list(read_outputs(path, SUITE))

    assert raised.value.what.startswith(f"cannot read {path}: Not a gzipped file")

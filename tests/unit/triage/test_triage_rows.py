"""Rows of JSON Lines: one line out for each row in, whatever is in it."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from evalkit.triage import Hints, read_offer, triage_rows

NO_USAGE = dict.fromkeys(("input", "output", "cache_read", "cache_write", "reasoning"))
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
    max_leaves=12,
)
ROW_KEYS = st.sampled_from(
    ["id", "api", "body", "sse", "text", "tools", "format", "chunks", "response"]
)


def triaged(*rows, hints=None):
    reports = triage_rows(map(json.dumps, rows), hints or Hints())
    return [json.loads(report.line) for report in reports]


def test_a_row_tells_calls_text_finish_usage_and_findings(chat, weather):
    body = chat(("get_weather", '{"city": 1}'), text="One moment.")
    body["usage"] = {"prompt_tokens": 7, "completion_tokens": 5}

    (record,) = triaged({"id": "a", "body": body, "tools": [weather]})

    (finding,) = record.pop("findings")
    assert record == {
        "id": "a",
        "calls": [
            {
                "id": "call_1",
                "name": "get_weather",
                "raw": '{"city": 1}',
                "arguments": {"city": 1},
                "defects": [],
            }
        ],
        "text": "One moment.",
        "finish": "tool_calls",
        "usage": NO_USAGE | {"input": 7, "output": 5},
    }
    assert (finding["failure"], finding["meaning"], finding["call"], finding["why"]) == (
        "F9",
        "schema violation",
        0,
        'get_weather: $.city: 1 is not of type "string"',
    )


def test_an_id_that_the_wire_does_not_have_is_null(chat):
    (record,) = triaged({"id": 1, "body": chat(("a", "{}"), ids=False)})

    assert [call["id"] for call in record["calls"]] == [None]


def test_arguments_that_came_as_an_object_have_no_raw_string():
    block = {"type": "tool_use", "id": "t1", "name": "a", "input": {"n": 1}}
    body = {"type": "message", "content": [block], "stop_reason": "tool_use"}

    (record,) = triaged({"id": 1, "body": body})

    assert [(call["raw"], call["arguments"]) for call in record["calls"]] == [(None, {"n": 1})]


def test_a_stream_of_anthropic_shows_the_raw_string():
    events = [
        {"type": "message_start", "message": {"id": "m", "content": []}},
        {
            "type": "content_block_start",
            "index": 0,
            "content_block": {"type": "tool_use", "id": "t1", "name": "a", "input": {}},
        },
        {
            "type": "content_block_delta",
            "index": 0,
            "delta": {"type": "input_json_delta", "partial_json": '{"n": 1,}'},
        },
        {"type": "message_delta", "delta": {"stop_reason": "tool_use"}},
    ]
    sse = "".join(f"event: {event['type']}\ndata: {json.dumps(event)}\n\n" for event in events)

    (record,) = triaged({"id": 1, "sse": sse})

    assert record["calls"] == [
        {
            "id": "t1",
            "name": "a",
            "raw": '{"n": 1,}',
            "arguments": None,
            "defects": ["trailing_comma"],
        }
    ]


def test_text_without_words_is_null(chat):
    (record,) = triaged({"id": 1, "body": chat(finish="stop", text="")})

    assert record["text"] is None


def test_text_is_read_in_the_format_that_the_row_names():
    text = "<function=find>\n<parameter=n>\n1\n</parameter>\n</function>"
    tool = {"name": "find", "parameters": {"properties": {"n": {"type": "integer"}}}}

    (record,) = triaged({"id": 1, "text": text, "format": "qwen3_coder", "tools": [tool]})

    assert [(call["name"], call["arguments"]) for call in record["calls"]] == [("find", {"n": 1})]
    assert record["findings"] == []


def test_the_tools_of_the_command_line_serve_rows_that_have_none(chat, weather):
    hints = Hints(offer=read_offer([weather]))
    body = chat(("find", "{}"))

    own, common = triaged(
        {"id": 1, "body": body, "tools": [{"name": "find"}]}, {"id": 2, "body": body}, hints=hints
    )

    assert [own["findings"], [each["failure"] for each in common["findings"]]] == [[], ["F10"]]


@pytest.mark.parametrize(
    ("row", "error"),
    [
        pytest.param("{", "the row is not JSON: ", id="no JSON"),
        pytest.param("5", "the row is no JSON object", id="no object"),
        pytest.param("{}", "the row has neither 'body' nor 'sse' nor 'text'", id="no content"),
        pytest.param('{"body": 5}', "'body' is not what it should be", id="body of no kind"),
        pytest.param('{"api": 5, "text": ""}', "'api' is no text", id="api of no kind"),
        pytest.param('{"api": "x", "body": {}}', "unknown API 'x'", id="unknown API"),
        pytest.param('{"format": "x", "text": ""}', "unknown text format 'x'", id="unknown format"),
        pytest.param('{"body": {"a": 1}}', "no API is known by these fields: a", id="no answer"),
        pytest.param(
            '{"body": {"error": {"message": "overloaded"}}}',
            "no answer of a model: the provider reported an error",
            id="provider's trouble",
        ),
    ],
)
def test_a_bad_row_gives_an_error_and_does_not_stop_the_rest(row, error):
    bad, good = (json.loads(each.line) for each in triage_rows([row, '{"text": "hi"}']))

    assert bad["error"].startswith(error)
    assert bad["line"] == 1
    assert good["text"] == "hi"


def test_blank_lines_are_passed_over():
    assert list(triage_rows(["\n", "  "])) == []


@given(st.dictionaries(ROW_KEYS, JSON) | JSON)
def test_whatever_a_row_holds_it_gives_one_line_of_json(row):
    (report,) = triage_rows([json.dumps(row)])

    assert isinstance(json.loads(report.line), dict)
    assert "\n" not in report.line


@given(st.text() | st.binary())
def test_no_text_as_a_row_raises(row):
    for report in triage_rows([row]):
        assert not report.is_read or json.loads(report.line)["findings"] is not None

from __future__ import annotations

import csv
import json
from io import StringIO
from xml.etree import ElementTree as ET

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec.structs import replace
from shop_run import HOSTILE, hostile_run, shop_run

from evalkit.errors import UnknownName
from evalkit.report import FORMATS, render, render_csv, render_json, render_junit
from evalkit.report._overview import facts, overview
from evalkit.results import Status

ANY_TEXT = st.text(st.characters(exclude_categories=[]))


def test_junit_counts_failures_and_errors_apart():
    root = ET.fromstring(render_junit(shop_run()))

    assert {name: root.get(name) for name in ("tests", "failures", "errors", "skipped")} == {
        "tests": "90",
        "failures": "13",
        "errors": "1",
        "skipped": "0",
    }
    assert [suite.get("name") for suite in root][:3] == [
        "greetings [careful]",
        "greetings [careful-anthropic]",
        "greetings [hasty]",
    ]
    assert len(root.findall(".//failure")) == 13


def test_a_junit_failure_says_kind_reason_call_and_how_to_run_it_again():
    root = ET.fromstring(render_junit(shop_run()))

    (case,) = root.findall(".//testcase[@name='lower-case-id[hasty]']")
    (failure,) = case

    assert case.attrib == {
        "classname": "refunds.hasty",
        "name": "lower-case-id[hasty]",
        "file": "suites/refunds.yaml",
        "time": "1.300",
    }
    assert failure.attrib == {
        "type": "wrong_argument",
        "message": "get_order $.order_id: expected 'A8472', got '8472'",
    }
    assert failure.text.splitlines()[1:] == [
        "case at: suites/refunds.yaml:70:5",
        'called get_order({"order_id": "8472"})',
        "run again: evalkit run suites/refunds.yaml --case lower-case-id --provider hasty",
    ]


def test_trouble_is_a_junit_error_with_its_hint():
    root = ET.fromstring(render_junit(shop_run()))

    (error,) = root.findall(".//error")

    assert error.get("type") == "CassetteMiss"
    assert "hint: evalkit run suites/weather.yaml --record missing" in error.text


def test_a_skipped_case_says_why_and_a_second_trial_has_a_name_of_its_own():
    record = shop_run()
    first = record.results[0]
    skipped = replace(first, status=Status.SKIPPED, skip_reason="needs a key")

    root = ET.fromstring(render_junit(replace(record, results=(skipped, replace(first, trial=1)))))

    one, other = root.findall(".//testcase")
    assert one.find("skipped").get("message") == "needs a key"
    assert other.get("name") == "hello[careful-trial2]"


@pytest.mark.parametrize(
    ("started", "finished", "took"),
    [
        pytest.param("2026-11-20T17:45:00Z", "2026-11-20T17:45:02Z", "2.00 s", id="two seconds"),
        pytest.param("2026-11-20T17:45:00Z", None, "not finished", id="interrupted"),
        pytest.param("yesterday", "today", None, id="no time at all"),
        pytest.param("2026-11-20T17:45:00", "2026-11-20T17:45:02Z", None, id="no time zone"),
    ],
)
def test_how_long_a_run_took_is_said_where_it_is_known(started, finished, took):
    record = shop_run()
    header = replace(record.header, started_at=started)

    known = dict(facts(overview(replace(record, header=header, finished_at=finished))))

    assert known.get("Took") == took


@given(ANY_TEXT)
@settings(max_examples=40)
def test_junit_is_well_formed_whatever_was_written(text):
    written = render_junit(hostile_run(text))

    root = ET.fromstring(written)
    assert len(root.findall(".//testcase")) == 2
    assert all(c in "\t\n\r" or " " <= c <= "\ud7ff" or c >= "\ue000" for c in written)


def test_csv_has_a_row_for_each_conversation():
    rows = list(csv.DictReader(StringIO(render_csv(shop_run()))))

    assert len(rows) == 90
    (row,) = [r for r in rows if (r["case"], r["provider"]) == ("lower-case-id", "hasty")]
    assert (row["status"], row["kinds"], row["calls"], row["simulated"]) == (
        "failed",
        "wrong_argument",
        "1",
        "true",
    )
    assert row["reason"] == "get_order $.order_id: expected 'A8472', got '8472'"


def test_an_unknown_cost_is_an_empty_cell():
    rows = list(csv.DictReader(StringIO(render_csv(shop_run()))))

    assert {row["cost_usd"] for row in rows if row["provider"] == "careful-anthropic"} == {""}


@pytest.mark.parametrize("start", ["=", "+", "-", "@"])
def test_no_cell_is_a_formula(start):
    rows = list(csv.reader(StringIO(render_csv(hostile_run(f"{start}HYPERLINK(1)")))))

    cells = [cell for row in rows for cell in row]
    assert [cell for cell in cells if cell.startswith(start)] == []
    assert f"'{start}HYPERLINK(1)" in cells


def test_json_holds_the_verdict_the_measures_and_what_failed():
    summary = json.loads(render_json(shop_run()))

    assert summary["verdict"].startswith("careful passes 30 of 30")
    assert [provider["errored"] for provider in summary["providers"]] == [0, 1, 0]
    assert summary["providers"][1]["malformed_json"]["total"] == 0
    assert summary["providers"][1]["cost"]["per_1000_usd"] is None
    assert summary["providers"][2]["kinds"]["malformed_json"] == 2
    assert [pair["cases"] for pair in summary["comparisons"]] == [29, 30, 29]
    assert summary["ranks"][2] == {"provider": "hasty", "best": 3, "worst": 3, "tied": []}
    assert summary["pareto_front"][1] == {
        "provider": "careful-anthropic",
        "accuracy": 1.0,
        "usd_per_1000": None,
        "standing": "unknown",
        "beaten_by": [],
    }
    assert len(summary["failed"]) == 13
    assert summary["errored"][0]["hint"] == "evalkit run suites/weather.yaml --record missing"


@pytest.mark.parametrize("report_format", FORMATS)
@pytest.mark.parametrize("text", HOSTILE.values(), ids=HOSTILE)
def test_every_format_takes_hostile_text_and_can_be_encoded(report_format, text):
    render(hostile_run(text), report_format).encode("utf-8")


def test_an_unknown_format_is_named_with_the_nearest():
    with pytest.raises(UnknownName) as caught:
        render(shop_run(), "markdwon")

    assert str(caught.value) == "unknown report format 'markdwon'\n  hint: did you mean 'markdown'?"

"""Real answers of models, whose verdicts by BFCL are known."""

from __future__ import annotations

import gzip
import json
import os
from pathlib import Path

import pytest

from evalkit.grade import grade
from evalkit.importers import import_bfcl, transcripts_of
from evalkit.suite import load_suite

FOLDER = os.environ.get("EVALKIT_TEST_DATA")
pytestmark = pytest.mark.skipif(FOLDER is None, reason="EVALKIT_TEST_DATA names no folder of data")


def rows_of(path):
    with gzip.open(path, "rt", encoding="utf-8") as file:
        return [json.loads(line) for line in file]


def output(row):
    calls = row["calls"] and [
        {"name": call["name"], "raw": call["arguments_raw"]} for call in row["calls"]
    ]
    return json.dumps({"case": row["id"], "calls": calls, "text": row["text"]})


@pytest.fixture(scope="module")
def recordings():
    paths = sorted((Path(FOLDER) / "bfcl").glob("outputs*/*.jsonl.gz"))
    found = {f"{path.parent.name}/{path.name}": rows_of(path) for path in paths}
    return {name: rows for name, rows in found.items() if any(row["calls"] for row in rows)}


@pytest.fixture(scope="module")
def graded(recordings, tmp_path_factory):
    def verdicts(*, native):
        path = tmp_path_factory.mktemp("bfcl") / "suite.yaml"
        questions = Path(FOLDER) / "bfcl" / "cases.jsonl.gz"
        path.write_text(import_bfcl(questions, native=native), encoding="utf-8")
        suite = load_suite(path)
        cases = {case.id: case for case in suite.cases}
        return [
            (row, grade(cases[transcript.case], transcript))
            for name, rows in recordings.items()
            for row, transcript in zip(
                rows, transcripts_of(map(output, rows), suite, name), strict=True
            )
        ]

    return verdicts


def test_bfcls_verdict_is_ours_on_every_native_answer(graded):
    results = graded(native=False)

    differing = [
        (row["id"], row["bfcl_error_type"], result.verdicts)
        for row, result in results
        if (result.status == "passed") != row["bfcl_valid"]
    ]

    assert len(results) > 10_000
    assert differing == []


def test_bfcls_own_name_of_a_mistake_is_in_its_reason(graded):
    differing = [
        (row["id"], row["bfcl_error_type"], result.failures[0].reason)
        for row, result in graded(native=False)
        if result.failures and f"({row['bfcl_error_type']})" not in result.failures[0].reason
    ]

    assert differing == []


def test_native_rules_fail_no_right_answer_but_for_needless_calls(graded):
    stricter = [
        row["id"]
        for row, result in graded(native=True)
        if result.status == "failed" and row["bfcl_valid"] and not row["id"].startswith("irr")
    ]

    assert stricter == ["multiple_172"]

"""Two recordings of real models, compared; the figures are held against a computation by scipy."""

from __future__ import annotations

import gzip
import json
import os
from pathlib import Path

import pytest
from scipy.stats import binomtest

from evalkit.baseline import Change, compare_runs, scan_run
from evalkit.grade import grade
from evalkit.importers import import_bfcl, transcripts_of
from evalkit.runfile import RunHeader, RunProvider, RunWriter
from evalkit.suite import load_suite

FOLDER = os.environ.get("EVALKIT_TEST_DATA")
pytestmark = pytest.mark.skipif(FOLDER is None, reason="EVALKIT_TEST_DATA names no folder of data")
CHANGED = {
    "parallel_multiple_53",
    "parallel_multiple_86",
    "parallel_multiple_113",
    "irrelevance_80",
}
"""Cases that were not asked alike in both recordings."""


def rows_of(recording, model):
    with gzip.open(Path(FOLDER) / "bfcl" / recording / f"{model}.jsonl.gz", "rt") as file:
        rows = [json.loads(line) for line in file]
    return {row["id"]: row for row in rows if row["id"] not in CHANGED}


def output(row):
    calls = row["calls"] and [
        {"name": call["name"], "raw": call["arguments_raw"]} for call in row["calls"]
    ]
    return json.dumps({"case": row["id"], "calls": calls, "text": row["text"]})


@pytest.fixture(scope="module")
def suite(tmp_path_factory):
    path = tmp_path_factory.mktemp("bfcl") / "suite.yaml"
    path.write_text(import_bfcl(Path(FOLDER) / "bfcl/cases.jsonl.gz", native=False))
    return load_suite(path)


@pytest.fixture
def run_of(suite, tmp_path):
    cases = {case.id: case for case in suite.cases}

    def run(name, model, rows):
        header = RunHeader(
            id=name,
            started_at="2024-08-11T00:00:00Z",
            evalkit_version="1",
            mode="none",
            command="",
            suites=(),
            providers=(RunProvider(name=model, api="", model=model),),
        )
        with RunWriter(tmp_path / f"{name}.jsonl", header) as writer:
            for transcript in transcripts_of(map(output, rows.values()), suite, name):
                writer.add(grade(cases[transcript.case], transcript))
        return scan_run(writer.path)

    return run


@pytest.mark.parametrize(
    ("model", "broken", "fixed"),
    [
        pytest.param("claude-3-haiku-20240307-FC", 21, 21, id="claude"),
        pytest.param("gpt-3.5-turbo-0125-FC", 24, 177, id="gpt"),
        pytest.param("mistral-small-2402-FC-Auto", 28, 592, id="mistral"),
    ],
)
def test_what_broke_between_two_recordings_agrees_with_scipy(run_of, model, broken, fixed):
    before, after = rows_of("outputs_2024-07-25", model), rows_of("outputs", model)
    sides = [(row["bfcl_valid"], after[case]["bfcl_valid"]) for case, row in before.items()]
    expected = binomtest(sides.count((True, False)), broken + fixed).pvalue

    comparison = compare_runs(run_of("before", model, before), run_of("after", model, after))

    (compared,) = comparison.providers
    assert (compared.counts[Change.BROKEN], compared.counts[Change.FIXED]) == (broken, fixed)
    assert (sides.count((True, False)), sides.count((False, True))) == (broken, fixed)
    assert compared.difference.cases == 1194
    assert compared.p_adjusted == pytest.approx(expected, rel=1e-9)

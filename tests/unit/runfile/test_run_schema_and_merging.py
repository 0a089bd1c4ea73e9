from __future__ import annotations

import json
import sys
from pathlib import Path

import pytest
from jsonschema_rs import validator_for
from msgspec.structs import replace

from evalkit.runfile import RunWriter, merge_runs, run_schema

sys.path.insert(0, str(Path(__file__).parents[1] / "report"))
from shop_run import shop_run

SCHEMA = validator_for(run_schema())
PUBLISHED = Path(__file__).parents[3] / "docs" / "run.schema.json"


def test_every_line_of_a_run_file_is_what_the_schema_says(tmp_path):
    record = shop_run()
    with RunWriter(tmp_path / "run.jsonl", record.header) as writer:
        for result in record.results:
            writer.add(result)
        writer.finish("2026-11-20T17:45:02Z")

    lines = [json.loads(line) for line in (tmp_path / "run.jsonl").read_text().splitlines()]

    assert len(lines) == 92
    assert [line for line in lines if not SCHEMA.is_valid(line)] == []


@pytest.mark.parametrize(
    "line",
    [
        pytest.param({"result": {"suite": "s"}}, id="a result without its fields"),
        pytest.param({"evalkit": 2, "run": {}}, id="another format"),
        pytest.param({"end": {}}, id="an end without its time"),
    ],
)
def test_what_is_no_line_of_a_run_file_is_refused(line):
    assert not SCHEMA.is_valid(line)


def test_the_published_schema_is_that_of_the_code():
    assert json.loads(PUBLISHED.read_text()) == run_schema()


def test_runs_are_merged_and_the_later_result_counts():
    record = shop_run()
    careful = [r for r in record.results if r.provider == "careful"]
    hasty = [r for r in record.results if r.provider == "hasty"]
    anew = replace(careful[0], model="careful-2")
    first = replace(record, results=tuple(careful))
    second = replace(
        record,
        results=(*hasty, anew),
        header=replace(record.header, id="second", started_at="2026-11-19T00:00:00Z"),
    )

    merged = merge_runs([first, second])

    assert len(merged.results) == 60
    assert merged.results[0].model == "careful-2"
    assert merged.header.id == f"{record.header.id}, second"
    assert merged.header.started_at == "2026-11-19T00:00:00Z"
    assert merged.header.providers == record.header.providers


def test_a_run_that_did_not_end_leaves_the_whole_unfinished():
    record = shop_run()

    merged = merge_runs([record, replace(record, finished_at=None)])

    assert merged.finished_at is None


def test_one_run_stays_as_it_is():
    record = shop_run()

    assert merge_runs([record]) is record

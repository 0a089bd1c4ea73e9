"""What grading costs beside reading the same rows as plain JSON, and how it grows."""

from __future__ import annotations

import json
import time

import pytest

from evalkit.grade import grade
from evalkit.importers import transcripts_of
from evalkit.suite import load_suite

CASES, ROUNDS = 300, 30
MOST_BY_OWN_RULES, MOST_BY_BFCL = 26.0, 8.0
"""Reading and grading a row, in readings of the row as plain JSON; 19 and 5 on a quiet machine."""
MOST_FOR_TWICE = 3.0
"""Twice the calls may take twice the time, and half as much again for a busy machine."""

SUITE = """\
version: 1
suite: s
tools:
  - name: get_weather
    parameters:
      type: object
      properties: {location: {type: string}, days: {type: integer}, unit: {enum: [c, f]}}
      required: [location]
cases:
"""
NATIVE = "{calls: [{get_weather: {location: City%d, days: 5, unit: {$optional: c}}}]}"
BFCL = (
    "{graders: {bfcl: {category: simple, answers:"
    " [{get_weather: {location: [City%d], days: [5], unit: [c, '']}}]}}}"
)


def cheapest(work, rounds=ROUNDS):
    times = []
    for _ in range(rounds):
        began = time.perf_counter()
        work()
        times.append(time.perf_counter() - began)
    return min(times)


def suite_of(folder, *expectations):
    cases = [f"  - {{id: c{n}, prompt: Hi, expect: {e}}}\n" for n, e in enumerate(expectations)]
    path = folder / "suite.yaml"
    path.write_text(SUITE + "".join(cases), encoding="utf-8")
    return load_suite(path)


def row(case, cities):
    arguments = [json.dumps({"location": city, "days": 5}) for city in cities]
    calls = [{"name": "get_weather", "raw": raw} for raw in arguments]
    return json.dumps({"case": case, "calls": calls, "text": None, "usage": {"input": 90}})


@pytest.mark.parametrize(
    ("expect", "most"),
    [(NATIVE, MOST_BY_OWN_RULES), (BFCL, MOST_BY_BFCL)],
    ids=["own rules", "bfcl"],
)
def test_grading_costs_a_few_readings_of_the_row(tmp_path, expect, most):
    suite = suite_of(tmp_path, *[expect % n for n in range(CASES)])
    cases = {case.id: case for case in suite.cases}
    rows = [row(f"c{n}", [f"City{n}" if n % 10 else "Nowhere"]) for n in range(CASES)]

    def judge():
        return [grade(cases[t.case], t).status for t in transcripts_of(rows, suite, "out.jsonl")]

    assert judge().count("passed") == CASES * 9 // 10
    ratio = cheapest(judge) / cheapest(lambda: [json.loads(each) for each in rows])
    print(f"{ratio:.1f} times json.loads of the row")
    assert ratio < most


def test_time_grows_with_the_calls_not_with_their_square(tmp_path):
    expected = [f"{{get_weather: {{location: City{n}}}}}" for n in range(5)]
    suite = suite_of(tmp_path, f"{{calls: [{', '.join(expected)}]}}")

    def judged(calls):
        (transcript,) = transcripts_of([row("c0", map(str, range(calls)))], suite, "out.jsonl")
        return cheapest(lambda: grade(suite.cases[0], transcript), 5)

    ratio = judged(2000) / judged(1000)
    print(f"{ratio:.1f} times the time for twice the calls")
    assert ratio < MOST_FOR_TWICE

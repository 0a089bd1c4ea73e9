"""A report grows with its run, and costs a small multiple of writing the run itself as JSON."""

import json
import sys
import time
from pathlib import Path

import pytest
from msgspec.structs import replace

from evalkit.report import render_html
from evalkit.runfile import dump

sys.path.insert(0, str(Path(__file__).parents[1] / "unit" / "report"))
from shop_run import shop_run

MOST_OVER_JSON = 5.0
MOST_GROWTH = 4.0
"""For three times the cases; a third more for a busy machine."""
BYTES_A_ROW = 100


def run_of(cases):
    """The conversations of the shop, again and again, with five providers."""
    record = shop_run()
    results = tuple(
        replace(record.results[number % 90], case=f"case-{number}", provider=f"p{column}")
        for number in range(cases)
        for column in range(5)
    )
    return replace(record, results=results)


def cpu_s(work, *arguments):
    start = time.process_time()
    made = work(*arguments)
    return time.process_time() - start, made


def as_json(record):
    return [json.dumps(dump(result)) for result in record.results]


@pytest.fixture(scope="module")
def measured():
    """CPU seconds for the page of 1,000 and of 3,000 cases, and for the latter as plain JSON."""
    render_html(run_of(10))
    small, _ = cpu_s(render_html, run_of(1000))
    many = run_of(3000)
    large, page = cpu_s(render_html, many)
    floor, _ = cpu_s(as_json, many)
    print(f"\npage of 15,000 rows: {large:.1f} s CPU, {large / floor:.1f} times JSON, "
          f"{len(page) / 1e6:.1f} MB; 5,000 rows: {small:.1f} s")  # fmt: skip
    return {"small": small, "large": large, "floor": floor, "bytes": len(page)}


def test_a_page_costs_a_small_multiple_of_its_run_as_json(measured):
    assert measured["large"] / measured["floor"] < MOST_OVER_JSON


def test_three_times_the_cases_take_three_times_as_long(measured):
    assert measured["large"] / measured["small"] < MOST_GROWTH


def test_a_row_takes_few_bytes_of_the_page(measured):
    assert measured["bytes"] / 15_000 < BYTES_A_ROW

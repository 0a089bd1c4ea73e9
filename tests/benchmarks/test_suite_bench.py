"""Loading a large suite costs little more than reading its YAML, and grows with its size."""

from __future__ import annotations

import gc
import tracemalloc
from collections.abc import Callable
from pathlib import Path
from time import process_time

import yaml

from evalkit.suite import load_suite

HEAD = """\
version: 1
tools:
  - name: get_weather
    parameters: {type: object, properties: {location: {type: string}, unit: {type: string}}}
cases:
"""
CASE = """\
  - id: case-{n}
    tags: [F1, F2]
    prompt: Weather in Paris and in Oslo, please, number {n}
    expect:
      same_turn: true
      calls:
        - get_weather: {{location: {{$text: Paris}}}}
        - get_weather: {{location: {{$text: Oslo}}, unit: {{$optional: celsius}}}}
"""
LARGE = 5_000
MOST_BYTES = 200_000_000


def suite_file(folder: Path, cases: int) -> Path:
    path = folder / f"{cases}.yaml"
    path.write_text(HEAD + "".join(CASE.format(n=n) for n in range(cases)))
    return path


def cpu_s(work: Callable[[], object], times: int = 3) -> float:
    """The least CPU time of several runs."""
    return min(_once(work) for _ in range(times))


def _once(work: Callable[[], object]) -> float:
    gc.collect()
    started = process_time()
    work()
    return process_time() - started


def test_loading_and_validating_costs_less_than_reading_the_yaml_alone(tmp_path):
    path = suite_file(tmp_path, LARGE)
    text = path.read_text()

    ours = cpu_s(lambda: load_suite(path))
    theirs = cpu_s(lambda: yaml.load(text, yaml.CSafeLoader), times=1)  # safe loader

    assert ours < theirs


def test_ten_times_the_cases_cost_ten_times_the_work(tmp_path):
    small, large = suite_file(tmp_path, LARGE // 10), suite_file(tmp_path, LARGE)

    ratio = cpu_s(lambda: load_suite(large)) / cpu_s(lambda: load_suite(small))

    assert ratio < 13


def test_a_large_suite_fits_into_little_memory(tmp_path):
    path = suite_file(tmp_path, LARGE)
    tracemalloc.start()

    load_suite(path)

    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert peak < MOST_BYTES

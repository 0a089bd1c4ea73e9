import textwrap

import pytest

from evalkit.errors import InvalidSuite
from evalkit.suite import load_suite

TOOLS = """
version: 1
tools:
  - {name: get_weather, parameters: {type: object, properties: {location: {type: string}}}}
  - {name: process_refund, input_schema: {type: object}}
"""


@pytest.fixture
def load(tmp_path, monkeypatch):
    """Load a suite from its text; places then begin with `s.yaml`."""
    monkeypatch.chdir(tmp_path)

    def load_text(text, **options):
        path = tmp_path / "s.yaml"
        path.write_text(textwrap.dedent(text))
        return load_suite(path.relative_to(tmp_path), **options)

    return load_text


@pytest.fixture
def load_cases(load):
    """Load cases over the tools get_weather and process_refund."""

    def load_text(cases, **options):
        body = textwrap.indent(textwrap.dedent(cases).strip("\n"), "  ")
        return load(f"{TOOLS.strip()}\ncases:\n{body}\n", **options).cases

    return load_text


@pytest.fixture
def expect(load_cases):
    """The expectation of the one case that expects this."""

    def load_text(expected, **options):
        body = textwrap.indent(textwrap.dedent(expected), "    ")
        (case,) = load_cases(f"- id: a\n  prompt: hi\n  expect:\n{body}", **options)
        return case.expect

    return load_text


@pytest.fixture
def mistakes(load):
    """The lines that a broken suite is told about, hints included."""

    def load_text(text, **options):
        with pytest.raises(InvalidSuite) as refused:
            load(text, **options)
        return str(refused.value).splitlines()

    return load_text


@pytest.fixture
def case_mistakes(load_cases):
    """What is wrong with cases: `line:column: what`, counted from the first line of `cases`."""

    def load_text(cases, **options):
        with pytest.raises(InvalidSuite) as refused:
            load_cases(cases, **options)
        return [_shifted(each) for each in refused.value.problems]

    return load_text


def _shifted(problem):
    _, line, column = problem.where.rsplit(":", 2)
    first = len(TOOLS.strip().splitlines()) + 1
    return f"{int(line) - first}:{int(column) - 2}: {problem.what}"

import ast
import subprocess
import sys
from pathlib import Path

import pytest

import evalkit
from evalkit import assertions, report

HEAVY = {"openai", "anthropic", "httpx2", "vcr", "jinja2", "rich", "starlette"}


def loaded_by(statement):
    script = f"import sys; {statement}; print(*sys.modules)"
    run = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    return set(run.stdout.split())


def test_importing_evalkit_loads_none_of_its_parts():
    assert {name for name in loaded_by("import evalkit") if name.startswith("evalkit")} == {
        "evalkit"
    }


def test_the_assertions_cost_no_sdk():
    assert not HEAVY & loaded_by("from evalkit import assert_calls, Regex")


def test_a_run_loads_neither_the_page_nor_comparisons_nor_text_formats():
    loaded = loaded_by("import evalkit.cli._run")

    assert not {"evalkit.report._html", "evalkit.baseline", "evalkit.parse._formats"} & loaded


@pytest.mark.parametrize("package", [evalkit, report])
def test_type_checkers_are_told_the_names_that_are_loaded(package):
    tree = ast.parse(Path(package.__file__).read_text())

    told = {
        alias.asname: f"{node.module}.{alias.name}"
        for node in ast.walk(tree)
        if isinstance(node, ast.ImportFrom) and node.module != "typing"
        for alias in node.names
        if alias.asname
    }

    homes = package._HOMES.items()
    assert told == {name: f"{home}.{name}" for home, names in homes for name in names.split()}
    assert sorted(told) == sorted(package.__all__)


@pytest.mark.parametrize("name", evalkit.__all__)
def test_a_public_name_can_be_imported(name):
    assert getattr(evalkit, name).__name__ == name


def test_every_matcher_and_assertion_is_a_public_name():
    kept_back = {"Arguments", "Expected", "ExpectedCall", "ValueMatcher", "transcript_of"}

    assert set(assertions.__all__) - kept_back <= set(evalkit.__all__)


def test_an_unknown_name_is_an_attribute_error_as_anywhere():
    with pytest.raises(AttributeError, match="module 'evalkit' has no attribute 'assert_cals'"):
        _ = evalkit.assert_cals


def test_the_public_names_are_listed():
    assert "assert_calls" in dir(evalkit)

"""What linters cannot say about the shape of the code."""

import ast
import importlib
import inspect
import subprocess
import sys
from pathlib import Path

import pytest

import evalkit
from evalkit import errors

ROOT = Path(evalkit.__file__).parent
MODULES = sorted(ROOT.rglob("*.py"))
PACKAGES = sorted(p.parent for p in ROOT.glob("*/__init__.py"))
VAGUE = {"utils", "util", "helpers", "helper", "common", "manager", "base", "misc"}
HEAVY = ("openai", "anthropic", "httpx2", "vcr", "jinja2", "rich", "starlette", "uvicorn")
MOST_CODE_LINES = 300


def name(path):
    return str(path.relative_to(ROOT))


def code_lines(path):
    """Count lines that are neither blank, comment nor docstring."""
    tree = ast.parse(path.read_text())
    docs = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant):
            docs.update(range(node.lineno, node.end_lineno + 1))
    lines = enumerate(path.read_text().splitlines(), start=1)
    return sum(
        1
        for number, line in lines
        if number not in docs and line.strip() and not line.strip().startswith("#")
    )


@pytest.mark.parametrize("path", MODULES, ids=name)
def test_a_module_fits_into_a_readers_head(path):
    assert code_lines(path) <= MOST_CODE_LINES


@pytest.mark.parametrize("path", MODULES, ids=name)
def test_no_module_has_a_name_that_says_nothing(path):
    assert path.stem.strip("_") not in VAGUE


@pytest.mark.parametrize("path", MODULES, ids=name)
def test_a_broad_except_stands_only_at_a_door_that_says_so(path):
    source = path.read_text().splitlines()
    broad = [
        node
        for node in ast.walk(ast.parse("\n".join(source)))
        if isinstance(node, ast.ExceptHandler)
        and (node.type is None or ast.unparse(node.type) in ("Exception", "BaseException"))
    ]

    unexplained = [node.lineno for node in broad if "#" not in source[node.lineno - 1]]

    assert unexplained == []


@pytest.mark.parametrize("package", PACKAGES, ids=lambda path: path.name)
def test_a_package_names_what_it_offers_in_order(package):
    module = importlib.import_module(f"evalkit.{package.name}")
    if package.name == "pytest_plugin":
        pytest.skip("pytest finds its hooks by name")

    offered = list(module.__all__)

    assert all(hasattr(module, one) for one in offered)
    assert offered == sorted(
        offered, key=lambda one: (not one.isupper(), not one[0].isupper(), one)
    )


def test_every_error_of_ours_is_in_one_tree_and_has_an_exit_code():
    raised = [
        one for _, one in inspect.getmembers(errors, inspect.isclass) if issubclass(one, Exception)
    ]

    assert all(issubclass(one, errors.EvalkitError) for one in raised)
    assert {one.exit_code for one in raised} == {errors.ExitCode.USAGE, errors.ExitCode.TROUBLE}


@pytest.mark.parametrize("package", PACKAGES, ids=lambda path: path.name)
def test_importing_a_package_loads_nothing_heavy(package):
    if package.name == "pytest_plugin":
        pytest.skip("pytest is loaded where it runs")
    script = f"import sys, evalkit.{package.name}; print(*(m for m in {HEAVY} if m in sys.modules))"

    loaded = subprocess.run(
        [sys.executable, "-c", script], capture_output=True, text=True, check=True
    )

    assert loaded.stdout.split() == []


def test_the_plugin_imports_nothing_of_evalkit_before_a_suite_is_collected():
    script = "import sys, evalkit.pytest_plugin; print(*(m for m in sys.modules if 'evalkit' in m))"

    loaded = subprocess.run(
        [sys.executable, "-c", script], capture_output=True, text=True, check=True
    )

    assert set(loaded.stdout.split()) == {"evalkit", "evalkit.pytest_plugin"}

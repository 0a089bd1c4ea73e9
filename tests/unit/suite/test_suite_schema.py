import json
import os
import subprocess
import sys
from pathlib import Path

import jsonschema_rs
import pytest

import evalkit.suite
from evalkit.matchers import MATCHER_NAMES
from evalkit.suite import load_yaml, suite_schema
from evalkit.suite._format import CaseEntry, SuiteFile

ROOT = Path(evalkit.suite.__file__).parents[2]
COMMITTED = Path(evalkit.suite.__file__).with_name("suite.schema.json")
SUITES = sorted((ROOT / "suites").glob("*.yaml"))
VALIDATOR = jsonschema_rs.Draft202012Validator(suite_schema())

LOADS = """
import sys
from pathlib import Path
from evalkit.suite import load_suite

def load(expect):
    text = "version: 1\\ncases: [{id: a, prompt: x, expect: " + expect + "}]"
    Path("s.yaml").write_text(text)
    load_suite(Path("s.yaml"))

BODY
print(*(name for name in ("jinja2", "re2", "jsonschema_rs") if name in sys.modules))
"""


def suite(expect="no_call", **keys):
    case = {"id": "a", "prompt": "x", "expect": expect, **keys}
    return {"version": 1, "cases": [case]}


def test_the_committed_schema_is_the_one_of_the_models():
    assert json.loads(COMMITTED.read_text()) == suite_schema()


def test_the_schema_is_valid_itself():
    jsonschema_rs.meta.validate(suite_schema())


def test_the_schema_knows_every_key_of_the_models():
    schema = suite_schema()
    definitions = schema["$defs"]

    for model, properties in (
        (SuiteFile, schema["properties"]),
        (CaseEntry, definitions["CaseEntry"]["properties"]),
    ):
        assert set(properties) == {f.alias or name for name, f in model.model_fields.items()}


def test_the_schema_knows_every_matcher():
    assert set(suite_schema()["$defs"]["pattern"]["properties"]) == MATCHER_NAMES


def test_every_key_is_explained_to_the_reader_of_an_editor():
    def unexplained(value, path=""):
        if isinstance(value, dict):
            for name, each in value.get("properties", {}).items():
                if path != "/pattern" and "description" not in each:
                    yield f"{path}/{name}"
            for key, each in value.items():
                yield from unexplained(each, f"{path}/{key}" if key != "$defs" else "")

    keys = [key for key in unexplained(suite_schema()) if not key.endswith(("/from", "/to"))]
    assert [key for key in keys if not key.endswith(("/value", "/within"))] == []


@pytest.mark.parametrize("path", SUITES, ids=lambda path: path.stem)
def test_the_example_suites_are_valid(path):
    value = load_yaml(path.read_text(), path.name).value

    assert [error.message for error in VALIDATOR.iter_errors(value)] == []


@pytest.mark.parametrize(
    "value",
    [
        suite(),
        suite({"calls": [{"pay": {"a": {"$gt": 1}}}, {"tool": "pay", "args": {}, "times": 2}]}),
        suite({"retries": 2, "limits": {"turns": 1}, "schema": "off", "extra_calls": ["pay"]}),
        suite(
            {"idempotent": {"tool": "a", "key": "k"}, "grounded": {"a": {"b": {"$result": "c"}}}}
        ),
        suite({"any_of": ["no_call", {"answer": {"$date": {"from": "2026-01-01"}}}]}),
        suite(matrix={"n": [1]}, simulate={"pay": "paid", "ask": [{"when": {}, "fault": "x"}]}),
        suite(settings={"tool_choice": {"tool": "pay"}, "temperature": 0}),
    ],
)
def test_what_loads_is_valid(value):
    assert [error.message for error in VALIDATOR.iter_errors(value)] == []


@pytest.mark.parametrize(
    "value",
    [
        {"cases": []},
        {"version": 2},
        {"version": 1, "case": []},
        suite("nocall"),
        suite({"call": []}),
        suite({"calls": [{"a": {}, "b": {}}]}),
        suite({"stop": "done"}),
        suite({"answer": {"$range": [1]}}),
        suite({"answer": {"$any": False}}),
        suite(trials=0),
        suite(settings={"tool_choice": "never"}),
    ],
)
def test_what_does_not_load_is_not_valid(value):
    assert not VALIDATOR.is_valid(value)


@pytest.mark.parametrize(
    ("body", "loaded"),
    [
        pytest.param("", "", id="the import alone"),
        pytest.param("load('no_call')", "", id="a suite without tools"),
        pytest.param("load('{answer: {$search: a}}')", "re2", id="a pattern"),
        pytest.param("load('{answer: \"{{ 1 }}\"}')", "jinja2", id="a template"),
    ],
)
def test_what_a_suite_does_not_use_is_not_loaded(body, loaded, tmp_path):
    script = LOADS.replace("BODY", body)

    ran = subprocess.run(
        [sys.executable, "-c", script],
        capture_output=True,
        text=True,
        check=True,
        cwd=tmp_path,
        env={**os.environ},
    )

    assert ran.stdout.strip() == loaded

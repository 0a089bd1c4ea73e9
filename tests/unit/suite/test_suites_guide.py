"""Every example of docs/suites.md is loaded."""

import re
from pathlib import Path

import pytest

from evalkit.errors import InvalidSuite
from evalkit.matchers import MATCHER_NAMES, compile_arguments
from evalkit.suite import load_suite, load_yaml, suite_schema
from evalkit.suite._call import CallExpectation
from evalkit.suite._expectation import Expectation
from evalkit.suite._format import CaseEntry, SuiteFile
from evalkit.suite._settings import Settings

GUIDE = (Path(__file__).parents[3] / "docs" / "suites.md").read_text()
FENCES = re.findall(r"^```(\w+) ?(\S*)\n(.*?)^```$", GUIDE, re.MULTILINE | re.DOTALL)
SCHEMA = suite_schema()
HEAD = "version: 1\ntools: [tools/shop.yaml]\n"
CASE = "cases: [{id: a, prompt: x, expect: no_call}]\n"


def examples(word):
    return [body for kind, note, body in FENCES if kind == "yaml" and note == word]


def indented(text, spaces):
    return "".join(f"{' ' * spaces}{line}" for line in text.splitlines(keepends=True))


def whole_suite(example):
    """Put around an example what it leaves out."""
    if example.startswith(("version:", "#")):
        return example
    if example.startswith("- id:"):
        return f"{HEAD}cases:\n{indented(example, 2)}"
    if example.startswith("expect:"):
        return f"{HEAD}cases:\n  - id: a\n    prompt: x\n{indented(example, 4)}"
    return f"{HEAD}{example}{CASE}"


@pytest.fixture
def folder(tmp_path, monkeypatch):
    """A folder with the files that the guide shows."""
    monkeypatch.chdir(tmp_path)
    for kind, note, body in FENCES:
        if kind == "yaml" and note.startswith("file="):
            path = Path(note.removeprefix("file="))
            path.parent.mkdir(exist_ok=True)
            path.write_text(body)
    return tmp_path


@pytest.mark.usefixtures("folder")
@pytest.mark.parametrize("example", examples(""), ids=lambda text: text.split("\n", 1)[0])
def test_an_example_of_the_guide_loads(example):
    Path("refunds.yaml").write_text(whole_suite(example))

    assert load_suite(Path("refunds.yaml")).cases


@pytest.mark.parametrize("example", examples("args"), ids=lambda text: text.split(":", 1)[0])
def test_the_arguments_that_the_guide_shows_compile(example):
    arguments = load_yaml(example, "guide").value

    assert compile_arguments(arguments).source == arguments


@pytest.mark.usefixtures("folder")
def test_the_broken_suite_of_the_guide_is_told_what_the_guide_says():
    (broken,) = examples("broken")
    (told,) = (body for kind, _, body in FENCES if kind == "text")
    Path("refunds.yaml").write_text(broken)

    with pytest.raises(InvalidSuite) as refused:
        load_suite(Path("refunds.yaml"))

    assert str(refused.value) == told.strip()


@pytest.mark.parametrize("name", sorted(MATCHER_NAMES))
def test_the_guide_shows_every_matcher(name):
    assert f"{{{name}: " in "".join(examples("args"))


@pytest.mark.parametrize(
    "model", [SuiteFile, CaseEntry, Expectation, CallExpectation], ids=lambda model: model.__name__
)
def test_the_guide_lists_every_key(model):
    keys = [field.alias or name for name, field in model.model_fields.items()]

    assert [key for key in keys if f"| `{key}` |" not in GUIDE] == []


def test_the_guide_shows_every_setting():
    assert [name for name in Settings.model_fields if f"  {name}: " not in GUIDE] == []


@pytest.mark.parametrize(
    "key",
    [
        pytest.param(key, id=f"{model} {key}")
        for model, shape in {"SuiteFile": SCHEMA, **SCHEMA["$defs"]}.items()
        for key in shape.get("properties", {})
        if (model, key) != ("SimulatedEntry", "python")  # runs code, so no example of it loads
    ],
)
def test_the_guide_shows_every_key_in_an_example_that_loads(key):
    loaded = "".join(body for kind, note, body in FENCES if kind == "yaml" and note != "broken")

    assert re.search(rf"(?<![\w$]){re.escape(key)}:", loaded)

from __future__ import annotations

import gzip
import json

import pytest

from evalkit.errors import InvalidFile, UsageError
from evalkit.grade import grade
from evalkit.importers import import_bfcl, transcripts_of
from evalkit.suite import load_suite

FUNCTION = {
    "name": "weather.get",
    "description": "Look up the weather.",
    "parameters": {
        "type": "dict",
        "properties": {
            "city": {"type": "string", "description": "Such as 'Oslo'"},
            "days": {"type": "integer", "default": 3},
            "hours": {"type": "tuple", "items": {"type": "float"}},
            "about": {"type": "any", "optional": True},
            "place": {"type": "dict", "properties": {"name": {"type": "string"}}},
        },
        "required": ["city"],
    },
}
ANSWER = {
    "weather.get": {
        "city": ["New York", "NYC"],
        "days": [5, ""],
        "hours": [[6.0, 18.0], ""],
        "place": [{"name": ["Home"]}, ""],
        "about": ["x**2", ""],
    }
}


def question(name="simple_python_0", text="Weather in New York?", **more):
    said = [[{"role": "user", "content": text}]]
    return {"id": name, "question": said, "function": [FUNCTION]} | more


@pytest.fixture
def write(tmp_path):
    def write_rows(name, *rows):
        path = tmp_path / name
        text = "".join(json.dumps(row) + "\n" for row in rows)
        pack = gzip.compress if name.endswith(".gz") else bytes
        path.write_bytes(pack(text.encode()))
        return path

    return write_rows


@pytest.fixture
def imported(write, tmp_path):
    def load(*rows, native=False):
        path = tmp_path / "suite.yaml"
        path.write_text(import_bfcl(write("q.json", *rows), native=native), encoding="utf-8")
        return load_suite(path)

    return load


def verdict(suite, calls, text=None):
    name = suite.cases[0].id
    row = {"case": name, "calls": [{"name": n, "raw": json.dumps(a)} for n, a in calls]}
    (transcript,) = transcripts_of([json.dumps(row | {"text": text})], suite, "out.jsonl")
    return grade(suite.cases[0], transcript).status.value


def test_a_question_becomes_a_case_with_its_own_tools(imported):
    (case,) = imported(question(possible_answer=[ANSWER])).cases

    assert (case.id, case.tags) == ("simple_python_0", ("simple_python",))
    assert [message.text for message in case.given] == ["Weather in New York?"]
    assert [(tool.name, tool.parameters) for tool in case.tools] == [
        (
            "weather_get",
            {
                "type": "object",
                "properties": {
                    "city": {"type": "string", "description": "Such as 'Oslo'"},
                    "days": {"type": "integer", "default": 3},
                    "hours": {"type": "array", "items": {"type": "number"}},
                    "about": {},
                    "place": {"type": "object", "properties": {"name": {"type": "string"}}},
                },
                "required": ["city"],
            },
        )
    ]


def test_answers_may_stand_in_a_file_of_their_own(write):
    questions = write("q.json", question())
    answers = write("a.json", {"id": "simple_python_0", "ground_truth": [ANSWER]})

    assert import_bfcl(questions, answers) == import_bfcl(
        write("q.json.gz", question(possible_answer=[ANSWER]))
    )


@pytest.mark.parametrize(
    "text",
    ["{{ 7 * 7 }}", "{% if x %}", "é\u2028\u0085\x7f", "no", "1e3", "- a: b", "'\"\\n\n", "🌦"],
)
def test_every_text_comes_out_as_it_went_in(imported, text):
    (case,) = imported(question(text=text, possible_answer=[ANSWER])).cases

    assert [message.text for message in case.given] == [text]


def test_a_conversation_keeps_its_roles(imported):
    said = [[{"role": "system", "content": "Be brief."}, {"role": "user", "content": "Hi"}]]

    (case,) = imported(question("irrelevance_0") | {"question": said}).cases

    assert [(message.role, message.text) for message in case.given] == [
        ("system", "Be brief."),
        ("user", "Hi"),
    ]


RIGHT = {"city": "New York", "days": 5}


@pytest.mark.parametrize(
    ("arguments", "bfcl", "native"),
    [
        pytest.param(RIGHT, "passed", "passed", id="right"),
        pytest.param({"city": "nyc"}, "passed", "passed", id="an alternative, loosely written"),
        pytest.param({"city": "Oslo"}, "failed", "failed", id="wrong"),
        pytest.param(RIGHT | {"wind": 1}, "failed", "failed", id="invented"),
        pytest.param(RIGHT | {"hours": [6, 18]}, "passed", "passed", id="integers for floats"),
        pytest.param(RIGHT | {"days": 5.0}, "failed", "passed", id="a whole float"),
        pytest.param(RIGHT | {"days": 3}, "failed", "passed", id="the default, spelled out"),
        pytest.param(RIGHT | {"hours": []}, "passed", "passed", id="empty for left out"),
        pytest.param(RIGHT | {"about": "x^2"}, "passed", "passed", id="another spelling of powers"),
        pytest.param(RIGHT | {"place": {"name": "home"}}, "passed", "passed", id="a mapping"),
        pytest.param(RIGHT | {"place": {"name": "work"}}, "failed", "failed", id="another one"),
    ],
)
def test_native_rules_forgive_what_is_no_mistake(imported, arguments, bfcl, native):
    row = question(possible_answer=[ANSWER])
    calls = [("weather_get", arguments)]

    assert verdict(imported(row), calls) == bfcl
    assert verdict(imported(row, native=True), calls) == native


def test_native_rules_take_integers_for_floats_inside_a_list_that_must_be_there(imported):
    row = question(possible_answer=[{"weather.get": {"city": ["Oslo"], "hours": [[6.0]]}}])
    calls = [("weather_get", {"city": "Oslo", "hours": [6]})]

    assert verdict(imported(row), calls) == "failed"
    assert verdict(imported(row, native=True), calls) == "passed"


def test_a_call_where_none_is_due_fails_however_it_is_written(imported):
    row = question("irrelevance_1")

    assert verdict(imported(row), [("python", "print(1)")]) == "passed"
    assert verdict(imported(row, native=True), [("python", "print(1)")]) == "failed"


def test_an_answer_against_the_tools_own_schema_is_not_held_against_the_model(imported):
    row = question(possible_answer=[{"weather.get": {"city": ["Oslo"], "days": ["five"]}}])
    suite = imported(row, native=True)

    assert verdict(suite, [("weather_get", {"city": "Oslo", "days": "five"})]) == "passed"


@pytest.mark.parametrize(
    ("rows", "problems"),
    [
        pytest.param(
            [question("simple_java_0", possible_answer=[ANSWER])],
            ["simple_java_0: no rule for the category 'simple_java'"],
            id="another language",
        ),
        pytest.param([question()], ["simple_python_0: no answer; name the file"], id="no answer"),
        pytest.param(
            [{"id": "x"}, 5],
            ["no row of BFCL: functions: Field required", "no row of BFCL: : Input should be"],
            id="no rows of BFCL",
        ),
    ],
)
def test_rows_that_cannot_be_judged_are_told_at_their_lines(write, rows, problems):
    path = write("q.json", *rows)

    with pytest.raises(InvalidFile) as raised:
        import_bfcl(path)

    found = raised.value.problems
    assert [problem.where for problem in found] == [
        f"{path}:{n}:1" for n in range(1, len(rows) + 1)
    ]
    assert [p.what[: len(what)] for p, what in zip(found, problems, strict=True)] == problems


def test_a_file_that_cannot_be_read_is_said_to_be_so(tmp_path):
    with pytest.raises(UsageError):
        import_bfcl(tmp_path / "none.json")

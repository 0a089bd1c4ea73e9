from __future__ import annotations

import pytest

from evalkit.errors import UnknownName
from evalkit.grade import explain, grade
from evalkit.results import Status
from evalkit.transcript import Turn

POLITE = """\
from evalkit.grade import Judgement
from evalkit.results import Kind, Status, Verdict


def polite(options, tools):
    def judge(scene):
        if options["word"] in scene.text:
            return Judgement()
        verdict = Verdict(
            expectation="polite",
            status=Status.FAILED,
            kind=Kind.WRONG_ANSWER,
            reason=f"{options['word']} is missing",
        )
        return Judgement(verdicts=(verdict,))

    return judge
"""


@pytest.fixture
def installed(tmp_path, monkeypatch):
    (tmp_path / "polite_grader.py").write_text(POLITE, encoding="utf-8")
    info = tmp_path / "polite_grader-1.0.dist-info"
    info.mkdir()
    (info / "METADATA").write_text("Name: polite-grader\nVersion: 1.0\n", encoding="utf-8")
    (info / "entry_points.txt").write_text(
        "[evalkit.graders]\npolite = polite_grader:polite\n", encoding="utf-8"
    )
    monkeypatch.syspath_prepend(tmp_path)


@pytest.mark.usefixtures("installed")
@pytest.mark.parametrize(
    ("text", "status", "lines"),
    [
        ("Here you are, please.", Status.PASSED, ()),
        ("There.", Status.FAILED, ("wrong_answer: please is missing",)),
    ],
    ids=["holds", "fails"],
)
def test_an_installed_grader_judges_by_its_name(shop, text, status, lines):
    case = shop.case({"graders": {"polite": {"word": "please"}}})

    result = grade(case, shop.transcript(Turn(text=text)))

    assert (result.status, explain(result)) == (status, lines)


@pytest.mark.usefixtures("installed")
def test_a_grader_that_raises_is_no_failure_of_the_model(shop):
    case = shop.case({"graders": {"polite": {}}})

    result = grade(case, shop.transcript(Turn(text="There.")))

    assert (result.status, explain(result)) == (
        Status.ERRORED,
        ("errored: grader 'polite' raised KeyError: 'word'",),
    )


def test_a_grader_that_nobody_brings_is_a_mistake_of_the_suite(shop):
    case = shop.case({"graders": {"bfkl": {}}})

    with pytest.raises(UnknownName) as raised:
        grade(case, shop.transcript(Turn()))

    assert raised.value.hint == "did you mean 'bfcl'?"

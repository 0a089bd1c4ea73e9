from __future__ import annotations

import json

import pytest
from msgspec.structs import replace
from scipy.stats import binomtest

from evalkit.baseline import (
    NO_CALL,
    Cause,
    Change,
    compare_runs,
    render_comparison,
    result_at,
    scan_run,
    show_comparison,
)
from evalkit.errors import InvalidRunFile, UsageError
from evalkit.measures import compare
from evalkit.transcript import Prompt


def changes(comparison):
    (provider,) = comparison.providers
    return {each.case: each.change for each in provider.changes}


def trials(result, *marks):
    return [
        result(f"case-{index}", mark, trial=trial)
        for index, row in enumerate(marks)
        for trial, mark in enumerate(row)
    ]


@pytest.mark.parametrize(
    ("before", "after", "change"),
    [
        pytest.param("+++", "---", Change.BROKEN, id="all passed, all fail"),
        pytest.param("---", "+++", Change.FIXED, id="all failed, all pass"),
        pytest.param("+++", "++-", Change.FLAKY, id="3 of 3 that becomes 2 of 3 is seen"),
        pytest.param("+-+", "---", Change.FLAKY, id="it disagreed with itself before"),
        pytest.param("+-", "-+", None, id="as flaky as before"),
        pytest.param("+", "+++", None, id="tried more often"),
        pytest.param("+++", "+!+", None, id="an errored trial counts neither way"),
        pytest.param("+++", "!!!", Change.UNJUDGED, id="errored"),
        pytest.param("---", "sss", Change.UNJUDGED, id="skipped"),
    ],
)
def test_what_became_of_a_case(compared, result, before, after, change):
    comparison = compared(trials(result, before, "+"), trials(result, after, "+"))

    assert changes(comparison).get("case-0") is change


def test_cases_of_one_side_are_new_or_gone(compared):
    assert changes(compared("++", "+++")) == {"case-2": Change.NEW}
    assert changes(compared("+++", "++")) == {"case-2": Change.GONE}


@pytest.mark.parametrize(
    ("now", "cause"),
    [
        pytest.param({"text": "no"}, Cause.ANSWER, id="another answer"),
        pytest.param({"raw": "{"}, Cause.ANSWER, id="other arguments"),
        pytest.param({"asked": "hello", "text": "no"}, Cause.QUESTION, id="another question"),
        pytest.param(
            {"later": (Prompt(role="user", text="no"),)}, Cause.QUESTION, id="another second line"
        ),
        pytest.param({"expect": "no_call", "text": "no"}, Cause.EXPECTATION, id="other wishes"),
        pytest.param({}, Cause.JUDGEMENT, id="the same answer"),
    ],
)
def test_a_changed_case_is_told_by_what_differs(compared, result, now, cause):
    said = (Prompt(role="user", text="yes"),)
    now = {"later": said} | now

    comparison = compared([result("a", "+", later=said)], [result("a", "-", **now)])

    (change,) = comparison.providers[0].changes
    assert change.cause is cause


def test_p_and_interval_agree_with_scipy_and_with_the_comparison_of_providers(compared, result):
    before, after = "+" * 30 + "-" * 10, "+" * 20 + "-" * 10 + "+" * 3 + "-" * 7

    difference = compared(before, after).providers[0].difference

    sides = [[result(f"case-{i}", mark) for i, mark in enumerate(row)] for row in (after, before)]
    expected = compare(*sides, names=("head", "base"))
    assert difference.p == pytest.approx(binomtest(10, 13).pvalue)
    assert difference.interval == pytest.approx(expected.interval)
    assert (difference.cases, difference.only_base, difference.only_head) == (40, 10, 3)
    assert difference.change == pytest.approx(-7 / 40)


def test_with_trials_the_interval_is_over_cases(compared, result):
    before = trials(result, *["++"] * 20)
    after = trials(result, *["+-"] * 10, *["++"] * 10)

    difference = compared(before, after).providers[0].difference

    assert (difference.before, difference.after) == (1.0, 0.75)
    assert difference.interval.low == pytest.approx(-0.35, abs=0.03)
    assert difference.interval.high == pytest.approx(-0.15, abs=0.03)


def test_tags_and_tools_are_compared_for_themselves(compared, result):
    before = [result("a", "+", tags=("F1",)), result("b", "+", expects_no_call=True, tags=())]
    after = [result("a", "-", tags=("F1",)), result("b", "+", expects_no_call=True, tags=())]

    (provider,) = compared(before, after).providers

    assert [(part.name, part.difference.only_base) for part in provider.tags] == [("F1", 1)]
    assert [(part.name, part.difference.only_base) for part in provider.tools] == [
        (NO_CALL, 0),
        ("get_order", 1),
    ]


def test_providers_are_matched_by_name_and_adjusted_for_being_several(compared, result):
    def rows(mark, *names):
        return [result(f"c{i}", mark, provider=name) for i in range(8) for name in names]

    comparison = compared(rows("+", "a", "b", "old"), rows("-", "a", "b", "new"))

    assert [(one.base, one.head) for one in comparison.providers] == [("a", "a"), ("b", "b")]
    assert comparison.providers[0].p_adjusted == pytest.approx(2 * 2 / 2**8)
    assert (comparison.only_base, comparison.only_head) == (("old",), ("new",))


def test_two_runs_of_one_provider_each_are_compared_under_any_name(compared, result):
    comparison = compared([result("a", "+", provider="old")], [result("a", "-", provider="new")])

    assert [(one.base, one.head) for one in comparison.providers] == [("old", "new")]


@pytest.mark.parametrize("after", ["!", ""])
def test_runs_without_a_common_judged_case_cannot_be_compared(compared, result, after):
    head = [result("case-0", mark) for mark in after] or [result("other", "+")]

    with pytest.raises(UsageError, match="no case in common"):
        compared("+", head)


def test_of_two_results_for_one_trial_the_later_one_counts(compared, result):
    comparison = compared("+", [result("case-0", "-"), result("case-0", "+")])

    assert changes(comparison) == {}


def test_the_telling_result_can_be_read_in_full(compared, result):
    comparison = compared(trials(result, "+-+"), trials(result, "+++"))

    (change,) = comparison.providers[0].changes

    assert result_at(comparison.base.path, change.base_offset) == result("case-0", "-", trial=1)


def test_a_torn_last_line_is_passed_over(run_file, result):
    path = run_file("run", result("a", "+"), result("b", "+"), finished=None)
    with path.open("ab") as file:
        file.write(b'{"result": {"suite"')

    run = scan_run(path)

    assert len(run.cases["gpt"]) == 2
    assert not run.is_finished


@pytest.mark.parametrize(
    ("text", "line", "what"),
    [
        pytest.param('{"a": 1}\n', 1, "not a run file: it has no header", id="other JSON"),
        pytest.param('{"evalkit": 9, "run": {}}\n', 1, "not a record", id="a later format"),
        pytest.param('{"result": {"suite": "a"}}\n', 1, "not a record", id="a result cut short"),
        pytest.param("{}\n[1]\n", 2, "not a record", id="no object"),
        pytest.param("{}\nnonsense\n", 2, "not a record", id="no JSON"),
    ],
)
def test_what_is_no_run_file_is_refused_at_its_line(tmp_path, text, line, what):
    path = tmp_path / "x.jsonl"
    path.write_text(text)

    with pytest.raises(InvalidRunFile) as raised:
        scan_run(path)

    (problem,) = raised.value.problems
    assert problem.where == f"{path}:{line}:1"
    assert problem.what.startswith(what)


def test_runs_in_which_a_model_wrote_half_a_character_are_compared(compared, result):
    comparison = compared(
        [result("lone", "+", text="lone \ud800")], [result("lone", "-", text="and \udfff")]
    )

    assert changes(comparison) == {"lone": Change.BROKEN}


@pytest.mark.parametrize(
    "spoilt",
    [
        pytest.param('"transcript":1', id="no transcript"),
        pytest.param('"transcript":{"messages":[1]}', id="a message that is none"),
        pytest.param('"transcript":{"messages":[{"calls":[[]]}]}', id="a call that is none"),
        pytest.param('"transcript":' + "[" * 100_000, id="too deep"),
        pytest.param('"suite":["shop"]', id="a suite that cannot be a name"),
        pytest.param('"status":"great"', id="another status"),
    ],
)
def test_a_hostile_line_is_refused_at_its_place(run_file, result, spoilt):
    path = run_file("run", result("a", "+"), finished=None)
    key = spoilt.partition(":")[0]
    with path.open("a") as file:
        line = path.read_text().splitlines()[1]
        file.write(line.replace(key, f'"old{key[1:]}').replace("{", f"{{{spoilt},", 2) + "\n")

    with pytest.raises(InvalidRunFile) as raised:
        scan_run(path)

    assert raised.value.problems[0].where == f"{path}:3:1"


def test_a_line_that_only_looks_like_a_result_is_refused_when_it_is_shown(run_file, result):
    path = run_file("run", result("a", "-"))
    path.write_text(path.read_text().replace('"verdicts"', '"verdict"'))
    run = scan_run(path)

    with pytest.raises(InvalidRunFile, match="not a result, at byte"):
        result_at(path, run.cases["gpt"]["shop", "a"].telling().offset)


def test_the_words_show_both_answers(compared, result):
    comparison = compared([result("a", "+")], [result("a", "-", raw="{oops", text="sorry")])

    lines = list(show_comparison(comparison, ()))

    assert lines[3:] == [
        (
            "gpt: 100.0% before, 0.0% now, on 1 cases: -100.0 points (-100.0 to +12.2), p = 1, "
            "within chance"
        ),
        "  1 broken, 0 fixed, 0 flaky, 0 new, 0 gone, 0 unjudged",
        "  too few cases differ for any change to show four times of five",
        "  tag                           cases   before      now  worse  better        p",
        "  F2                                1   100.0%     0.0%      1       0        1",
        "  tool                          cases   before      now  worse  better        p",
        "  get_order                         1   100.0%     0.0%      1       0        1",
        "  broken (1)",
        "    shop::a  the same question, another answer",
        "      before: get_order({})",
        "      now:    get_order({oops), 'sorry'",
        "",
        "every gate holds",
    ]


def test_nothing_that_a_model_wrote_steers_the_terminal(compared, result):
    comparison = compared(
        [result("a", "+")], [result("a", "-", text="\x1b[2J\u202e", raw='{"\x1b]0;x\x07"')]
    )

    assert all(line.isprintable() for line in show_comparison(comparison, ()))


def test_json_holds_every_change_with_both_results(compared):
    comparison = compared("+-", "--+")

    written = json.loads(render_comparison(comparison, ()))

    (provider,) = written["providers"]
    assert [(one["case"], one["change"]) for one in provider["changes"]] == [
        ("case-0", "broken"),
        ("case-2", "new"),
    ]
    assert provider["changes"][0]["base_result"]["status"] == "passed"
    assert provider["changes"][0]["head_result"]["status"] == "failed"
    assert provider["changes"][1]["base_result"] is None


def test_only_the_cases_asked_for_are_shown(compared):
    comparison = compared("+" * 5, "-" * 5)

    lines = list(show_comparison(comparison, (), most=2))

    assert "    ... and 3 more; --json has all" in lines


def test_a_run_against_itself_shows_no_change(run_file, result):
    run = scan_run(run_file("run", result("a", "+"), result("b", "-")))

    (provider,) = compare_runs(run, run).providers

    assert provider.changes == ()


def test_tags_are_tested_together(compared, result):
    def outcomes(mark):
        return [
            result(f"{tag}-{index}", mark, tags=(tag,)) for tag in ("a", "b") for index in range(8)
        ]

    comparison = compared(outcomes("+"), outcomes("-"))

    tags = comparison.providers[0].tags
    assert [(tag.name, tag.difference.p, tag.p_adjusted) for tag in tags] == [
        ("a", 2 / 2**8, 4 / 2**8),
        ("b", 2 / 2**8, 4 / 2**8),
    ]


@pytest.mark.parametrize(
    ("held", "told"),
    [
        pytest.param("-", " (1 of 1 -> 0 of 1, stopped early)", id="after the first"),
        pytest.param("---", " (1 of 1 -> 0 of 3)", id="after all"),
    ],
)
def test_trials_that_stopped_early_are_said_to_have(compared, result, held, told):
    head = [replace(one, trials_at_most=3) for one in trials(result, held)]

    lines = list(show_comparison(compared(trials(result, "+"), head), []))

    assert [line.split("::")[1].split("  ")[0] for line in lines if "::" in line] == [
        f"case-0{told}"
    ]
    assert any("stopped early in the head" in line for line in lines) is ("stopped" in told)


@pytest.mark.parametrize(
    ("before", "after", "told"),
    [
        pytest.param("+" * 9 + "--", "+" * 7 + "--++", "too few cases differ", id="too few"),
        pytest.param(
            "+" * 90 + "-" * 10, "+" * 84 + "-" * 12 + "+" * 4, "a true change of 8.8", id="enough"
        ),
        pytest.param("++", "++", None, id="none differs"),
    ],
)
def test_within_chance_what_would_have_shown_is_told(compared, before, after, told):
    lines = [line.strip() for line in show_comparison(compared(before, after), [])]

    said = [line for line in lines if line.endswith("four times of five")]
    assert [line.startswith(told or "") for line in said] == [True] * (told is not None)

"""Trials that stop once the verdict on their case is settled."""

import json

import pytest

from evalkit.runfile import read_run

AGENT = """\
from collections import Counter

held = Counter()


def answer(messages, tools):
    plan = messages[-1]["content"].split()[-1]
    mark = plan[held[plan]]
    held[plan] += 1
    if mark == "!":
        raise RuntimeError("out of order")
    return "yes" if mark == "+" else "no"
"""
CONFIG = 'providers: {agent: {api: python, model: "agent:answer"}}\n'


@pytest.fixture
def run(empty_project):
    """Run one case for each plan, whose marks are its trials: + passes, - fails, ! errors."""
    empty_project.write("agent.py", AGENT)
    empty_project.write("evalkit.yaml", CONFIG)

    def run(*flags, share=1.0, **plans):
        cases = [
            {"id": name, "prompt": f"Plan {plan}", "pass": share, "trials": len(plan)}
            | {"expect": {"answer": {"$equals": "yes"}}}
            for name, plan in plans.items()
        ]
        suite = {"version": 1, "suite": "s", "cases": cases}
        empty_project.write("suites/s.yaml", json.dumps(suite))
        return empty_project.evalkit("run", "suites", "-o", "run.jsonl", "--allow-python", *flags,
                                     PYTHONPATH=".")  # fmt: skip

    run.project = empty_project
    return run


def trials(project, name="run.jsonl"):
    """The marks of the trials that were held of each case."""
    marks = {"passed": "+", "failed": "-", "errored": "!"}
    held = {}
    for result in read_run(project.folder / name).results:
        held[result.case] = held.get(result.case, "") + marks[result.status]
    return held


@pytest.mark.parametrize(
    ("plan", "share", "held", "code"),
    [
        pytest.param("++-++", 1.0, "++-", 1, id="one failure is enough"),
        pytest.param("+++++", 1.0, "+++++", 0, id="all have to pass"),
        pytest.param("++-++", 0.4, "++", 0, id="enough have passed"),
        pytest.param("+--+-", 0.6, "+--+-", 1, id="open to the last"),
        pytest.param("---++", 0.6, "---", 1, id="too many have failed"),
        pytest.param("+++", 0.5, "++", 0, id="two of three are more than half"),
    ],
)
def test_trials_stop_where_no_further_one_could_change_the_verdict(run, plan, share, held, code):
    stopped = run("--stop-early", share=share, a=plan)

    assert (trials(run.project), stopped.returncode) == ({"a": held}, code)


@pytest.mark.parametrize("share", [0.3, 0.5, 0.8, 1.0])
def test_the_verdict_is_that_of_all_trials(run, share):
    plans = {"a": "+++++", "b": "++++-", "c": "-++++", "d": "--+++", "e": "++---", "f": "-----"}
    whole = run("--json", share=share, **plans)

    stopped = run("--json", "--stop-early", share=share, **plans)

    assert stopped.returncode == whole.returncode
    passed = [json.loads(each.stdout)["providers"][0]["accuracy"] for each in (whole, stopped)]
    assert passed[1]["stopped"] > 0
    assert passed[0]["stopped"] == 0


def test_an_errored_trial_settles_nothing_by_itself(run):
    run("--stop-early", "--max-errored", "9", a="+!+-+", b="!!!")

    assert trials(run.project) == {"a": "+!+-", "b": "!!!"}


def test_the_deciding_trial_is_left_out_of_the_pass_rate(run):
    stopped = run("--stop-early", "--json", a="+++-+", b="+++++", c="-++++")

    accuracy = json.loads(stopped.stdout)["providers"][0]["accuracy"]
    assert accuracy["value"] == pytest.approx((1 + 1 + 0) / 3)
    assert (accuracy["trials"], accuracy["pass_hat_k"]) == (5, pytest.approx(1 / 3))
    assert (accuracy["passed"], accuracy["cases"], accuracy["stopped"]) == (1, 3, 2)


def test_the_report_says_what_stopped_and_how_many_trials_there_were(run):
    stopped = run("--stop-early", a="+++-+", b="+++++")

    lines = [" ".join(line.split()) for line in stopped.stdout.splitlines()]
    assert any(line.startswith("✗ s::a (trial 4 of at most 5) [agent] ") for line in lines)
    assert any(line.startswith("Accuracy") and "; 1 stopped early" in line for line in lines)
    assert any(line.startswith("Flaky cases at least 1") for line in lines)
    assert "agent passes 1 of 2 cases, with trials stopped once that was settled." in lines
    assert stopped.stderr.splitlines()[-1] == "9/10: 8 passed, 1 failed"


def test_a_resumed_run_holds_no_trial_of_what_was_settled(run):
    run("--stop-early", a="++-++", b="+++++")
    path = run.project.folder / "run.jsonl"
    lines = path.read_text().splitlines(keepends=True)
    kept = [line for line in lines if '"b"' not in line or '"trial"' not in line]
    path.write_text("".join(kept[:-1]))

    resumed = run.project.evalkit("run", "--resume", "run.jsonl", "--allow-python", PYTHONPATH=".")

    assert "3 conversations are kept" in resumed.stderr
    assert "5/5" in resumed.stderr
    assert trials(run.project) == {"a": "++-", "b": "+++++"}
    assert {r.trials_at_most for r in read_run(path).results} == {5}


def test_judging_again_keeps_how_many_trials_there_might_have_been(run):
    run("--stop-early", a="++-++")

    graded = run.project.evalkit("grade", "run.jsonl", "--suite", "suites/s.yaml")

    assert "(trial 3 of at most 5)" in graded.stdout


@pytest.mark.parametrize(
    ("words", "what"),
    [
        pytest.param(
            ("baseline", "update", "run.jsonl"),
            "run.jsonl: trials stopped early, of so many cases: 1",
            id="as a baseline",
        ),
        pytest.param(
            ("run", "suites", "--stop-early", "--baseline", "run.jsonl"),
            "--stop-early and --baseline do not go together",
            id="against one",
        ),
    ],
)
def test_what_stopped_early_is_not_held_against_a_baseline(run, words, what):
    run("--stop-early", a="++-++")

    refused = run.project.evalkit(*words)

    assert (refused.returncode, refused.stderr.splitlines()[0]) == (2, f"evalkit: {what}")

"""Suites held against an earlier run by pytest: only what broke fails."""

import json

import pytest

GREETINGS = ("suites/greetings.yaml", "-q", "-rfx")
HASTY = ("--evalkit-provider", "hasty")
AGAINST = ("--evalkit-baseline", "base.jsonl")


@pytest.fixture
def base(project):
    """The baseline of `hasty`, with other outcomes for some of its cases."""

    def base(provider="hasty", **statuses):
        project.evalkit("run", "suites/greetings.yaml", "-p", "hasty", "-o", "base.jsonl")
        path = project.folder / "base.jsonl"
        records = [json.loads(line) for line in path.read_text().splitlines()]
        for record in records:
            if "result" in record:
                record["result"]["provider"] = provider
                known = record["result"]["status"]
                record["result"]["status"] = statuses.get(record["result"]["case"], known)
        path.write_text("".join(json.dumps(record) + "\n" for record in records))

    return base


def outcome(run):
    """The last line without its time: `1 failed, 2 passed`."""
    return run.stdout.splitlines()[-1].partition(" in ")[0]


@pytest.mark.parametrize(
    "spread", [pytest.param([], id="alone"), pytest.param(["-n", "2"], id="two workers")]
)
def test_what_fails_in_the_baseline_too_fails_no_run(project, base, spread):
    base()

    run = project.pytest(*GREETINGS, *HASTY, *AGAINST, *spread)

    assert (run.returncode, outcome(run)) == (0, "8 passed, 3 xfailed")
    assert "XFAIL suites/greetings.yaml::hello[hasty] - fails in the baseline, too" in run.stdout
    assert "8 of 11 passed, 73% (43% to 90%), 3 failing that broke nothing" in run.stdout


def test_what_passed_in_the_baseline_and_fails_now_fails_with_its_reason(project, base):
    base(hello="passed")

    run = project.pytest(*GREETINGS, *HASTY, *AGAINST)

    assert (run.returncode, outcome(run)) == (1, "1 failed, 8 passed, 2 xfailed")
    assert "FAILED suites/greetings.yaml::hello[hasty] - over_call: no call was" in run.stdout


@pytest.mark.parametrize(
    ("status", "reason"),
    [
        pytest.param("errored", "fails, but could not be judged in the baseline", id="errored"),
        pytest.param("skipped", "fails, but could not be judged in the baseline", id="skipped"),
    ],
)
def test_what_the_baseline_could_not_judge_cannot_break(project, base, status, reason):
    base(hello=status)

    run = project.pytest(*GREETINGS, *HASTY, *AGAINST)

    assert run.returncode == 0
    assert f"XFAIL suites/greetings.yaml::hello[hasty] - {reason}" in run.stdout


def test_a_case_that_the_baseline_does_not_have_cannot_break(project, base):
    base()
    suite = project.folder / "suites/greetings.yaml"
    suite.write_text(suite.read_text().replace("suite: greetings", "suite: greetings2"))
    (project.folder / "cassettes/greetings").rename(project.folder / "cassettes/greetings2")

    run = project.pytest(*GREETINGS, *HASTY, *AGAINST)

    assert (run.returncode, outcome(run)) == (0, "8 passed, 3 xfailed")
    assert "hello[hasty] - fails, but is not in the baseline" in run.stdout


def test_the_only_provider_of_either_run_is_compared_whatever_it_is_called(project, base):
    base(provider="another", hello="passed")

    run = project.pytest(*GREETINGS, *HASTY, *AGAINST)

    assert outcome(run) == "1 failed, 8 passed, 2 xfailed"


def test_a_baseline_that_is_not_there_is_told_by_its_name(project):
    run = project.pytest(*GREETINGS, *HASTY, *AGAINST)

    assert run.returncode == 2
    assert "base.jsonl:1:1: cannot be read: No such file or directory" in run.stdout


def test_trials_that_stop_early_are_held_against_no_baseline(project, base):
    base()

    run = project.pytest(*GREETINGS, *HASTY, *AGAINST, "--evalkit-stop-early")

    assert run.returncode == 2
    assert "--evalkit-stop-early and --evalkit-baseline do not go together" in run.stdout


def test_the_help_of_pytest_tells_what_a_baseline_does(project):
    run = project.pytest("--help")

    assert "--evalkit-baseline=FILE" in run.stdout

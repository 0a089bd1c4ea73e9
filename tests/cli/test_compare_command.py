"""`evalkit compare` and `evalkit baseline`: runs against one another, by file, name or revision."""

import json
import shutil
import subprocess

import pytest


@pytest.fixture
def runs(project):
    """A project with two runs: `careful` and, under the same name, `hasty`."""
    project.evalkit("run", "suites", "-p", "careful", "-o", "good.jsonl")
    project.evalkit("run", "suites", "-p", "hasty", "-o", "bad.jsonl")
    return project


def git(project, *words):
    identity = ["-c", "user.name=a", "-c", "user.email=a@example.org"]
    command = ["git", *identity, *words]
    subprocess.run(command, cwd=project.folder, check=True, capture_output=True)


def test_broken_cases_exit_with_1_and_are_shown(runs):
    run = runs.evalkit("compare", "good.jsonl", "bad.jsonl", "--cases", "1")

    assert run.returncode == 1
    assert "careful -> hasty: " in run.stdout
    assert "  broken (" in run.stdout
    assert run.stdout.splitlines()[-1].startswith("gate broken, hasty: ")


def test_the_other_way_round_nothing_is_broken(runs):
    run = runs.evalkit("compare", "bad.jsonl", "good.jsonl")

    assert run.returncode == 0
    assert run.stdout.splitlines()[-1] == "every gate holds"


def test_json_is_all_that_is_printed(runs):
    run = runs.evalkit("compare", "good.jsonl", "bad.jsonl", "--json", "--fail-on", "nothing")

    assert run.returncode == 0
    assert json.loads(run.stdout)["breaches"] == []


def test_gates_on_the_head_alone_hold_too(runs):
    run = runs.evalkit("compare", "good.jsonl", "good.jsonl", "--max-cost", "0.000001")

    assert run.returncode == 1
    assert run.stdout.splitlines()[-1].startswith("gate max-cost, careful: 1,000 conversations")


@pytest.mark.parametrize(
    ("words", "said"),
    [
        pytest.param(("gone.jsonl", "good.jsonl"), "is no run file and no git revision", id="none"),
        pytest.param(("latest", "good.jsonl"), "there is no latest run", id="no latest"),
        pytest.param(("evalkit.yaml", "good.jsonl"), "not a record of a run file", id="other"),
        pytest.param(("--output=x^{}", "good.jsonl"), "No such option", id="an option for git"),
    ],
)
def test_what_cannot_be_compared_exits_with_2(runs, words, said):
    run = runs.evalkit("compare", *words)

    assert run.returncode == 2
    assert said in run.stderr


def test_the_committed_baseline_is_found_by_its_revision(runs):
    shutil.rmtree(runs.folder / ".evalkit", ignore_errors=True)
    git(runs, "init", "-q")
    updated = runs.evalkit("baseline", "update", "good.jsonl")
    git(runs, "add", "reports/baseline.jsonl")
    git(runs, "commit", "-qm", "baseline")

    run = runs.evalkit("compare", "HEAD", "bad.jsonl")

    assert updated.stdout.startswith("reports/baseline.jsonl: ")
    assert run.returncode == 1
    assert run.stdout.startswith("base  HEAD:reports/baseline.jsonl (")


def test_a_revision_without_a_baseline_says_how_to_make_one(runs):
    git(runs, "init", "-q")
    git(runs, "commit", "-qm", "empty", "--allow-empty")

    run = runs.evalkit("compare", "HEAD", "bad.jsonl")

    assert run.returncode == 2
    assert "hint: commit one there: evalkit baseline update" in run.stderr


def test_a_run_that_did_not_end_is_no_baseline(runs):
    path = runs.folder / "good.jsonl"
    path.write_text("\n".join(path.read_text().splitlines()[:-1]) + "\n")

    run = runs.evalkit("baseline", "update", "good.jsonl")

    assert run.returncode == 2
    assert "the run did not end" in run.stderr
    assert not (runs.folder / "reports" / "baseline.jsonl").exists()


def test_the_latest_run_becomes_the_baseline(project):
    project.evalkit("run", "suites/greetings.yaml", "-p", "careful")

    project.evalkit("baseline", "update")
    run = project.evalkit("compare", "reports/baseline.jsonl", "latest")

    assert run.returncode == 0


def test_a_run_fails_only_for_what_its_baseline_does_not_know(runs):
    known = runs.evalkit("run", "suites", "-p", "hasty", "--baseline", "bad.jsonl")
    broken = runs.evalkit("run", "suites", "-p", "hasty", "--baseline", "good.jsonl")

    assert (known.returncode, known.stdout.splitlines()[-1]) == (0, "every gate holds")
    assert broken.returncode == 1


def test_a_baseline_that_is_not_there_is_refused_before_anybody_is_asked(project):
    run = project.evalkit("run", "suites", "-p", "careful", "--baseline", "gone.jsonl")

    assert run.returncode == 2
    assert not (project.folder / ".evalkit").exists()


def test_a_page_of_what_differs_is_written_beside_the_words(runs):
    run = runs.evalkit("compare", "good.jsonl", "bad.jsonl", "--page", "out/since.html")

    assert run.returncode == 1
    page = (runs.folder / "out" / "since.html").read_text()
    assert "<h1>Only careful passes " in page


def test_two_providers_of_one_run_are_compared_by_name(runs):
    runs.evalkit("run", "suites", "-p", "careful", "-p", "hasty", "-o", "both.jsonl")

    run = runs.evalkit("compare", "both.jsonl", "both.jsonl", "--providers", "careful", "hasty")

    assert "careful -> hasty: " in run.stdout


def test_a_report_begins_with_what_broke_since_a_baseline(runs):
    run = runs.evalkit("report", "bad.jsonl", "-o", "out", "--baseline", "good.jsonl")

    assert run.returncode == 0
    assert (
        (runs.folder / "out" / "report.md")
        .read_text()
        .startswith("### evalkit\n\n**Only careful passes ")
    )


def test_several_runs_make_one_report(runs):
    run = runs.evalkit("report", "good.jsonl", "bad.jsonl", "-f", "json")

    names = [provider["provider"] for provider in json.loads(run.stdout)["providers"]]
    assert names == ["careful", "hasty"]


def test_a_baseline_is_held_against_one_run_only(runs):
    run = runs.evalkit("report", "good.jsonl", "bad.jsonl", "-o", "out", "--baseline", "good.jsonl")

    assert run.returncode == 2
    assert "--baseline is held against one run, and 2 are named" in run.stderr

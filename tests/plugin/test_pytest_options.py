"""What pytest shows and writes of suites, by its flags and its ini file."""

import json

import pytest

from evalkit.runfile import read_run

GREETINGS = ("suites/greetings.yaml", "-q")
SUMMARY = [
    "careful (simulated)  11 of 11 passed, 100% (74% to 100%)",
    "hasty (simulated)    8 of 11 passed, 73% (43% to 90%)",
]
BOTH = ("--evalkit-provider", "careful", "--evalkit-provider", "hasty")


def summary(run):
    """The lines under the heading of evalkit, up to the next heading."""
    lines = run.stdout.splitlines()
    start = next(index for index, line in enumerate(lines) if " evalkit " in line)
    rest = lines[start + 1 :]
    end = next(index for index, line in enumerate(rest) if line.startswith("==") or " in " in line)
    return rest[:end]


def test_the_end_says_how_many_cases_each_provider_passed(project):
    run = project.pytest(*GREETINGS, *BOTH)

    assert summary(run) == SUMMARY


def test_what_errored_stands_beside_the_rate(project):
    (project.folder / "cassettes/greetings/careful--careful/hello.yaml").unlink()

    run = project.pytest(*GREETINGS, "--evalkit-provider", "careful")

    assert summary(run) == ["careful (simulated)  10 of 10 passed, 100% (72% to 100%), 1 errored"]


def test_a_provider_of_which_nothing_could_be_judged_has_no_rate(project):
    run = project.pytest(*GREETINGS, "--evalkit-provider", "openai-chat:nobody")

    assert summary(run) == ["nobody  nothing was judged, 11 errored"]


def test_without_a_suite_the_end_says_nothing(empty_project):
    empty_project.write("test_a.py", "def test_a(): pass\n")

    run = empty_project.pytest("-q")

    assert "evalkit" not in run.stdout


@pytest.mark.parametrize(
    "spread", [pytest.param([], id="alone"), pytest.param(["-n", "4"], id="four workers")]
)
def test_a_report_of_all_suites_is_written(project, spread):
    run = project.pytest("suites", "-q", *BOTH, "--evalkit-report", "out", *spread)

    record = read_run(project.folder / "out/run.jsonl")
    cases = [(result.suite, result.case, result.provider) for result in record.results]
    files = {path.name for path in (project.folder / "out").iterdir()}
    assert files == {"run.jsonl", "index.html", "report.md", "junit.xml"}
    assert len(cases) == len(set(cases)) == 2 * len({(suite, case) for suite, case, _ in cases})
    assert [provider.name for provider in record.header.providers] == ["careful", "hasty"]
    assert record.finished_at
    assert summary(run)[-1].endswith("/out/index.html")


def test_the_report_names_the_command_and_the_suites(project):
    project.pytest(*GREETINGS, "--evalkit-provider", "careful", "--evalkit-report=out")

    header = read_run(project.folder / "out/run.jsonl").header
    assert header.command == (
        "pytest suites/greetings.yaml -q --evalkit-provider careful --evalkit-report=out"
    )
    assert [suite.name for suite in header.suites] == ["greetings"]


def test_a_report_shows_what_failed_though_pytest_stopped_there(project):
    project.pytest(*GREETINGS, "--evalkit-provider", "hasty", "--evalkit-report", "out", "-x")

    record = read_run(project.folder / "out/run.jsonl")
    assert record.results[-1].status == "failed"


def test_a_report_that_cannot_be_written_is_told_and_ends_as_trouble(project):
    project.write("out/index.html/here", "a folder stands where the page should")

    run = project.pytest(*GREETINGS, "--evalkit-provider", "careful", "--evalkit-report", "out")

    assert run.returncode == 3
    told = "\n".join(summary(run))
    assert "the report cannot be written: Is a directory" in told
    assert "  hint: name another folder with --evalkit-report" in told
    assert "Traceback" not in run.stdout


def test_a_folder_that_takes_no_results_is_told_without_a_traceback(project):
    project.write("out", "a file stands where the folder should")

    run = project.pytest(*GREETINGS, "--evalkit-provider", "careful", "--evalkit-report", "out")

    assert "the run file cannot be written" in run.stdout
    assert "  hint: name another folder with --evalkit-report" in run.stdout
    assert "hello[careful] - EvalkitError: " in run.stdout
    assert "contextlib" not in run.stdout
    assert "exception" not in run.stdout


def test_on_github_the_report_joins_the_summary_of_the_job(project):
    project.pytest(*GREETINGS, "--evalkit-provider", "careful", "--evalkit-report", "out",
                   GITHUB_STEP_SUMMARY="summary.md")  # fmt: skip

    assert "careful" in (project.folder / "summary.md").read_text()


def test_v_shows_the_conversation(project):
    run = project.pytest("suites/greetings.yaml::hello[hasty]", "-v")

    assert "  user:   'hello'\n  model:  get_weather(location='Paris')" in run.stdout


def test_without_v_a_failure_is_short(project):
    run = project.pytest("suites/greetings.yaml::hello[hasty]")

    assert "model:" not in run.stdout


def test_another_configuration_is_named(project):
    text = (project.folder / "evalkit.yaml").read_text()
    project.write("ci/evalkit.yaml", text.replace("suites/", "../suites/"))
    project.write("ci/only.yaml", "providers: {nobody: {api: openai-chat, model: nobody}}\n")

    listed = project.pytest(*GREETINGS, "--co", "--evalkit-config", "ci/only.yaml")

    assert listed.stdout.splitlines()[0] == "suites/greetings.yaml::hello[nobody]"


def test_the_ini_file_sets_what_the_flags_do(project):
    project.write(
        "pytest.ini", "[pytest]\nevalkit_provider = careful hasty\nevalkit_report = out\n"
    )

    run = project.pytest(*GREETINGS)

    assert summary(run)[:2] == SUMMARY
    assert (project.folder / "out/index.html").exists()


def test_a_flag_counts_more_than_the_ini_file(project):
    project.write("pytest.ini", "[pytest]\nevalkit_provider = careful hasty\n")

    run = project.pytest(*GREETINGS, "--evalkit-provider", "careful")

    assert summary(run) == SUMMARY[:1]


def test_help_names_every_flag_and_ini_option(empty_project):
    shown = empty_project.pytest("--help").stdout

    flags = ("provider=NAME", "record=MODE", "report=DIR", "config=FILE", "allow-python")
    assert all(f"--evalkit-{flag}" in shown for flag in flags)
    assert all(f"evalkit_{name} (" in shown for name in ("provider", "report", "config"))


def test_junit_holds_provider_and_model_of_each_case(project):
    project.pytest(*GREETINGS, "--evalkit-provider", "careful", "--junitxml=junit.xml")

    text = (project.folder / "junit.xml").read_text()
    assert text.count('<property name="provider" value="careful" />') == 11
    assert text.count('<property name="simulated" value="True" />') == 11


def test_durations_and_node_ids_are_pytests_own(project):
    run = project.pytest(*GREETINGS, "--evalkit-provider", "careful", "--durations=1", "-vv")

    assert "slowest 1 durations" in run.stdout
    assert "suites/greetings.yaml::hello[careful]" in run.stdout


def test_a_part_that_a_killed_run_left_does_not_join_another(project):
    project.write("out/.parts-0badcafe/main-1.jsonl", json.dumps({"evalkit": 1, "run": {}}) + "\n")

    run = project.pytest(*GREETINGS, "--evalkit-provider", "careful", "--evalkit-report", "out")

    assert run.returncode == 0
    assert len(read_run(project.folder / "out/run.jsonl").results) == 11


def test_trials_stop_once_the_verdict_on_their_case_is_settled(project):
    suite = project.folder / "suites/greetings.yaml"
    suite.write_text(suite.read_text() + "defaults: {trials: 3, pass: 0.3}\n")

    stopped = project.pytest(*GREETINGS, *BOTH[:2], "--evalkit-stop-early")
    whole = project.pytest(*GREETINGS, *BOTH[:2])

    assert summary(stopped) == SUMMARY[:1]
    assert summary(whole) == ["careful (simulated)  nothing was judged, 11 errored"]

import json
import shutil

import pytest

from evalkit.results import Status
from evalkit.runfile import read_run

MISTAKES = """\
version: 1
suite: broken
tools:
  - {name: get_weather, parameters: {type: object, properties: {location: {type: string}}}}
cases:
  - id: a
    promt: hello
    expect: no_call
  - id: b
    prompt: weather in Oslo
    expect:
      calls:
        - get_wether: {location: Oslo}
  - id: c
    prompt: weather in Oslo
    expect:
      calls:
        - get_weather: {location: {$regx: Oslo}}
"""


def test_a_replayed_run_compares_the_providers_and_fails_where_one_fails(project):
    run = project.evalkit("run", "suites/greetings.yaml")

    assert run.returncode == 1
    assert "careful-responses pass 11 of 11" in run.stdout
    assert "over_call: no call was expected, got get_weather(location='Paris')" in run.stdout
    assert "Simulated: no real model gave any of these answers." in run.stdout


def test_a_run_in_which_all_pass_exits_with_0(project):
    run = project.evalkit("run", "--provider", "careful")

    assert run.returncode == 0


def test_a_replay_needs_neither_key_nor_sdk(project):
    script = (
        "import sys; from evalkit.cli import main\n"
        "sys.argv = ['evalkit', 'run', '--provider', 'careful', '--json']\n"
        "try: main()\n"
        "except SystemExit: print(sorted({'openai', 'anthropic', 'httpx2', 'vcr', 'jinja2'}"
        " & sys.modules.keys()), file=sys.stderr)\n"
    )

    run = project._run(["python", "-c", script], {"PATH": _python_path()})

    assert run.stderr.strip() == "[]"


def _python_path():
    import sys
    from pathlib import Path

    return str(Path(sys.executable).parent)


def test_without_cassettes_every_case_is_errored_and_told_how_to_record(project):
    shutil.rmtree(project.folder / "cassettes")

    run = project.evalkit("run", "suites/greetings.yaml", "-o", "run.jsonl")

    assert run.returncode == 3
    assert "`evalkit run --record missing` asks the provider and records the answer" in run.stdout
    assert "Traceback" not in run.stdout + run.stderr
    statuses = {result.status for result in read_run(project.folder / "run.jsonl").results}
    assert statuses == {Status.ERRORED}


def test_what_was_recorded_replays_without_the_simulator(project):
    shutil.rmtree(project.folder / "cassettes")
    words = ("run", "suites/greetings.yaml", "--provider", "careful", "--provider", "hasty")

    recorded = project.evalkit(*words, "--record", "missing", "-o", "recorded.jsonl")
    shutil.rmtree(project.folder / "suites/simulator")
    replayed = project.evalkit(*words, "-o", "replayed.jsonl")

    assert (recorded.returncode, replayed.returncode) == (1, 1)
    first, second = (read_run(project.folder / f"{n}.jsonl") for n in ("recorded", "replayed"))
    assert [(r.case, r.provider, r.verdicts) for r in first.results] == [
        (r.case, r.provider, r.verdicts) for r in second.results
    ]
    assert all(r.transcript.simulated for r in second.results)


def test_every_mistake_of_a_suite_is_told_at_its_place(project):
    project.write("broken.yaml", MISTAKES)

    run = project.evalkit("run", "broken.yaml")

    assert run.returncode == 2
    assert "broken.yaml:7:5: unknown key 'promt'" in run.stderr
    assert "did you mean 'prompt'?" in run.stderr
    assert "broken.yaml:13:11: the suite offers no tool 'get_wether'" in run.stderr
    assert "did you mean 'get_weather'?" in run.stderr
    assert "broken.yaml:18:36: unknown matcher '$regx'" in run.stderr
    assert "Traceback" not in run.stderr


@pytest.mark.parametrize(
    ("words", "complaint"),
    [
        pytest.param(["--provider", "carefull"], "did you mean 'careful'?", id="provider"),
        pytest.param(["--case", "nothing-like-this*"], "no case is left to run", id="case"),
        pytest.param(["nowhere.yaml"], "nowhere.yaml", id="suite"),
        pytest.param(["--failed", "none.jsonl"], "none.jsonl:1:1: cannot be read", id="run file"),
        pytest.param(["--record", "always"], "'always' is not one of", id="mode"),
        pytest.param(["--config", "none.yaml"], "none.yaml", id="configuration"),
    ],
)
def test_a_wrong_word_on_the_command_line_is_told_with_the_right_one(project, words, complaint):
    run = project.evalkit("run", *words)

    assert run.returncode == 2
    assert complaint in run.stderr
    assert "Traceback" not in run.stderr


def test_a_folder_without_a_configuration_says_where_providers_are_named(empty_project):
    empty_project.write(
        "suites/s.yaml", "version: 1\nsuite: s\ncases:\n  - {id: a, prompt: hi, expect: no_call}\n"
    )

    run = empty_project.evalkit("run")

    assert run.returncode == 2
    assert "evalkit.yaml: no provider to ask" in run.stderr


def test_a_misspelt_key_of_the_configuration_is_told_at_its_place(project):
    path = project.folder / "evalkit.yaml"
    path.write_text(path.read_text().replace("simulate:", "simulat:", 1))

    run = project.evalkit("run")

    assert run.returncode == 2
    assert "unknown key 'simulat'" in run.stderr
    assert "did you mean 'simulate'?" in run.stderr


@pytest.mark.parametrize(
    ("words", "cases"),
    [
        pytest.param(["--tag", "F2"], 9, id="by tag"),
        pytest.param(["--case", "hello*"], 3, id="by glob"),
        pytest.param(["--case", "greetings::hello"], 1, id="by suite and case"),
    ],
)
def test_cases_are_selected(project, words, cases):
    run = project.evalkit("run", "--provider", "careful", "-o", "run.jsonl", *words)

    assert run.returncode == 0
    assert len(read_run(project.folder / "run.jsonl").results) == cases


def test_only_what_failed_is_run_again(project):
    project.evalkit("run", "suites/greetings.yaml", "-o", "first.jsonl")

    project.evalkit("run", "suites/greetings.yaml", "--failed", "first.jsonl", "-o", "again.jsonl")

    results = read_run(project.folder / "again.jsonl").results
    assert [(r.case, r.provider) for r in results] == [
        ("hello", "hasty"),
        ("lovely-weather", "hasty"),
        ("dog-named-sydney", "hasty"),
    ]


def test_the_first_failure_ends_the_run_when_asked_to(project):
    run = project.evalkit("run", "--provider", "hasty", "-x", "-o", "run.jsonl")

    record = read_run(project.folder / "run.jsonl")
    assert run.returncode == 1
    assert [r.status for r in record.results].count(Status.FAILED) == 1
    assert record.finished_at is None


def test_shuffling_changes_the_order_and_no_verdict(project):
    words = ("run", "suites/greetings.yaml", "--provider", "hasty", "-o")
    project.evalkit(*words, "plain.jsonl")

    project.evalkit(*words, "shuffled.jsonl", "--shuffle", "7")

    plain, shuffled = (read_run(project.folder / f"{n}.jsonl") for n in ("plain", "shuffled"))
    assert [(r.case, r.status) for r in plain.results] == [
        (r.case, r.status) for r in shuffled.results
    ]


def test_the_summary_for_machines_is_json_alone(project):
    run = project.evalkit("run", "suites/greetings.yaml", "--json")

    summary = json.loads(run.stdout)
    assert run.stderr == ""
    assert {provider["provider"] for provider in summary["providers"]} == {
        "careful",
        "careful-anthropic",
        "careful-responses",
        "hasty",
    }


def test_reports_are_written_beside_one_another(project):
    project.evalkit("run", "suites/greetings.yaml", "--report", "out")

    assert sorted(path.name for path in (project.folder / "out").iterdir()) == [
        "index.html",
        "junit.xml",
        "report.md",
    ]


def test_a_run_file_is_rendered_without_running_anything(project):
    project.evalkit("run", "suites/greetings.yaml", "-o", "run.jsonl")
    shutil.rmtree(project.folder / "suites")

    report = project.evalkit("report", "run.jsonl", "--format", "markdown")

    assert report.returncode == 0
    assert "simulated" in report.stdout.lower()


@pytest.mark.parametrize(
    ("words", "told"),
    [
        pytest.param((), "evalkit.yaml: no provider to ask\n", id="none"),
        pytest.param(("-p", "gpt"), "--provider gpt: unknown provider 'gpt'\n", id="unknown"),
    ],
)
def test_a_missing_provider_hides_no_mistake_of_the_suite(empty_project, words, told):
    empty_project.write("broken.yaml", MISTAKES)

    run = empty_project.evalkit("run", "broken.yaml", *words)

    assert run.returncode == 2
    assert "broken.yaml:7:5: unknown key 'promt'" in run.stderr
    assert "unknown matcher '$regx'" in run.stderr
    assert told in run.stderr

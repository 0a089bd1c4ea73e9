"""`evalkit cassettes`, and the flags of `evalkit run` that cost or save money."""

import json
import re

import pytest

from evalkit.runfile import read_run

GREETINGS = ("suites/greetings.yaml", "-p", "careful")
HELLO = "cassettes/greetings/careful--careful/hello.yaml"
KEY = "sk-ant-" + "api03-Zk29LqPw7RtYx81VbNc4"


@pytest.fixture
def greetings(project):
    """The project with one suite of eleven cases, one provider, and their cassettes."""
    for path in (project.folder / "suites").glob("*.yaml"):
        if path.stem != "greetings":
            path.unlink()
    for path in (project.folder / "cassettes").rglob("*.yaml"):
        if path.parts[-3:-1] != ("greetings", "careful--careful"):
            path.unlink()
    config = project.folder / "evalkit.yaml"
    lines = config.read_text().splitlines()
    start = next(n for n, line in enumerate(lines) if "careful-anthropic" in line)
    end = next(n for n, line in enumerate(lines) if not line.strip())
    config.write_text("\n".join(lines[:start] + lines[end:]) + "\n")
    return project


def edit(project, name, before, after):
    path = project.folder / name
    text = path.read_text()
    assert before in text
    path.write_text(text.replace(before, after, 1))


def states(project, *words):
    run = project.evalkit("cassettes", "status", "--json", *words)
    assert run.returncode == 0
    return {each["path"]: each["state"] for each in json.loads(run.stdout)}


def ask_something_else(project):
    edit(
        project,
        "suites/greetings.yaml",
        "prompt: hello\n",
        "prompt: hello\n    settings: {max_tokens: 99}\n",
    )


def tear(project):
    path = project.folder / HELLO
    path.write_text(path.read_text()[:-20])


def lose(project):
    (project.folder / HELLO).unlink()


def leave_an_orphan(project):
    path = project.folder / HELLO
    (path.parent / "nobody.yaml").write_text(path.read_text())


def age(project):
    edit(project, "evalkit.yaml", "providers:", "max_age: {days: 30, then: fail}\nproviders:")
    path = project.folder / HELLO
    path.write_text(re.sub(r'recorded_at: "\d{4}', 'recorded_at: "2020', path.read_text()))


def drift(project):
    path = project.folder / HELLO
    text = re.sub(r'recorded_at: "\d{4}', 'recorded_at: "2020', path.read_text())
    path.write_text(re.sub(r'model_answered: "[^"]*"', 'model_answered: "older"', text))


def strip_to_vcr(project):
    path = project.folder / HELLO
    lines = path.read_text().splitlines()
    ours = next(n for n, line in enumerate(lines) if line == "  evalkit:")
    kept = [line for line in lines[:ours] if not line.startswith(("evalkit:", "#"))]
    path.write_text("\n".join(kept) + "\n")


def test_recordings_that_answer_todays_requests_are_fresh(greetings):
    run = greetings.evalkit("cassettes", "status")

    assert run.stdout == "11 cassettes: 11 fresh\n"


@pytest.mark.parametrize(
    ("happened", "name", "state", "code"),
    [
        pytest.param(ask_something_else, "hello", "changed", 1, id="changed"),
        pytest.param(tear, "hello", "broken", 1, id="broken"),
        pytest.param(lose, "hello", "missing", 1, id="missing"),
        pytest.param(leave_an_orphan, "nobody", "orphaned", 0, id="orphaned"),
        pytest.param(age, "hello", "expired", 1, id="expired, and that is forbidden"),
        pytest.param(drift, "hello", "drifted", 0, id="drifted"),
        pytest.param(strip_to_vcr, "hello", "foreign", 0, id="foreign"),
    ],
)
def test_what_became_of_a_recording_is_told_and_fails_where_a_replay_would(
    greetings, happened, name, state, code
):
    happened(greetings)

    found = states(greetings)
    verified = greetings.evalkit("cassettes", "verify")

    path = f"cassettes/greetings/careful--careful/{name}.yaml"
    assert {path: found.pop(path)} == {path: state}
    assert set(found.values()) == {"fresh"}
    assert verified.returncode == code
    assert verified.stdout.startswith(f"{path}: {state}: ") == (code == 1)


def test_a_later_turn_that_asks_something_else_fails_though_the_first_does_not(empty_project):
    tools = "tools: [{name: look, parameters: {type: object}}]"
    suite = (
        f"version: 1\nsuite: s\n{tools}\nsimulate: {{look: [{{return: ANSWER}}]}}\n"
        "cases: [{id: a, prompt: hi, expect: {calls: [{look: {}}]}}]\n"
    )
    empty_project.write("suites/s.yaml", suite.replace("ANSWER", "rain"))
    empty_project.write(
        "script.yaml",
        "version: 1\nrules:\n"
        "  - when: {result: {$any: true}}\n    answer: {text: done}\n"
        "  - when: {user: hi}\n    answer: {calls: [{name: look, arguments: {}}]}\n",
    )
    empty_project.write(
        "evalkit.yaml", "providers: {p: {api: openai-chat, model: m, simulate: script.yaml}}\n"
    )
    recorded = empty_project.evalkit("run", "--record", "missing")
    before = empty_project.evalkit("cassettes", "verify")
    empty_project.write("suites/s.yaml", suite.replace("ANSWER", "sun"))

    after = empty_project.evalkit("cassettes", "verify")

    assert (recorded.returncode, before.returncode) == (0, 0), recorded.stdout + recorded.stderr
    assert after.returncode == 1
    assert "no recording answers POST" in after.stdout


def test_what_nobody_needs_is_pruned_and_nothing_else(greetings):
    leave_an_orphan(greetings)
    path = greetings.folder / HELLO
    text = path.read_text()
    other = text[text.index("- request:") : text.rindex("...")].replace("trial: 0", "trial: 1")
    stale = other.replace('"content":"hello"', '"content":"bye"')
    path.write_text(text.replace("\n...\n", f"\n{stale}...\n"))
    (greetings.folder / "cassettes/greetings/careful--careful/notes.yaml").write_text("a: note\n")

    dry = greetings.evalkit("cassettes", "prune", "--dry-run")
    still_there = path.read_text().count("- request:")
    run = greetings.evalkit("cassettes", "prune")

    folder = greetings.folder / "cassettes/greetings/careful--careful"
    assert "2 cassettes would be pruned" in dry.stdout
    assert still_there == 2
    assert "2 cassettes pruned" in run.stdout
    assert path.read_text() == text
    assert not (folder / "nobody.yaml").exists()
    assert (folder / "notes.yaml").exists()


def test_cassettes_of_other_suites_and_providers_are_left_alone(project):
    run = project.evalkit("cassettes", "prune", *GREETINGS)

    assert run.stdout == "0 cassettes pruned\n"


@pytest.mark.parametrize(
    ("happened", "flags"),
    [
        pytest.param(ask_something_else, ["--stale"], id="changed"),
        pytest.param(lose, ["--stale"], id="missing"),
        pytest.param(age, ["--stale"], id="expired"),
        pytest.param(age, ["--older-than", "365"], id="older"),
        pytest.param(drift, ["--drifted"], id="drifted"),
    ],
)
def test_only_what_is_out_of_date_is_recorded_anew(greetings, happened, flags):
    happened(greetings)
    others = {p: p.read_bytes() for p in (greetings.folder / "cassettes").rglob("*.yaml")}
    others.pop(greetings.folder / HELLO, None)

    run = greetings.evalkit("cassettes", "rerecord", *flags)

    assert run.returncode == 0, run.stdout + run.stderr
    assert set(states(greetings).values()) == {"fresh"}
    assert {path: path.read_bytes() for path in others} == others


def test_what_to_record_anew_has_to_be_named(greetings):
    run = greetings.evalkit("cassettes", "rerecord")

    assert run.returncode == 2
    assert "name --older-than, --stale or --drifted" in run.stderr


def test_nothing_out_of_date_asks_nobody(greetings):
    run = greetings.evalkit("cassettes", "rerecord", "--stale")

    assert run.stdout.startswith("Nothing would be asked")


def test_a_cassette_is_shown_without_what_a_terminal_would_obey(greetings):
    path = greetings.folder / HELLO
    path.write_text(path.read_text().replace('"content":"hello"', '"content":"\\u001b[2J"'))

    run = greetings.evalkit("cassettes", "show", HELLO)
    line = json.loads(greetings.evalkit("cassettes", "show", HELLO, "--json").stdout)

    assert run.returncode == 0
    assert "\x1b" not in run.stdout
    assert "[0] trial 1, recorded_at " in run.stdout
    assert line["trial"] == 0
    assert line["request"]["messages"][-1]["content"] == "\x1b[2J"


def test_a_foreign_cassette_is_converted_and_answers_still(greetings):
    strip_to_vcr(greetings)
    path = greetings.folder / HELLO
    path.write_text(
        path.read_text().replace(
            "    headers:\n", f"    headers:\n      authorization: [Bearer {KEY}]\n", 1
        )
    )

    run = greetings.evalkit("cassettes", "convert", HELLO)

    assert run.stdout == f"{HELLO} -> {HELLO}: 1 recording\n"
    assert KEY not in path.read_text()
    assert states(greetings)[HELLO] == "fresh"
    assert greetings.evalkit("run", *GREETINGS).returncode == 0


def test_a_conversion_is_told_as_json(greetings):
    run = greetings.evalkit("cassettes", "convert", HELLO, "--to", "new", "--json")

    name = HELLO.rpartition("/")[2]
    assert json.loads(run.stdout) == [{"path": HELLO, "to": f"new/{name}", "recordings": 1}]


@pytest.mark.parametrize("name", ["suites/x.yaml", "reports/x.md", HELLO, ".evalkit/x.jsonl"])
def test_a_secret_is_found_wherever_a_project_keeps_files(greetings, name):
    clean = greetings.evalkit("cassettes", "scan")
    path = greetings.folder / name
    path.parent.mkdir(exist_ok=True, parents=True)
    path.write_text((path.read_text() if path.exists() else "") + f"# {KEY}\n")

    run = greetings.evalkit("cassettes", "scan")

    assert clean.stdout == "no secret was found\n"
    assert run.returncode == 1
    assert run.stdout.startswith(f"{name}:")
    assert "Anthropic key: sk-ant…" in run.stdout
    assert KEY not in run.stdout


def test_the_files_of_a_commit_are_scanned_as_pre_commit_names_them(greetings):
    greetings.write("a.txt", "nothing\n")
    greetings.write("b.txt", f"key = {KEY}\n")

    run = greetings.evalkit("cassettes", "scan", "a.txt", "b.txt", "--json")

    assert run.returncode == 1
    assert [(each["path"], each["line"]) for each in json.loads(run.stdout)] == [("b.txt", 1)]


def test_what_a_run_would_cost_is_told_before_anybody_is_asked(greetings):
    lose(greetings)

    run = greetings.evalkit("run", *GREETINGS, "--record", "missing", "--dry-run")
    machine = greetings.evalkit("run", *GREETINGS, "--record", "missing", "--dry-run", "--json")

    (found,) = json.loads(machine.stdout)
    assert run.returncode == 0
    assert run.stdout.startswith("careful (careful): 1 conversation, up to ")
    assert found["conversations"] == 1
    assert 0 < found["usd_least"] < found["usd_most"]
    assert not (greetings.folder / HELLO).exists()
    assert not (greetings.folder / ".evalkit").exists()


def test_what_a_run_costs_at_least_is_unknown_where_trials_may_stop_early(greetings):
    lose(greetings)
    words = ("run", *GREETINGS, "--record", "missing", "--trials", "9", "--stop-early", "--dry-run")

    (found,) = json.loads(greetings.evalkit(*words, "--json").stdout)

    assert (found["stops_early"], found["conversations"], found["usd_least"]) == (True, 9, None)
    assert found["usd_most"] > 0


def test_a_replay_costs_nothing_and_says_so(greetings):
    run = greetings.evalkit("run", *GREETINGS, "--dry-run")

    assert run.stdout.startswith("Nothing would be asked")


def test_a_run_sends_no_more_requests_than_it_may_and_is_resumed(greetings):
    whole = greetings.evalkit("run", *GREETINGS, "-o", "whole.jsonl")
    words = ("run", *GREETINGS, "--record", "all", "--max-requests", "4", "-o", "run.jsonl")

    run = greetings.evalkit(*words)
    part = [r.status for r in read_run(greetings.folder / "run.jsonl").results]
    again = greetings.evalkit(
        "run", "--resume", "run.jsonl", "--record", "missing", "--max-requests", "40"
    )

    assert (whole.returncode, run.returncode, again.returncode) == (0, 3, 0)
    assert part.count("errored") >= 7
    assert "the run has sent as many requests as it may" in run.stdout
    results = read_run(greetings.folder / "run.jsonl").results
    assert [r.status for r in results] == ["passed"] * 11


def test_a_budget_is_held_and_what_fits_is_answered(greetings):
    words = ("run", *GREETINGS, "--record", "all", "-o", "run.jsonl", "--budget-usd")

    run = greetings.evalkit(*words, "0.016")

    results = read_run(greetings.folder / "run.jsonl").results
    answered = [r for r in results if r.status == "passed"]
    assert run.returncode == 3
    assert 0 < len(answered) < 11
    assert sum(r.cost_usd for r in answered) <= 0.016
    assert "its budget of 0.016 USD" in run.stdout


def test_a_budget_needs_a_price(greetings):
    path = greetings.folder / "evalkit.yaml"
    path.write_text(path.read_text().split("prices:")[0])

    run = greetings.evalkit("run", *GREETINGS, "--record", "all", "--budget-usd", "1")

    assert run.returncode == 2
    assert "nobody knows what 'careful' costs" in run.stderr


def test_more_trials_than_were_recorded_are_errored_with_the_number_that_were(greetings):
    run = greetings.evalkit("run", *GREETINGS, "--case", "hello", "--trials", "3", "-o", "r.jsonl")

    results = read_run(greetings.folder / "r.jsonl").results
    assert run.returncode == 3
    assert [r.status for r in results] == ["passed", "errored", "errored"]
    assert "the cassette holds trial 1 of it" in results[2].transcript.trouble.what


@pytest.mark.parametrize(("then", "code"), [("warn", 0), ("fail", 3), ("rerecord", 0)])
def test_a_run_says_that_its_answers_are_old(greetings, then, code):
    age(greetings)
    edit(greetings, "evalkit.yaml", "then: fail", f"then: {then}")

    run = greetings.evalkit("run", *GREETINGS)

    assert run.returncode == code
    assert "1 of 11 answers were recorded more than 30 days ago" in run.stderr


def test_an_old_recording_is_asked_anew_where_the_configuration_says_so(greetings):
    age(greetings)
    edit(greetings, "evalkit.yaml", "then: fail", "then: rerecord")

    run = greetings.evalkit("run", *GREETINGS, "--record", "missing")

    assert run.returncode == 0
    assert "days ago" not in run.stderr
    assert states(greetings)[HELLO] == "fresh"
    assert (greetings.folder / HELLO).read_text().count("- request:") == 1

"""`evalkit lint` as a process: what it prints and what it returns."""

import json

import pytest

BAD = "- {name: sync, parameters: {type: object, properties: {}, required: []}}\n"
OPEN = """\
- name: sync
  description: Copy new orders from the shop to the warehouse.
  parameters: {type: object, properties: {}, required: []}
"""


def test_a_warning_exits_with_1_and_says_what_to_do(empty_project):
    empty_project.write("tools.yaml", BAD)

    run = empty_project.evalkit("lint", "tools.yaml", "--ignore", "open-arguments")

    assert run.returncode == 1
    assert run.stdout == (
        "tools.yaml:1:10: warning missing-description: sync has no description\n"
        "  why: the model has only the name to go by\n"
        "  fix: say what it does, when to use it, and what it changes\n"
        "1 warning\n"
    )


def test_notes_alone_exit_with_0(empty_project):
    empty_project.write("tools.yaml", OPEN)

    run = empty_project.evalkit("lint", "tools.yaml")

    assert (run.returncode, run.stdout.splitlines()[-1]) == (0, "1 note")


def test_nothing_found_is_said(empty_project):
    empty_project.write("tools.yaml", OPEN)

    run = empty_project.evalkit("lint", "tools.yaml", "--select", "missing-description")

    assert (run.returncode, run.stdout) == (0, "nothing found\n")


@pytest.mark.parametrize("flag", ["--json", "--format=json"])
def test_json_prints_objects_and_nothing_else(empty_project, flag):
    empty_project.write("tools.yaml", BAD)

    run = empty_project.evalkit("lint", "tools.yaml", flag)

    rules = [json.loads(line)["rule"] for line in run.stdout.splitlines()]
    assert rules == ["missing-description", "open-arguments"]


def test_without_files_the_suites_of_the_configuration_are_linted(project):
    run = project.evalkit("lint", "--format", "sarif")

    assert json.loads(run.stdout)["version"] == "2.1.0"


def test_an_unknown_rule_exits_with_2(empty_project):
    run = empty_project.evalkit("lint", "tools.yaml", "--select", "no-such-rule")

    assert run.returncode == 2
    assert run.stderr.startswith("evalkit: unknown rule 'no-such-rule'")


def test_the_rules_are_listed(empty_project):
    run = empty_project.evalkit("lint", "--rules")

    assert run.returncode == 0
    assert run.stdout.splitlines()[0].split() == [
        *("missing-description", "warning", "a", "tool", "without", "a", "description")
    ]

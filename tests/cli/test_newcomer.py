"""The first minutes with evalkit, in an empty folder."""

import pytest


def test_a_new_project_runs_and_reports_without_naming_a_file(empty_project):
    assert empty_project.evalkit("init").returncode == 0
    assert empty_project.evalkit("run").returncode == 0

    report = empty_project.evalkit("report")

    assert report.returncode == 0
    assert "example passes 3 of 3 cases." in report.stdout
    assert report.stdout.endswith("Run file: .evalkit/latest.jsonl\n")


def test_a_new_project_gives_no_cause_for_advice(empty_project):
    empty_project.evalkit("init")

    assert empty_project.evalkit("lint").stdout == "nothing found\n"


def test_a_report_before_the_first_run_says_to_run(empty_project):
    report = empty_project.evalkit("report")

    assert (report.returncode, report.stderr) == (
        2,
        "evalkit: .evalkit/latest.jsonl: there is no latest run\n  hint: evalkit run\n",
    )


def test_a_folder_without_suites_says_how_to_begin(empty_project):
    run = empty_project.evalkit("run", "-p", "openai-chat:gpt-5.4-mini")

    assert (run.returncode, run.stderr) == (
        2,
        (
            "evalkit: suites:1:1: there is no such file or folder\n"
            "  hint: name suites or folders of them; `evalkit init` starts a project with one\n"
        ),
    )


@pytest.mark.parametrize(
    ("providers", "words", "told"),
    [
        pytest.param(
            "{p: {api: openai, model: m}}",
            (),
            "evalkit.yaml:1:22: unknown API 'openai'\n  hint: did you mean 'openai-chat'?\n",
            id="API of the file",
        ),
        pytest.param(
            "{p: {api: openai-chat, model: m}}",
            ("-p", "openai:m"),
            "--provider openai:m: unknown API 'openai'\n  hint: did you mean 'openai-chat'?\n",
            id="API of the command line",
        ),
        pytest.param(
            "{p: {apii: x, api: openai-chat, model: m}}",
            (),
            "evalkit.yaml:1:17: unknown key 'apii'\n  hint: did you mean 'api'?\n",
            id="key",
        ),
        pytest.param(
            "{}",
            ("-p", "gpt"),
            (
                "--provider gpt: unknown provider 'gpt'\n"
                "  hint: name it in evalkit.yaml, or write api:model"
                " such as openai-chat:gpt-5.4-mini\n"
            ),
            id="provider",
        ),
    ],
)
def test_a_mistake_about_providers_is_told_at_its_place(empty_project, providers, words, told):
    empty_project.evalkit("init")
    empty_project.write("evalkit.yaml", f"providers: {providers}\n")

    run = empty_project.evalkit("run", *words)

    assert (run.returncode, run.stderr) == (2, f"evalkit: {told}")

import pytest


def test_a_run_on_github_adds_its_report_to_the_summary_of_the_job(project):
    summary = project.write("summary.md", "Tests passed.\n")

    project.evalkit(
        "run", "suites/greetings.yaml", "-p", "careful", GITHUB_STEP_SUMMARY=str(summary)
    )
    text = summary.read_text()

    assert text.startswith("Tests passed.\n")
    assert "careful" in text


@pytest.mark.parametrize("command", ["run", "report"])
def test_elsewhere_nothing_is_written(project, command):
    project.evalkit("run", "suites/greetings.yaml", "-p", "careful", "-o", "run.jsonl")

    project.evalkit(command, *(["run.jsonl"] if command == "report" else ["suites/greetings.yaml"]))

    assert not list(project.folder.glob("*.md"))


def test_a_summary_that_cannot_be_written_is_told(project):
    run = project.evalkit(
        "run", "suites/greetings.yaml", "-p", "careful", GITHUB_STEP_SUMMARY="no/such/folder.md"
    )

    assert run.returncode == 3
    assert "the summary of the job cannot be written: No such file or directory" in run.stderr

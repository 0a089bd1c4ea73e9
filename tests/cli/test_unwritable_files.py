"""Files that cannot be written are told with what they hold, where, and the way out."""

import pytest

QUESTIONS = (
    '{"id": "irrelevance_0", "question": [[{"role": "user", "content": "hi"}]], "function": []}\n'
)
REPORT = ("report", "run.jsonl")


@pytest.mark.parametrize(
    ("words", "told"),
    [
        pytest.param(
            ("init", "there/new"),
            "the project cannot be written: Not a directory\n"
            "  hint: name a folder that may be written to: evalkit init my-evals\n",
            id="init",
        ),
        pytest.param(
            ("schema", "-o", "there/s.json"),
            "the schema cannot be written: 'there' is not a folder\n"
            "  hint: name another file with --output\n",
            id="schema",
        ),
        pytest.param(
            ("import", "bfcl", "questions.jsonl", "--native", "-o", "there/s.yaml"),
            "the suite cannot be written: 'there' is not a folder\n"
            "  hint: name another file with --output\n",
            id="import",
        ),
        pytest.param(
            (*REPORT, "-f", "markdown", "-o", "there/r.md"),
            "the report cannot be written: 'there' is not a folder\n"
            "  hint: name another file with --output\n",
            id="report as a file",
        ),
        pytest.param(
            (*REPORT, "-o", "there/report"),
            "the report cannot be written: Not a directory\n"
            "  hint: name another folder with --output\n",
            id="report as a folder",
        ),
        pytest.param(
            ("run", "suites/greetings.yaml", "-p", "careful", "--report", "there/report"),
            "the report cannot be written: Not a directory\n"
            "  hint: name another folder with --report\n",
            id="report of a run",
        ),
        pytest.param(
            ("run", "suites/greetings.yaml", "-p", "careful", "-o", "there/run.jsonl"),
            "the run file cannot be written: 'there' is not a folder\n"
            "  hint: name another file with --output\n",
            id="run file",
        ),
        pytest.param(
            ("compare", "run.jsonl", "run.jsonl", "--page", "there/page.html"),
            "the page cannot be written: 'there' is not a folder\n"
            "  hint: name another file with --page\n",
            id="page",
        ),
    ],
)
def test_a_file_that_cannot_be_written_is_told_with_the_option_that_names_it(project, words, told):
    project.write("there", "a file stands where the folder should")
    project.write("questions.jsonl", QUESTIONS)
    if "run.jsonl" in words:
        project.evalkit("run", "suites/greetings.yaml", "-p", "careful", "-o", "run.jsonl")

    run = project.evalkit(*words)

    assert run.returncode == 3
    assert run.stderr.endswith(told)
    assert f"evalkit: {words[-1] if words[0] != 'init' else 'there/new'}" in run.stderr

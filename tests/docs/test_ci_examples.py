"""The action, the workflows and the snippets for CI, as far as they run without a CI."""

import os
import subprocess
import sys
from pathlib import Path

import pytest
import yaml

RUN = "Run the suites"


def step(action, name):
    (found,) = (step for step in action["runs"]["steps"] if step.get("name") == name)
    return found


@pytest.fixture
def action(root):
    path = root / "action.yml"
    if not path.exists():
        pytest.skip("the action stands in the source tree only")
    return yaml.safe_load(path.read_text())


@pytest.fixture
def project(project):
    """The example project with one of its suites, which is enough to see that a job runs."""
    for path in (project.folder / "suites").glob("*.yaml"):
        if path.name != "greetings.yaml":
            path.unlink()
    return project


def ran(project, script, **variables):
    """Run a script of a CI where `evalkit` is on the PATH."""
    path = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
    return subprocess.run(
        ["bash", "--noprofile", "--norc", "-eo", "pipefail", "-c", script],  # noqa: S607 - as CI does
        cwd=project.folder,
        env={**os.environ, "PATH": path, "NO_COLOR": "1", **variables},
        capture_output=True,
        text=True,
        check=False,
        timeout=120,
    )


def inputs(action, **given):
    """The variables of the action's step, filled as GitHub would."""
    values = {name: each.get("default", "") for name, each in action["inputs"].items()} | given
    return {
        variable: values[place.removeprefix("${{ inputs.").removesuffix(" }}")]
        for variable, place in step(action, RUN)["env"].items()
    }


@pytest.mark.parametrize(
    ("providers", "code"),
    [
        pytest.param("careful careful-anthropic", 0, id="all pass"),
        pytest.param("hasty", 1, id="some fail"),
    ],
)
def test_the_action_runs_the_suites_and_hands_on_the_exit_code(project, action, providers, code):
    given = inputs(action, suites="suites/greetings.yaml", providers=providers)
    output, summary = project.folder / "output", project.folder / "summary.md"

    run = ran(
        project,
        step(action, RUN)["run"],
        GITHUB_OUTPUT=str(output),
        GITHUB_STEP_SUMMARY=str(summary),
        **given,
    )

    assert run.returncode == code, run.stderr
    assert output.read_text() == f"exit-code={code}\n"
    assert (project.folder / "evalkit-report/index.html").exists()
    assert providers.split()[0] in summary.read_text()


def test_the_action_without_inputs_runs_all_that_evalkit_yaml_names(project, action):
    output = project.folder / "output"

    run = ran(project, step(action, RUN)["run"], GITHUB_OUTPUT=str(output), **inputs(action))

    assert run.returncode == 1
    assert output.read_text() == "exit-code=1\n"


def test_an_input_of_the_action_cannot_run_a_command(project, action):
    hostile = "x; touch owned; $(touch owned) `touch owned`"
    given = inputs(action, suites=hostile, args=hostile, report="r $(touch owned)")

    run = ran(project, step(action, RUN)["run"], GITHUB_OUTPUT="output", **given)

    assert run.returncode == 2
    assert not (project.folder / "owned").exists()


def test_no_script_of_the_action_holds_an_input(action):
    scripts = [step["run"] for step in action["runs"]["steps"] if "run" in step]

    assert all("${{" not in script for script in scripts)


def test_the_workflows_give_the_action_inputs_that_it_has(root, page, action):
    texts = [path.read_text() for path in (root / ".github/workflows").glob("example-*.yml")]
    texts += [example.text for example in page("ci.md").examples("yaml", "github")]
    uses = [
        step
        for text in texts
        for job in yaml.safe_load(text)["jobs"].values()
        for step in job["steps"]
        if step.get("uses", "").startswith(("./", "OWNER/evalkit"))
    ]

    assert len(uses) == 3
    assert {name for step in uses for name in step.get("with", {})} <= set(action["inputs"])


def test_the_page_names_every_input(page, action):
    text = page("ci.md").text

    assert [name for name in action["inputs"] if f"| `{name}` |" not in text] == []


def commands(page):
    """The commands of evalkit in the snippets for CI servers."""
    (gitlab,) = page("ci.md").examples("yaml", "gitlab")
    texts = [line for job in yaml.safe_load(gitlab.text).values() for line in job["script"]]
    for example in page("ci.md").examples("yaml", "github"):
        for job in yaml.safe_load(example.text)["jobs"].values():
            texts += [step["run"] for step in job["steps"] if "run" in step]
    texts += [each.text.removeprefix("$ ") for each in page("ci.md").examples("console")]
    return [text for text in texts if "evalkit" in text]


def test_every_command_on_the_page_runs(project, page):
    project.write("tests/test_a.py", "def test_a(): pass\n")
    found = commands(page)

    assert len(found) == 3
    for command in found:
        run = ran(project, command)
        assert run.returncode == 1, run.stderr
        assert (project.folder / "evalkit-report/index.html").exists()


def test_gitlab_is_pointed_to_the_files_that_the_command_writes(page):
    (example,) = page("ci.md").examples("yaml", "gitlab")
    (job,) = yaml.safe_load(example.text).values()

    assert job["artifacts"]["paths"] == ["evalkit-report"]
    assert job["artifacts"]["reports"]["junit"] == "evalkit-report/junit.xml"

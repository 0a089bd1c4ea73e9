"""pytest's marker xfail, and trouble of the harness that it must not hide."""

import pytest

TESTS = """
import pytest
from evalkit import EvalkitError

@pytest.mark.xfail
def test_ask(evalkit):
    evalkit.ask("Hello", provider="gpt")

@pytest.mark.xfail(strict=True)
def test_wrapped(evalkit):
    try:
        evalkit.ask("Hello", provider="gpt")
    except EvalkitError as miss:
        raise RuntimeError("the agent failed") from miss
"""
CONFIG = "providers:\n  gpt: {api: openai-chat, model: gpt}\n"
CONFTEST = """
import pytest

def pytest_collection_modifyitems(items):
    for item in items:
        item.add_marker(pytest.mark.xfail(%s))
"""
GREETINGS = ("suites/greetings.yaml", "-q", "-rA")


@pytest.fixture
def agents(empty_project):
    empty_project.write("evalkit.yaml", CONFIG)
    return empty_project


def outcome(run):
    return run.stdout.strip().splitlines()[-1].split(" in ")[0]


@pytest.mark.parametrize("flags", [(), ("--full-trace",)], ids=["short", "full trace"])
def test_a_request_that_was_never_recorded_is_an_error_though_failure_was_expected(agents, flags):
    agents.write("test_agent.py", TESTS)

    run = agents.pytest("-q", *flags)

    assert (run.returncode, outcome(run)) == (1, "2 errors"), run.stdout
    assert "ERROR test_agent.py::test_ask - EvalkitError: " in run.stdout


def test_a_broken_cassette_is_an_error_though_failure_was_expected(agents):
    agents.write("test_agent.py", "import pytest\n@pytest.mark.xfail\ndef test_a(evalkit): ...\n")
    agents.write("cassettes/pytest/test_agent/test_a.yaml", "interactions: {")

    run = agents.pytest("-q")

    assert (run.returncode, outcome(run)) == (1, "1 error"), run.stdout


@pytest.mark.parametrize(
    "marker",
    [
        pytest.param("raises=EvalkitError", id="the trouble itself"),
        pytest.param("raises=(KeyError, EvalkitError)", id="one of several"),
        pytest.param("run=False", id="not run at all"),
    ],
)
def test_trouble_that_a_test_names_is_expected(agents, marker):
    agents.write("test_agent.py", TESTS.partition("@pytest.mark.xfail(strict")[0])
    text = (agents.folder / "test_agent.py").read_text()
    agents.write("test_agent.py", text.replace("mark.xfail", f"mark.xfail({marker})"))

    run = agents.pytest("-q")

    assert (run.returncode, outcome(run)) == (0, "1 xfailed"), run.stdout


def test_a_case_that_errors_is_an_error_though_failure_was_expected(project):
    project.write("conftest.py", CONFTEST % "")
    (project.folder / "cassettes/greetings/hasty--hasty/hello.yaml").unlink()

    run = project.pytest(*GREETINGS, "-k", "hello", "--evalkit-provider", "hasty")

    assert run.returncode == 1
    assert outcome(run) == "8 deselected, 2 xpassed, 1 error"
    assert "ERROR suites/greetings.yaml::hello[hasty] - CassetteMiss: " in run.stdout


def test_a_case_that_is_not_run_is_no_error(project):
    project.write("conftest.py", CONFTEST % "run=False")

    run = project.pytest(*GREETINGS, "-k", "hello", "--evalkit-provider", "hasty")

    assert (run.returncode, outcome(run)) == (0, "8 deselected, 3 xfailed")

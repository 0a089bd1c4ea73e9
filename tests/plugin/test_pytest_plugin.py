import shutil
from xml.etree import ElementTree as ET

import pytest

from evalkit.pytest_plugin._explanation import in_pytests_words
from evalkit.runfile import read_run


def outcomes(run):
    """The last line of pytest: what it counted."""
    return run.stdout.strip().splitlines()[-1]


def test_every_case_is_an_item_for_every_provider(project):
    run = project.pytest("suites/greetings.yaml", "-q")

    assert run.returncode == 1
    assert "3 failed, 41 passed" in outcomes(run)


def test_items_have_names_that_can_be_typed(project):
    listed = project.pytest("suites/greetings.yaml", "--collect-only", "-q")

    assert listed.stdout.splitlines()[:3] == [
        "suites/greetings.yaml::hello[careful]",
        "suites/greetings.yaml::hello[careful-anthropic]",
        "suites/greetings.yaml::hello[careful-responses]",
    ]


def test_a_single_item_is_run_by_its_name(project):
    run = project.pytest("suites/greetings.yaml::hello[careful]", "-q")

    assert "1 passed" in outcomes(run)


def test_a_failure_shows_the_reason_and_the_prompt_and_no_traceback(project):
    run = project.pytest("suites/greetings.yaml::hello[hasty]", "-q")

    assert "no call was expected, got get_weather(location='Paris')" in run.stdout
    assert "hasty (hasty, simulated) was asked: 'hello'" in run.stdout
    assert "evalkit/" not in run.stdout
    assert "Traceback" not in run.stdout


def test_trouble_of_the_harness_is_an_error_and_no_failure(project):
    shutil.rmtree(project.folder / "cassettes")

    run = project.pytest("suites/greetings.yaml", "--evalkit-provider", "careful", "-q")

    assert "11 errors" in outcomes(run)
    assert "failed" not in outcomes(run)
    assert "`pytest --evalkit-record missing` asks the provider" in run.stdout


def test_a_provider_is_selected(project):
    run = project.pytest("suites", "--evalkit-provider", "careful", "-q")

    assert run.returncode == 0
    assert "66 passed" in outcomes(run)


@pytest.mark.parametrize(
    ("words", "count"),
    [
        pytest.param(["-m", "F2"], "9 passed", id="tags are markers"),
        pytest.param(["-k", "hello and not spanish"], "2 passed", id="names are keywords"),
    ],
)
def test_pytests_own_selection_works(project, words, count):
    run = project.pytest("suites", "--evalkit-provider", "careful", "-q", *words)

    assert count in outcomes(run)


def test_what_failed_last_runs_first(project):
    words = ("suites/greetings.yaml", "--evalkit-provider", "hasty", "-q")
    project.pytest(*words)

    again = project.pytest(*words, "--lf")

    assert "3 failed" in outcomes(again)
    assert "passed" not in outcomes(again)


def test_recording_works_from_pytest(project):
    shutil.rmtree(project.folder / "cassettes")
    words = ("suites/greetings.yaml", "--evalkit-provider", "careful", "-q")

    recorded = project.pytest(*words, "--evalkit-record", "missing")
    replayed = project.pytest(*words)

    assert "11 passed" in outcomes(recorded)
    assert "11 passed" in outcomes(replayed)


def test_a_broken_suite_is_a_collection_error_with_every_mistake(project):
    project.write(
        "suites/broken.yaml",
        "version: 1\nsuite: broken\ncases:\n  - {id: a, prompt: hi, expct: no_call}\n",
    )

    run = project.pytest("suites/broken.yaml", "-q")

    assert run.returncode == 2
    assert "suites/broken.yaml:4:25: unknown key 'expct'" in run.stdout
    assert "Traceback" not in run.stdout


def test_other_yaml_files_are_left_alone(project):
    project.write("compose.yaml", "services: {}\n")
    project.write("deploy/values.yml", "suite\n")

    run = project.pytest("compose.yaml", "deploy", "suites/tools", "-q")

    assert "no tests" in outcomes(run)


TAGGED = """\
version: 1
suite: tagged
cases:
  - id: a
    tags: [skip, _under, "team:pay", "two words", xfail, small-talk]
    prompt: hi
    expect: no_call
"""


def test_a_tag_that_is_no_marker_is_a_word_for_k(project):
    project.write("suites/tagged.yaml", TAGGED)
    words = (
        "suites/tagged.yaml",
        "--co",
        "-q",
        "--strict-markers",
        "--evalkit-provider",
        "careful",
    )

    listed = [project.pytest(*words, "-k", tag).stdout for tag in ("_under", "team:pay", "xfail")]
    marked = project.pytest(*words, "-m", "small-talk and not skip").stdout

    assert [text.splitlines()[0] for text in (*listed, marked)] == [
        "suites/tagged.yaml::a[careful]"
    ] * 4


def test_a_tag_called_like_a_marker_of_pytest_does_nothing_to_the_case(project):
    project.write("suites/tagged.yaml", TAGGED)

    run = project.pytest("suites/tagged.yaml", "--evalkit-provider", "careful", "-q")

    assert "1 error" in outcomes(run)
    assert "skipped" not in outcomes(run)


def test_a_suite_without_a_name_is_run_where_it_is_named(project):
    text = "version: 1\ncases:\n  - {id: a, prompt: hi, expect: no_call}\n"
    project.write("suites/nameless.yaml", text)
    words = ("--co", "-q", "--evalkit-provider", "careful")

    named = project.pytest("suites/nameless.yaml", *words)
    found = project.pytest("suites", *words)

    assert named.stdout.splitlines()[0] == "suites/nameless.yaml::a[careful]"
    assert "nameless" not in found.stdout


@pytest.mark.parametrize(
    ("yaml", "words", "said"),
    [
        pytest.param(
            "providers: {gpt: {api: openai-chat, model: gpt}}\n",
            ["--evalkit-provider", "gtp"],
            "--evalkit-provider gtp: unknown provider 'gtp'\n  hint: did you mean 'gpt'?",
            id="unknown provider",
        ),
        pytest.param(
            "providers: {}\n", [], "or pass --evalkit-provider openai-chat:", id="no provider"
        ),
        pytest.param(
            'providers: {own: {api: python, model: "agent:answer"}}\n',
            [],
            "hint: pass --evalkit-allow-python if you trust it, or name another: "
            "--evalkit-provider NAME",
            id="code",
        ),
    ],
)
def test_messages_name_the_flags_that_pytest_has(empty_project, yaml, words, said):
    empty_project.write("evalkit.yaml", yaml)
    empty_project.write("suites/tagged.yaml", TAGGED)

    run = empty_project.pytest("suites", "-q", *words)

    assert run.returncode == 2
    assert said in run.stdout


def test_advice_names_no_flag_that_pytest_does_not_have():
    said = in_pytests_words("try again later: --resume keeps the rest")

    assert said == "try again later"


def test_items_are_shared_out_by_xdist(project):
    run = project.pytest("suites", "--evalkit-provider", "careful", "-q", "-n", "2", "-pxdist")

    assert run.returncode == 0
    assert "66 passed" in outcomes(run)


def test_a_skipped_case_is_skipped_with_its_reason(project):
    project.write(
        "suites/s.yaml",
        "version: 1\nsuite: s\ncases:\n"
        "  - {id: a, prompt: hi, skip: the provider is down, expect: no_call}\n",
    )
    words = ("suites/s.yaml", "--evalkit-provider", "careful", "--evalkit-report", "out")

    run = project.pytest(*words, "-q", "-rs")

    (result,) = read_run(project.folder / "out/run.jsonl").results
    assert "1 skipped" in outcomes(run)
    assert "SKIPPED [1] suites/s.yaml:4: the provider is down" in run.stdout
    assert (result.status, result.skip_reason) == ("skipped", "the provider is down")


def test_junit_tells_errors_from_failures(project):
    shutil.rmtree(project.folder / "cassettes/greetings/hasty--hasty")

    project.pytest("suites/greetings.yaml", "--junitxml=junit.xml", "-q")

    suite = ET.parse(project.folder / "junit.xml").getroot().find("testsuite")
    assert (suite.get("failures"), suite.get("errors")) == ("0", "11")


def test_it_lives_beside_pytest_recording(project):
    run = project.pytest(
        "suites/greetings.yaml", "--evalkit-provider", "careful", "--record-mode=none", "-q"
    )

    assert "11 passed" in outcomes(run)


def test_starting_pytest_without_a_suite_imports_nothing_of_evalkit(empty_project):
    empty_project.write(
        "test_plain.py",
        "import sys\n\ndef test_modules():\n"
        "    loaded = {m for m in sys.modules if m.startswith('evalkit')}\n"
        "    assert loaded == {'evalkit', 'evalkit.pytest_plugin'}\n"
        "    assert not {'openai', 'anthropic', 'pydantic', 'yaml', 'httpx2'} & set(sys.modules)\n",
    )

    run = empty_project.pytest(
        "-q", "-p", "no:recording", "-p", "no:hypothesispytest", "-p", "no:xdist", "-p", "no:syrupy"
    )

    assert "1 passed" in outcomes(run), run.stdout

"""`evalkit triage` as a process: what it prints, what it returns, what it leaves alone."""

import gzip
import json
import subprocess
import sys
from pathlib import Path

import pytest

CALL = {"id": "c1", "type": "function", "function": {"name": "find", "arguments": '{"n": 1}'}}
GOOD = {"choices": [{"message": {"tool_calls": [CALL]}, "finish_reason": "tool_calls"}]}
LYING = {"choices": [{"message": {"tool_calls": [CALL]}, "finish_reason": "stop"}]}
TOOLS = """\
- name: find
  parameters: {type: object, properties: {n: {type: string}}}
"""


@pytest.fixture
def triage(empty_project):
    """Run the command in a folder, with bytes on its standard input."""

    def run(*words, stdin=b""):
        return subprocess.run(
            [sys.executable, "-m", "evalkit", "triage", *words],
            cwd=empty_project.folder,
            input=stdin,
            capture_output=True,
            check=False,
            timeout=60,
        )

    return run


def test_a_good_answer_exits_with_0(empty_project, triage):
    empty_project.write("answer.json", json.dumps(GOOD))

    run = triage("answer.json")

    assert run.returncode == 0
    assert b'  raw     {"n": 1}\n' in run.stdout


def test_findings_exit_with_1(triage):
    run = triage(stdin=json.dumps(LYING).encode())

    assert run.returncode == 1
    assert b"F12 stop reason not to be trusted: it stopped with 'stop'" in run.stdout


def test_what_is_not_readable_exits_with_2_and_says_what_was_tried(triage):
    run = triage("-", stdin=b'{"a": 1}')

    assert run.returncode == 2
    assert run.stdout == b""
    assert run.stderr.decode().splitlines() == [
        ("evalkit: standard input: not readable: JSON without an answer of a model in it"),
        (
            "  hint: tried: a run file, a cassette, an event stream, the JSON of an API or a log "
            "record around it, a model's text with calls in it"
        ),
    ]


def test_an_error_of_the_provider_is_no_answer(triage):
    run = triage(stdin=b'{"error": {"message": "overloaded", "type": "server_error"}}')

    assert run.returncode == 2
    assert b"no answer of a model: the provider reported an error" in run.stdout


def test_tools_from_a_file_are_checked(empty_project, triage):
    empty_project.write("tools.yaml", TOOLS)

    run = triage("--tools", "tools.yaml", stdin=json.dumps(GOOD).encode())

    assert run.returncode == 1
    assert b'F9 schema violation in call 1: find: $.n: 1 is not of type "string"' in run.stdout


@pytest.mark.parametrize(
    ("words", "complaint"),
    [
        pytest.param(["nowhere.json"], "nowhere.json: cannot be read", id="file"),
        pytest.param(["--tools", "nowhere"], "the tools cannot be read", id="tools"),
        pytest.param(["--api", "opneai"], "unknown API 'opneai'", id="API"),
        pytest.param(["--format", "hermse"], "unknown text format 'hermse'", id="format"),
        pytest.param(["--jsonl", "nowhere"], "nowhere: cannot be read", id="rows"),
    ],
)
def test_a_wrong_word_on_the_command_line_exits_with_2(triage, words, complaint):
    run = triage(*words, stdin=b"hello")

    assert run.returncode == 2
    assert complaint in run.stderr.decode()
    assert b"Traceback" not in run.stderr


def test_what_a_model_wrote_cannot_steer_the_terminal(triage):
    run = triage(stdin="\x1b]0;owned\x07\u202e <tool_call>".encode())

    assert b"\x1b" not in run.stdout
    assert "\u202e" not in run.stdout.decode()


def test_a_recorded_cassette_is_read_interaction_by_interaction(project):
    cassette = next(iter(sorted(project.folder.glob("cassettes/**/*.yaml"))))

    run = project.evalkit("triage", str(cassette))

    assert run.returncode in {0, 1}
    assert run.stdout.startswith("interaction 1: an interaction of a cassette (")


ROWS = "".join(
    json.dumps(row) + "\n"
    for row in ({"id": 1, "body": GOOD}, {"id": 2, "body": LYING}, {"id": 3, "body": 5})
).encode()


@pytest.mark.parametrize(
    "packed", [pytest.param(False, id="plain"), pytest.param(True, id="compressed")]
)
@pytest.mark.parametrize(
    "piped", [pytest.param(False, id="from a file"), pytest.param(True, id="piped")]
)
def test_rows_give_a_line_each(empty_project, triage, packed, piped):
    content = gzip.compress(ROWS) if packed else ROWS
    Path(empty_project.folder, "rows").write_bytes(content)

    run = triage("--jsonl", *([] if piped else ["rows"]), stdin=content)

    records = [json.loads(line) for line in run.stdout.splitlines()]
    assert run.returncode == 1
    assert [(each["id"], "error" in each) for each in records] == [
        (1, False),
        (2, False),
        (3, True),
    ]


def test_rows_without_findings_exit_with_0_and_no_rows_with_2(triage):
    good = triage("--jsonl", stdin=ROWS.splitlines()[0])
    none = triage("--jsonl", stdin=b"\n")

    assert (good.returncode, none.returncode) == (0, 2)


def test_a_torn_compressed_file_is_told(triage):
    run = triage("--jsonl", stdin=gzip.compress(ROWS)[:40])

    assert run.returncode == 2
    assert b"-: cannot be read: Compressed file ended" in run.stderr


def test_no_sdk_is_imported():
    script = (
        "import sys; from evalkit.cli import main\n"
        "sys.argv = ['evalkit', 'triage']\n"
        "try: main()\n"
        "except SystemExit: print(sorted({'openai', 'anthropic', 'httpx2', 'vcr', 'jinja2'}"
        " & sys.modules.keys()), file=sys.stderr)\n"
    )

    run = subprocess.run(
        [sys.executable, "-c", script],
        input=json.dumps(LYING),
        capture_output=True,
        text=True,
        check=False,
    )

    assert run.stderr.strip() == "[]"

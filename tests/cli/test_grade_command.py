"""`evalkit grade` as a process: what it prints and what it returns."""

import json

import pytest

SUITE = """\
version: 1
suite: shop
tools:
  - {name: get_user, parameters: {type: object, properties: {id: {type: integer}}}}
cases:
  - {id: hello, prompt: hello, expect: no_call}
  - {id: look-up, prompt: user 7, expect: {calls: [{get_user: {id: 7}}]}}
"""
RIGHT = {"case": "look-up", "calls": [{"name": "get_user", "raw": '{"id": 7}'}]}


@pytest.fixture
def grade(empty_project):
    empty_project.write("shop.yaml", SUITE)

    def run(*rows, words=()):
        empty_project.write("out.jsonl", "".join(json.dumps(row) + "\n" for row in rows))
        return empty_project.evalkit("grade", "out.jsonl", "--suite", "shop.yaml", *words)

    return run


@pytest.mark.parametrize("words", [(), ("--json",)], ids=["terminal", "json"])
def test_outputs_without_any_answer_do_not_pass(grade, words):
    run = grade(words=words)

    assert (run.returncode, run.stdout) == (2, "")
    assert "no answer to a case of 'shop' was found, so nothing was graded" in run.stderr


def test_cases_that_nobody_answered_are_told(grade):
    run = grade(RIGHT)

    assert (run.returncode, run.stderr) == (0, "no answer to 1 of 2 cases: hello\n")


def test_a_call_written_as_text_is_found_in_a_recorded_body(grade):
    text = '<tool_call>{"name": "get_user", "arguments": {"id": 7}}</tool_call>'
    body = {"choices": [{"message": {"content": text}, "finish_reason": "stop"}]}

    run = grade({"case": "look-up", "api": "openai-chat", "body": body})

    assert "call_in_text: get_user(id=7) was written as text" in run.stdout


def test_a_long_list_of_failures_says_how_to_see_the_rest(grade):
    wrong = {"case": "look-up", "calls": []}

    run = grade(*[wrong] * 53)

    assert "\n  … and 3 more: --json prints all\n" in run.stdout


def test_a_json_line_holds_what_was_expected_and_what_came(grade):
    run = grade(
        {"case": "look-up", "calls": [{"name": "get_user", "raw": '{"id": 8}'}]}, words=["--json"]
    )

    line = json.loads(run.stdout)
    assert (line["where"], line["trouble"], line["verdicts"]) == (
        "shop.yaml:7:5",
        None,
        [
            {
                "expectation": "calls[0] get_user",
                "status": "failed",
                "kind": "wrong_argument",
                "path": "$.id",
                "reason": "get_user $.id: expected 7, got 8",
                "expected": 7,
                "actual": 8,
                "call": 0,
            }
        ],
    )


def test_a_json_line_says_why_an_answer_errored(grade):
    run = grade({"case": "hello", "api": "openai-chat", "body": {"choices": []}}, words=["--json"])

    assert json.loads(run.stdout)["trouble"] == {
        "error": "UndecodableReply",
        "what": "reply has no 'choices'",
        "hint": "check that the provider's `api` names the protocol that its server speaks",
    }


@pytest.mark.parametrize(
    ("key", "told"),
    [
        pytest.param("cals", "unknown key 'cals'\n  hint: did you mean 'calls'?", id="misspelt"),
        pytest.param(
            "tool_calls", "unknown key 'tool_calls'\n  hint: write 'calls'", id="OpenAI's"
        ),
    ],
)
def test_calls_under_a_key_that_nobody_reads_do_not_pass_as_silence(grade, key, told):
    run = grade({"case": "hello", "text": "Hi", key: RIGHT["calls"]})

    assert (run.returncode, run.stderr.strip()) == (2, f"evalkit: out.jsonl:1:1: {told}")


def test_keys_of_somebody_elses_are_left_alone(grade):
    run = grade({"case": "hello", "text": "Hi", "user": "kim", "timestamp": 1})

    assert run.returncode == 0

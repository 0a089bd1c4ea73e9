from pathlib import Path

import pytest

from evalkit.errors import ExitCode, InvalidScript, Problem
from evalkit.simulator import Call, Failure, Reply, load_script


def problems(error, folder):
    """The places and words of an error, without the folder of the test."""
    return [(p.where.removeprefix(f"{folder}{'/'}"), p.what) for p in error.value.problems]


def test_a_script_is_its_rules_in_order(script):
    shop = script("""
        api: openai-chat
        rules:
          - when: {user: hello}
            answer: Hi
          - answers:
              - {status: 503, headers: {Retry-After: 2}}
              - {calls: [{name: get_order, arguments: {order_id: A8472}}], stop: stop}
    """)

    assert (shop.file, shop.api) == ("shop.yaml", "openai-chat")
    assert [rule.sequence for rule in shop.rules] == [
        (Reply(text="Hi"),),
        (
            Failure(status=503, headers={"retry-after": "2"}),
            Reply(calls=(Call(name="get_order", arguments={"order_id": "A8472"}),), stop="stop"),
        ),
    ]


def test_every_mistake_is_told_at_its_place(script, tmp_path):
    with pytest.raises(InvalidScript) as told:
        script("""\
            rules:
              - when: {usr: hello}
                answer: {text: Hi, stopp: length}
              - when: {turn: 0}
                answer: {status: 200}
              - answer: {calls: [{arguments: {}}]}
              - answers: []
        """)

    assert told.value.exit_code is ExitCode.USAGE
    assert problems(told, tmp_path) == [
        ("shop.yaml:3:12", "unknown key 'usr'"),
        ("shop.yaml:4:24", "unknown key 'stopp'"),
        ("shop.yaml:5:18", "turn: must be at least 1, got the number 0"),
        ("shop.yaml:6:22", "status: must be at least 400, got the number 200"),
        ("shop.yaml:7:22", "'name' is missing"),
        ("shop.yaml:8:5", "a rule has either `answer` or a list of `answers`"),
    ]
    assert [p.hint for p in told.value.problems[:2]] == [
        "did you mean 'user'?",
        "did you mean 'stop'?",
    ]


@pytest.mark.parametrize(
    ("answer", "where", "what"),
    [
        pytest.param(
            "{calls: [{name: f, raw: '{}', arguments: {}}]}",
            "shop.yaml:2:27",
            "a call has either `arguments` or `raw`, not both",
            id="two spellings of the arguments",
        ),
        pytest.param(
            "{}",
            "shop.yaml:2:18",
            "a reply needs `text` or `calls`",
            id="a reply that says nothing",
        ),
        pytest.param(
            "{status: 429, text: Hi}",
            "shop.yaml:2:32",
            "unknown key 'text'",
            id="a failure that also answers",
        ),
        pytest.param(
            "{status: 500, headers: {Transfer-Encoding: chunked}}",
            "shop.yaml:2:18",
            "the simulator itself sets transfer-encoding",
            id="a header that would break the framing",
        ),
        pytest.param(
            '{status: 500, headers: {X-A: "1\\r\\nSet-Cookie: a"}}',
            "shop.yaml:2:47",
            "X-A: String should match pattern '^[ -~]*$'",
            id="a header that would be two",
        ),
        pytest.param(
            "{text: Hi, latency_s: 601}",
            "shop.yaml:2:40",
            "latency_s: must be at most 600.0, got the number 601",
            id="a latency beyond every patience",
        ),
    ],
)
def test_an_answer_that_cannot_be_given_is_refused(answer, where, what, script, tmp_path):
    with pytest.raises(InvalidScript) as told:
        script(f"rules: [{{answer: {answer}}}]")

    assert problems(told, tmp_path) == [(where, what)]


def test_an_argument_string_that_anthropic_could_not_deliver_is_refused(script, tmp_path):
    with pytest.raises(InvalidScript) as told:
        script("""\
            rules:
              - answer: {calls: [{name: f, raw: '{"a": 1}'}]}
              - answer: {calls: [{name: f, raw: '{"a": 1'}]}
              - answers: [Hi, {calls: [{name: f}, {name: f, raw: '[]'}]}]
        """)

    what = "this `raw` is no JSON object, and Anthropic delivers arguments parsed"
    assert problems(told, tmp_path) == [("shop.yaml:4:37", what), ("shop.yaml:5:54", what)]
    assert told.value.problems[0].hint == (
        "write `api: openai-chat` at the top: its argument strings can be seen"
    )


def test_a_pattern_that_is_none_is_refused_where_it_stands(script):
    with pytest.raises(InvalidScript) as told:
        script("rules: [{when: {user: {$search: '(open'}}, answer: Hi}]")

    [problem] = told.value.problems
    assert problem.where.endswith("shop.yaml:2:33")


@pytest.mark.parametrize(
    ("test", "what"),
    [
        pytest.param("5", "expected words or a matcher", id="a number"),
        pytest.param("[hello]", "expected words or a matcher", id="a list"),
        pytest.param("{$serch: x}", "unknown matcher '$serch'", id="a typo"),
        pytest.param("{$python: 'os:abort'}", "$python os:abort may not run", id="code"),
        pytest.param("{$not: {$python: 'os:abort'}}", "$python os:abort may not run", id="inner"),
    ],
)
def test_a_test_that_no_text_can_pass_is_refused(test, what, script):
    with pytest.raises(InvalidScript) as told:
        script(f"rules: [{{when: {{user: {test}}}, answer: Hi}}]")

    assert [problem.what for problem in told.value.problems] == [what]


def test_backtracking_patterns_are_not_taken(script):
    with pytest.raises(InvalidScript):
        script(r"rules: [{when: {user: {$search: '(a)\1'}}, answer: Hi}]")


def test_a_script_needs_rules(script, tmp_path):
    with pytest.raises(InvalidScript) as told:
        script("rules: []")

    assert problems(told, tmp_path) == [("shop.yaml:2:8", "a script without rules answers nothing")]


def test_a_missing_file_is_named(tmp_path: Path):
    path = tmp_path / "none.yaml"

    with pytest.raises(InvalidScript) as told:
        load_script(path)

    what = "the file cannot be read: No such file or directory"
    assert told.value.problems == (Problem(what=what, where=str(path)),)


def test_a_file_in_another_encoding_is_refused(tmp_path: Path):
    path = tmp_path / "old.yaml"
    path.write_bytes("version: 1 # für später".encode("latin-1"))

    with pytest.raises(InvalidScript) as told:
        load_script(path)

    assert told.value.problems == (Problem(what="the file is not UTF-8 text", where=str(path)),)

from pathlib import Path

import pytest

from evalkit.errors import InvalidSuite
from evalkit.suite import ONCE, Fault, Returned, Times, load_suites
from evalkit.transcript import Prompt, Stop, ToolCall, ToolResult, Turn


def test_a_case_holds_all_that_its_suite_says(load):
    suite = load("""\
        version: 1
        suite: refunds
        description: Refunds of an online shop.
        system: Never guess.
        settings: {temperature: 0, max_tokens: 256}
        defaults: {tags: [shop], trials: 3, pass: 0.5}
        cases:
          - id: greeting
            description: Small talk.
            tags: [F1, shop]
            prompt: hello
            settings: {max_tokens: 64}
            skip: not yet
            expect: no_call
        """)

    (case,) = suite.cases
    assert (suite.name, suite.description) == ("refunds", "Refunds of an online shop.")
    assert (case.suite, case.id, case.where) == ("refunds", "greeting", "s.yaml:8:5")
    assert case.given == (
        Prompt(role="system", text="Never guess."),
        Prompt(role="user", text="hello"),
    )
    assert (case.tags, case.trials, case.pass_rate) == (("shop", "F1"), 3, 0.5)
    assert (case.settings.temperature, case.settings.max_tokens) == (0, 64)
    assert (case.skip, case.description) == ("not yet", "Small talk.")
    assert case.expect.no_call


def test_a_suite_without_a_name_is_called_like_its_file(load):
    assert load("version: 1\ncases: [{id: a, prompt: x, expect: no_call}]").name == "s"


def test_calls_are_read_in_both_forms(expect):
    expected = expect("""
      order: strict
      calls:
        - get_weather: {location: Oslo}
        - tool: process_refund
          args: {}
          id: r
          after: []
          optional: true
          times: {min: 1, max: 3}
    """)

    short, long = expected.calls
    assert (short.tool, short.args.source, short.times) == (
        "get_weather",
        {"location": "Oslo"},
        ONCE,
    )
    assert (long.tool, long.id, long.optional) == ("process_refund", "r", True)
    assert long.times == Times(min=1, max=3)


def test_a_number_of_times_is_that_number(expect):
    expected = expect("{calls: [{tool: get_weather, args: {}, times: 2}]}")

    assert expected.calls[0].times == Times(min=2, max=2)


def test_all_the_keys_of_an_expectation_are_read(expect):
    expected = expect("""
      forbid: [process_refund]
      extra_calls: [get_weather]
      any_of: [no_call, {answer: {$contains: "47"}}]
      answer: {$search: order}
      stop: answered
      limits: {turns: 2, calls: 0, cost_usd: 0.1}
      retries: 2
      idempotent: {tool: process_refund, key: id}
      grounded: {process_refund: {id: {$result: get_weather.id}}}
      confirm: [process_refund]
      recovers: true
      graders: {mine: {strict: true}}
      schema: off
    """)

    assert expected.forbid == ("process_refund",)
    assert expected.extra_calls == ("get_weather",)
    assert [each.no_call for each in expected.any_of] == [True, False]
    assert expected.answer.source == {"$search": "order"}
    assert expected.stop is Stop.ANSWERED
    assert (expected.limits.turns, expected.limits.calls, expected.limits.cost_usd) == (2, 0, 0.1)
    assert (expected.retries.min, expected.retries.max) == (0, 2)
    assert [(each.tool, each.key) for each in expected.idempotent] == [("process_refund", "id")]
    assert [(g.tool, g.argument, g.pattern.source) for g in expected.grounded] == [
        ("process_refund", "id", {"$result": "get_weather.id"})
    ]
    assert expected.confirm == ("process_refund",)
    assert expected.recovers
    assert expected.graders == {"mine": {"strict": True}}
    assert not expected.check_schema


@pytest.mark.parametrize(
    ("words", "allowed"),
    [
        pytest.param(("", "", "", ""), False, id="nobody allows"),
        pytest.param(("allow", "", "", ""), True, id="the suite allows"),
        pytest.param(("allow", "forbid", "", ""), False, id="the case forbids again"),
        pytest.param(("", "allow", "", ""), True, id="the case allows"),
        pytest.param(("", "allow", "forbid", ""), False, id="the expectation forbids again"),
        pytest.param(("", "", "allow", ""), True, id="the expectation allows"),
        pytest.param(("", "", "", "allow"), True, id="the call allows"),
        pytest.param(("allow", "", "", "forbid"), False, id="the call forbids again"),
    ],
)
def test_the_nearest_word_on_extra_arguments_holds(words, allowed, load):
    suite, case, expected, call = words

    def key(value):
        return f"extra_args: {value}, " if value else ""

    loaded = load(f"""\
        {{version: 1, {key(suite)}tools: [{{name: t}}], cases: [
          {{id: a, prompt: x, {key(case)}expect: {{{key(expected)}
            calls: [{{{key(call)}tool: t, args: {{}}}}],
            any_of: [{{calls: [{{{key(call)}tool: t, args: {{}}}}]}}]}}}}]}}
        """)

    expectation = loaded.cases[0].expect
    assert expectation.calls[0].args.extra is allowed
    assert expectation.any_of[0].calls[0].args.extra is allowed


def test_a_default_expectation_holds_where_the_case_does_not_say(load):
    suite = load("""\
        version: 1
        tools: [{name: pay}]
        defaults: {expect: {forbid: [pay], limits: {turns: 3}}}
        cases:
          - {id: a, prompt: x}
          - {id: b, prompt: x, expect: {limits: {turns: 1}, answer: {$contains: no}}}
        """)

    first, second = (case.expect for case in suite.cases)
    assert (first.forbid, first.limits.turns) == (("pay",), 3)
    assert (second.forbid, second.limits.turns) == (("pay",), 1)


def test_a_scripted_user_speaks_line_by_line(load_cases):
    (case,) = load_cases("""
      - id: a
        turns:
          - user: Refund order A8472
            expect: {forbid: [process_refund]}
          - user: Yes
        """)

    assert case.given == (Prompt(role="user", text="Refund order A8472"),)
    assert [turn.text for turn in case.turns] == ["Refund order A8472", "Yes"]
    assert case.turns[0].expect.forbid == ("process_refund",)
    assert case.turns[1].expect is None
    assert case.expect is None


def test_a_conversation_so_far_keeps_calls_and_results_together(load_cases):
    (case,) = load_cases("""
      - id: a
        messages:
          - {role: system, content: Be brief.}
          - {role: user, content: Weather?}
          - role: assistant
            content: One moment.
            calls:
              - get_weather: {location: Oslo}
              - {name: get_weather, arguments: {location: Rome}, id: call_rome}
          - {role: tool, call: call_rome, content: {temp: 30}}
          - {role: tool, content: no station, error: true}
        expect: no_call
        """)

    oslo = ToolCall(
        id="evalkit-call-1",
        name="get_weather",
        raw='{"location": "Oslo"}',
        arguments={"location": "Oslo"},
    )
    rome = ToolCall(
        id="call_rome",
        name="get_weather",
        raw='{"location": "Rome"}',
        arguments={"location": "Rome"},
    )
    assert case.given == (
        Prompt(role="system", text="Be brief."),
        Prompt(role="user", text="Weather?"),
        Turn(text="One moment.", calls=(oslo, rome)),
        ToolResult(call_id="call_rome", name="get_weather", content={"temp": 30}),
        ToolResult(
            call_id="evalkit-call-1", name="get_weather", content="no station", is_error=True
        ),
    )


def test_a_system_message_takes_the_place_of_the_suites_prompt(load):
    suite = load("""\
        version: 1
        system: Be kind.
        cases:
          - id: a
            messages: [{role: system, content: Be brief.}, {role: user, content: hi}]
            expect: no_call
        """)

    assert suite.cases[0].given[0] == Prompt(role="system", text="Be brief.")
    assert len(suite.cases[0].given) == 2


def test_simulated_tools_answer_by_rules_or_with_one_value(load):
    suite = load("""\
        version: 1
        tools: [{name: get_order}, {name: ping}]
        simulate:
          get_order:
            - when: {order_id: A8472}
              return: {status: delivered}
            - fault: {rate_limit: {retry_after_s: 2}}
          ping: pong
        cases:
          - {id: a, prompt: x, expect: no_call}
          - {id: b, prompt: x, expect: no_call, simulate: {ping: [{fault: timeout}]}}
        """)

    first, second = suite.cases
    rules = first.simulate["get_order"]
    assert rules[0].when.source == {"order_id": "A8472"}
    assert rules[0].answer == Returned(value={"status": "delivered"})
    assert rules[1].answer == Fault(name="rate_limit", options={"retry_after_s": 2})
    assert first.simulate["ping"][0].answer == Returned(value="pong")
    assert second.simulate["ping"][0].answer == Fault(name="timeout")
    assert second.simulate["get_order"] == rules


def test_a_folder_stands_for_the_suites_in_it(tmp_path):
    case = "cases: [{id: a, prompt: x, expect: no_call}]"
    for name in ("b.yaml", "a.yml"):
        (tmp_path / name).write_text(f"version: 1\n{case}")
    (tmp_path / "evalkit.yaml").write_text("providers: {}")
    (tmp_path / "tools").mkdir()
    (tmp_path / "tools" / "shop.yaml").write_text("[]")

    suites = load_suites([tmp_path, tmp_path / "b.yaml"])

    assert [suite.name for suite in suites] == ["a", "b"]


def test_broken_suites_are_told_together(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    Path("a.yaml").write_text("version: 2")
    Path("b.yaml").write_text("version: 1")
    Path("empty").mkdir()

    with pytest.raises(InvalidSuite) as refused:
        load_suites([Path(), Path("empty")])

    assert [str(each).splitlines()[0] for each in refused.value.problems] == [
        "a.yaml:1:10: version: expected 1, got the number 2",
        "b.yaml:1:1: the suite has no cases",
        "empty:1:1: there is no suite in this folder",
    ]


def test_two_suites_cannot_have_one_name(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    text = "version: 1\nsuite: x\ncases: [{id: a, prompt: x, expect: no_call}]"
    Path("a.yaml").write_text(text)
    Path("b.yaml").write_text(text)

    with pytest.raises(InvalidSuite, match=r"b.yaml:1:1: the suite 'x' stands in a.yaml already"):
        load_suites([Path()])

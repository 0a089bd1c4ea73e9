import pytest

from evalkit.errors import EvalkitError, InvalidSuite
from evalkit.suite import load_suite
from evalkit.tools import NotSimulated
from evalkit.transcript import ToolCall

ORDERS = """
simulate:
  get_order:
    - when: {order_id: A8472}
      return: {status: delivered}
    - when: {order_id: {$regex: 'A[0-9]{4}'}}
      return: {status: open}
  pay: paid
"""
BOOKING = """
simulate:
  pay:
    - return: {booking: "B-{{ args.order_id }}", nth: "{{ call }}"}
      remember: {booked: "{{ args.order_id }}"}
  get_order:
    - state: {booked: A1}
      return: {order: "{{ state.booked }}"}
    - return: no booking
"""


def test_the_first_rule_whose_arguments_match_answers(shop):
    orders = shop(ORDERS)

    assert orders.answer("get_order", order_id="A8472").content == {"status": "delivered"}
    assert orders.answer("get_order", order_id="A1111").content == {"status": "open"}


def test_one_value_is_what_a_tool_always_answers(shop):
    assert shop(ORDERS).contents("pay", 2, anything=1) == ["paid", "paid"]


def test_a_call_that_no_rule_is_for_says_so_at_the_place_of_its_case(shop):
    with pytest.raises(NotSimulated) as refused:
        shop(ORDERS).answer("get_order", order_id="B1")

    assert refused.value.what == "the call get_order({'order_id': 'B1'}) is not simulated"
    assert refused.value.where == "s.yaml:18:9"
    assert refused.value.hint == (
        "add a rule for it under 'simulate: get_order:'; the rules there do not apply"
    )


def test_a_script_gives_the_first_answer_then_the_second_then_the_rest(shop):
    script = shop("""
        simulate:
          pay:
            - {return: first, times: 1}
            - {fault: timeout, times: 1}
            - {return: third, times: 2}
            - return: rest
        """)

    results = [script.answer("pay") for _ in range(6)]

    assert [result.fault for result in results] == [None, "timeout", None, None, None, None]
    assert [result.content for result in results if result.fault is None] == [
        "first", "third", "third", "rest", "rest",
    ]  # fmt: skip


def test_what_a_call_remembers_is_there_for_later_calls(shop):
    booking = shop(BOOKING)

    before = booking.answer("get_order", order_id="A1")
    booked = booking.answer("pay", order_id="A1")
    after = booking.answer("get_order", order_id="A1")

    assert before.content == "no booking"
    assert booked.content == {"booking": "B-A1", "nth": 1}
    assert after.content == {"order": "A1"}


def test_two_conversations_of_one_case_remember_nothing_of_each_other(shop):
    first, second = shop(BOOKING), shop(BOOKING)

    first.answer("pay", order_id="A1")

    assert second.answer("get_order", order_id="A1").content == "no booking"


def test_an_answer_may_depend_on_what_another_tool_has_answered(shop):
    orders = shop("""
        simulate:
          pay: {id: A7}
          get_order:
            - when: {order_id: {$result: pay.id}}
              return: yours
            - return: not yours
        """)

    before = orders.answer("get_order", order_id="A7").content
    orders.answer("pay")

    assert (before, orders.answer("get_order", order_id="A7").content) == ("not yours", "yours")


def test_the_words_of_a_model_are_never_a_template(shop):
    echo = shop("simulate: {get_order: [{return: 'order {{ args.order_id }}'}]}\n")

    answered = echo.answer("get_order", order_id="{{ 7 * 7 }}{{ state }}")

    assert answered.content == "order {{ 7 * 7 }}{{ state }}"


def test_a_template_that_names_a_missing_argument_errors_the_case(shop):
    echo = shop("simulate: {get_order: [{return: '{{ args.limit }}'}]}\n")

    with pytest.raises(EvalkitError) as refused:
        echo.answer("get_order", order_id="A1")

    assert refused.value.what == "the template fails: 'dict object' has no attribute 'limit'"


@pytest.mark.parametrize(
    ("call", "message"),
    [
        pytest.param(
            {"name": "refund", "arguments": {}},
            "There is no tool 'refund'. The tools are: get_order, pay.",
            id="unknown tool",
        ),
        pytest.param(
            {"name": "get_order", "arguments": None},
            "The arguments are not a JSON object.",
            id="no JSON object",
        ),
        pytest.param(
            {"name": "get_order", "arguments": {"order_id": 5}},
            '$.order_id: 5 is not of type "string"',
            id="wrong type",
        ),
        pytest.param(
            {"name": "get_order", "arguments": {"order_id": "A1", "sql": "1; DROP TABLE"}},
            "$: Additional properties are not allowed ('sql' was unexpected)",
            id="invented argument",
        ),
    ],
)
def test_a_call_that_no_tool_may_see_is_answered_with_what_to_mend(shop, call, message):
    orders = shop(ORDERS + "settings: {rate_limits: {get_order: {calls: 1, per_s: 9}}}\n")

    (prepared,) = orders.toolbox.prepare([ToolCall(id="c", raw="x", **call)], 0.0)

    result = prepared.result(prepared.answer)
    assert result.content == {"error": {"code": "invalid_call", "message": message}}
    assert (result.call_id, result.is_error, result.fault) == ("c", True, None)
    assert orders.prepare("get_order", order_id="A8472").is_limited is False


def test_a_refusal_stays_short_however_long_the_argument(shop):
    refused = shop(ORDERS).answer("get_order", order_id=["x" * 100_000])

    assert len(refused.content["error"]["message"]) == 1000


def test_a_call_over_its_rate_limit_is_told_when_to_try_again(shop):
    orders = shop(ORDERS + "settings: {rate_limits: {pay: {calls: 2, per_s: 10}}}\n")

    held = [orders.prepare("pay", now_s) for now_s in (0, 0, 1, 1, 5)]

    assert [prepared.is_limited for prepared in held] == [False, False, True, True, False]
    assert held[2].answer.content == {
        "error": {
            "code": "rate_limit",
            "message": "Too many requests. Try again in 4 s.",
            "retry_after_s": 4,
        }
    }


@pytest.mark.parametrize(
    ("rule", "told"),
    [
        ("{fault: tiemout}", "5:17: unknown fault 'tiemout'\n  hint: did you mean 'timeout'?"),
        (
            "{fault: {rate_limit: {retry_after: 2}}}",
            (
                "5:31: the fault rate_limit has no option 'retry_after'\n"
                "  hint: did you mean 'retry_after_s'?"
            ),
        ),
        (
            "{fault: {slow: {s: soon}}}",
            "5:28: s: expected a number of seconds, got the text 'soon'",
        ),
        (
            "{fault: {slow: {s: true}}}",
            "5:28: s: expected a number of seconds, got true",
        ),
        ("{fault: {error: {message: 5}}}", "5:35: message: expected text, got the number 5"),
        ("{return: 1, rate: 0.5}", "5:27: rate is about faults, and none is planned"),
        (
            "{fault: empty, seed: 1}",
            "5:30: a seed decides nothing without a rate\n  hint: add rate: 0.3",
        ),
        ("{fault: empty, rate: 1.5}", "5:30: rate: must be at most 1.0, got the number 1.5"),
        ("{return: 1, times: 0}", "5:28: times: must be at least 1, got the number 0"),
        (
            "{return: {a: ['{{ args.x']}}",
            (
                "5:23: the template cannot be read: unexpected end of template, expected 'end of "
                "print statement'.\n"
                "  hint: put text that holds {{ or {% between {% raw %} and {% endraw %}"
            ),
        ),
        (
            "{return: \"{{ 'a' * 1000000000 }}\"}",
            "5:18: * computes with numbers\n  hint: join texts by ~",
        ),
        (
            "{return: 1, remember: {a: '{{ state.__class__ }}'}}",
            "5:35: a template may not read '__class__'\n  hint: name a variable of the `matrix`",
        ),
        ("{return: 1, remember: 5}", "5:31: this must be a mapping"),
    ],
)
def test_a_mistake_in_a_rule_is_told_at_its_place(tmp_path, rule, told):
    path = tmp_path / "s.yaml"
    head = "version: 1\ntools: [{name: pay}]\ncases: [{id: a, prompt: x, expect: no_call}]\n"
    path.write_text(f"{head}simulate:\n  pay: [{rule}]\n")

    with pytest.raises(InvalidSuite) as refused:
        load_suite(path)

    shown = str(refused.value).replace(f"{path}:", "")
    assert shown == told


@pytest.mark.parametrize(
    "suite",
    [
        "simulate: {pay: [{python: 'os:getcwd'}]}\ncases: [{id: a, prompt: x, expect: no_call}]",
        (
            "simulate: {pay: [{return: 1, times: 1}, {python: 'os:getcwd'}]}\n"
            "cases: [{id: a, prompt: x, expect: no_call}]"
        ),
        "cases: [{id: a, prompt: x, expect: no_call, simulate: {pay: [{python: 'os:getcwd'}]}}]",
    ],
)
def test_a_suite_that_would_run_code_is_refused_unless_that_is_allowed(tmp_path, suite):
    path = tmp_path / "s.yaml"
    path.write_text(f"version: 1\ntools: [{{name: pay}}]\n{suite}")

    with pytest.raises(InvalidSuite) as refused:
        load_suite(path)

    (problem,) = refused.value.problems
    assert problem.what == "python runs code of the suite's author"

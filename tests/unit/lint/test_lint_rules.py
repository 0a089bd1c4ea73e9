from __future__ import annotations

import pytest

from evalkit.lint import RULES, Severity
from evalkit.lint._words import content, words

SUITE = """\
version: 1
settings: {{{settings}}}
tools:
  - name: pay
    description: Pay one invoice. Ask for a confirmation first.
    parameters:
      type: object
      properties: {{invoice: {{type: string, enum: [A, B]}}, usd: {{type: number}}}}
      required: [invoice]
      additionalProperties: false
cases:
  - {{id: hello, prompt: hello, expect: no_call}}
  - id: paid
    prompt: Pay invoice A
    expect: {expect}
"""


def whats(findings):
    return [finding.what for finding in findings]


@pytest.mark.parametrize(
    ("description", "listed"),
    [
        pytest.param("'miles' or 'km'", "'miles' or 'km'", id="quoted"),
        pytest.param("One of: low, mid or high.", "One of: low, mid or high", id="after a cue"),
        pytest.param("Can be either asc or desc", "Can be either asc or desc", id="two words"),
        pytest.param('"a" | "b" | "c"', '"a" | "b" | "c"', id="with bars"),
        pytest.param("'asc' for rising, or 'desc'", "'asc' for rising, or 'desc'", id="glossed"),
    ],
)
def test_values_that_stand_in_prose_are_quoted(linted, tool, description, listed):
    text = tool(properties={"unit": {"type": "string", "description": description}})

    found = linted(text, "enum-in-prose")

    assert whats(found) == [
        f"get_order: the values of 'unit' stand in its description only: {listed!r}"
    ]


@pytest.mark.parametrize(
    "schema",
    [
        pytest.param(
            {"type": "string", "description": "A city, such as 'Oslo' or 'Rome'"}, id="ex"
        ),
        pytest.param({"type": "string", "description": "Defaults to 'km'"}, id="only the default"),
        pytest.param({"type": "string", "description": "The city or region"}, id="plain words"),
        pytest.param(
            {"type": "string", "description": "'a' or 'b'", "enum": ["a", "b"]}, id="enum"
        ),
        pytest.param({"type": "integer", "description": "can be 1 or 2"}, id="a number"),
        pytest.param({"type": "string", "description": "'x', 'y', etc."}, id="an open list"),
    ],
)
def test_other_prose_is_no_enum(linted, tool, schema):
    assert linted(tool(properties={"unit": schema}), "enum-in-prose") == ()


@pytest.mark.parametrize(
    ("description", "words"),
    [
        pytest.param("Order ID or account number", "Order ID or account number", id="F3"),
        pytest.param("User name or ID", "name or ID", id="a name or an id"),
        pytest.param("sku/order code", "sku/order code", id="with a slash"),
    ],
)
def test_an_argument_for_two_kinds_of_identifier_is_found(linted, tool, description, words):
    text = tool(properties={"ref": {"type": "string", "description": description}})

    found = linted(text, "ambiguous-identifier")

    assert whats(found) == [f"get_order: 'ref' takes two kinds of identifier: {words!r}"]


@pytest.mark.parametrize(
    "description",
    [
        pytest.param("The number of rows or columns", id="a count"),
        pytest.param("City or zip", id="no identifiers"),
        pytest.param("Order ID. Or leave it out.", id="two sentences"),
    ],
)
def test_an_or_between_other_words_is_fine(linted, tool, description):
    text = tool(properties={"ref": {"type": "string", "description": description}})

    assert linted(text, "ambiguous-identifier") == ()


@pytest.mark.parametrize(
    ("names", "is_found"),
    [
        pytest.param(("refund_order", "quote_refund"), [True, False], id="a quote changes nothing"),
        pytest.param(("process_refund", "order_cancel"), [True, True], id="verb behind"),
        pytest.param(("transfer_learning", "delete_file"), [False, True], id="no goods"),
    ],
)
def test_destructive_tools_are_known_by_their_verbs(linted, tool, names, is_found):
    told = "Change one order in the shop for good."
    text = f"[{', '.join(tool(name, description=told) for name in names)}]"

    found = {finding.what.split()[0] for finding in linted(text, "unguarded-action")}

    assert [name in found for name in names] == is_found


@pytest.mark.parametrize(
    ("annotations", "is_found"),
    [
        pytest.param({"destructiveHint": True}, True, id="said to destroy"),
        pytest.param({"destructiveHint": True, "idempotentHint": True}, False, id="and to repeat"),
        pytest.param({"readOnlyHint": True}, False, id="said to read only"),
    ],
)
def test_what_a_tool_says_of_itself_goes_before_its_name(linted, tool, annotations, is_found):
    name = "archive" if "destructiveHint" in annotations else "delete_view"

    text = tool(name, annotations=annotations, description="Put a view away for good.")

    found = linted(text, "unguarded-action")

    assert bool(found) is is_found


@pytest.mark.parametrize("expect", ["{confirm: [pay], calls: [{pay: {invoice: A}}]}"])
def test_a_case_that_expects_a_confirmation_guards_its_tool(linted, expect):
    text = SUITE.format(settings="", expect=expect).replace(" Ask for a confirmation first.", "")

    assert linted(text, "unguarded-action") == ()


@pytest.mark.parametrize(
    ("settings", "expect", "what"),
    [
        pytest.param(
            "",
            "{calls: [{pay: {invoice: C}}]}",
            "the expected arguments of pay break its schema: "
            '$.invoice "C" is not one of "A" or "B"',
            id="a value that is no option",
        ),
        pytest.param(
            "",
            "{calls: [{pay: {invoice: A, eur: 3}}]}",
            "the expected arguments of pay break its schema: $ Additional properties are not "
            "allowed ('eur' was unexpected)",
            id="an argument that is not there",
        ),
        pytest.param(
            "",
            "{calls: [{pay: {usd: {$gt: 3}}}]}",
            "pay requires 'invoice', and the expected arguments leave no room for it",
            id="a required argument left out",
        ),
        pytest.param(
            "tool_choice: none",
            "{calls: [{pay: {invoice: A}}]}",
            "calls are expected, and tool_choice forbids them",
            id="calls are off",
        ),
        pytest.param(
            "parallel_tool_calls: false",
            "{same_turn: true, calls: [{pay: {invoice: A}}, {pay: {invoice: B}}]}",
            "calls are due in one answer, and parallel_tool_calls is off",
            id="one at a time",
        ),
        pytest.param(
            "",
            "{limits: {calls: 1}, calls: [{pay: {invoice: A}}, {pay: {invoice: B}}]}",
            "2 calls are due, and limits.calls allows 1",
            id="a limit too low",
        ),
    ],
)
def test_an_expectation_that_nothing_can_meet_is_found(linted, settings, expect, what):
    found = linted(SUITE.format(settings=settings, expect=expect), "unmeetable-expectation")

    assert whats(found) == [f"paid: {what}"]
    assert {finding.where for finding in found} == {"shop.yaml:13:5"}


@pytest.mark.parametrize(
    "expect",
    [
        pytest.param("{calls: [{pay: {invoice: {$one_of: [A, C]}}}]}", id="a matcher may match"),
        pytest.param("{schema: off, calls: [{pay: {invoice: C}}]}", id="the schema is off"),
        pytest.param("{extra_args: allow, calls: [{pay: {usd: 3}}]}", id="room for the rest"),
        pytest.param(
            "{calls: [{tool: pay, args: {invoice: C}, optional: true}]}", id="need not be made"
        ),
    ],
)
def test_an_expectation_that_a_call_can_meet_is_fine(linted, expect):
    assert linted(SUITE.format(settings="", expect=expect), "unmeetable-expectation") == ()


def test_a_silent_case_under_a_forced_choice_cannot_pass(linted):
    found = linted(
        SUITE.format(settings="tool_choice: {tool: pay}", expect="{forbid: [pay]}"),
        "unmeetable-expectation",
        "forced-tool-choice",
    )

    assert whats(found) == [
        "the suite shop forces a call (tool_choice: pay)",
        "hello: no call is expected, and tool_choice forces one",
    ]


def test_more_than_twenty_tools_are_too_many(linted, tool):
    names = [f"lookup_{chr(97 + number)}" for number in range(21)]

    at_the_limit = linted(f"[{', '.join(map(tool, names[:20]))}]", "too-many-tools")
    above = linted(f"[{', '.join(map(tool, names))}]", "too-many-tools")

    assert at_the_limit == ()
    assert whats(above) == ["21 tools are offered at once"]


def test_strict_tools_are_held_to_strictness_in_depth(linted, tool):
    inner = {"type": "object", "properties": {"b": {"type": "string"}}, "required": ["b"]}
    parameters = {
        "type": "object",
        "properties": {"a": {"type": "array", "items": inner}},
        "required": ["a"],
        "additionalProperties": False,
    }

    found = linted(tool(parameters=parameters, strict=True), "refused-when-strict")

    assert whats(found) == ["get_order is strict: an object needs additionalProperties: false"]


def test_the_severity_of_a_rule_is_fixed():
    severities = {rule.id: rule.severity for rule in RULES}

    assert severities["unknown-required"] is Severity.ERROR
    assert severities["enum-in-prose"] is Severity.WARNING
    assert severities["open-arguments"] is Severity.NOTE
    assert len(severities) == len(RULES)


def test_the_s_of_a_possessive_is_no_word():
    assert words("a company's stock, the users\u2019 and one\u2019s") == [
        "a", "company", "stock", "the", "users", "and", "one",
    ]  # fmt: skip


def test_what_only_grammar_adds_makes_no_other_word():
    assert content("delete deletes deleted deleting removes prices price searches") == {
        "delet": "removes",
        "pric": "price",
        "find": "searches",
    }

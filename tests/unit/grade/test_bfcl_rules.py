from __future__ import annotations

import pytest

from evalkit.errors import UnknownName, UsageError
from evalkit.grade import explain, grade
from evalkit.results import Kind, Pairing, Status
from evalkit.suite import Tool
from evalkit.transcript import Defect, Turn

SCHEMA = {
    "type": "object",
    "properties": {
        "city": {"type": "string"},
        "days": {"type": "integer"},
        "height": {"type": "number"},
        "detailed": {"type": "boolean"},
        "hours": {"type": "array", "items": {"type": "number"}},
        "names": {"type": "array", "items": {"type": "string"}},
        "place": {"type": "object"},
        "stops": {"type": "array", "items": {"type": "object"}},
        "anything": {},
    },
    "required": [],
}
FORECAST = Tool(name="get_forecast", parameters=SCHEMA)
STRICT = Tool(name="get_strict", parameters=SCHEMA | {"required": ["city", "days"]})


def bfcl(shop, category, *answers, **options):
    rule = {"category": category, "answers": list(answers)} | options
    return shop.case({"graders": {"bfcl": rule}}, tools=(FORECAST, STRICT))


def one(shop, alternatives, value):
    ((key, accepted),) = alternatives.items()
    case = bfcl(shop, "simple", {"get_forecast": {key: accepted}})
    arguments = {} if value is ... else {key: value}
    return grade(case, shop.transcript(shop.call("get_forecast", arguments)))


def code(result):
    lines = explain(result)
    return lines[0].rpartition("(")[2].rstrip(")") if lines else None


@pytest.mark.parametrize(
    ("alternatives", "value", "expected"),
    [
        pytest.param({"city": ["New York"]}, "New York", None, id="text"),
        pytest.param({"city": ["New York"]}, "new-york.", None, id="text but for punctuation"),
        pytest.param({"city": ["it's"]}, 'it"s', None, id="either kind of quotes"),
        pytest.param({"city": ["Paris"]}, "Parisx", "value_error:string", id="another text"),
        pytest.param({"city": ["Paris", ""]}, "", None, id="empty where it may be left out"),
        pytest.param({"city": ["Paris", ""]}, " . ", None, id="nothing but punctuation"),
        pytest.param({"city": ["Paris"]}, "", "value_error:string", id="empty where it may not"),
        pytest.param({"city": ["Paris", ""]}, ..., None, id="left out"),
        pytest.param(
            {"city": ["Paris"]}, ..., "simple_function_checker:missing_optional", id="missing"
        ),
        pytest.param({"city": ["Paris"]}, 5, "type_error:simple", id="a number for a text"),
        pytest.param({"city": [["a"]]}, "a", "value_error:others", id="text for a list answer"),
        pytest.param({"city": [["a"]]}, ["a"], None, id="a list where the answer has one"),
        pytest.param({"city": [""]}, "x", "value_error:string", id="only to be left out"),
        pytest.param({"days": [5]}, 5, None, id="integer"),
        pytest.param({"days": [5]}, 6, "value_error:others", id="another integer"),
        pytest.param({"days": [5]}, 5.0, "type_error:simple", id="a float for an integer"),
        pytest.param({"days": [5.0]}, 5.0, None, id="a float where the answer has one"),
        pytest.param({"days": [1]}, True, "type_error:simple", id="a boolean for an integer"),
        pytest.param({"days": [5, ""]}, "", "type_error:simple", id="a text for an integer"),
        pytest.param({"days": ["n"]}, "n", None, id="a variable"),
        pytest.param({"days": ["n"]}, "m", "value_error:others", id="another variable"),
        pytest.param({"height": [1.5]}, 1.5, None, id="float"),
        pytest.param({"height": [2.0]}, 2, None, id="an integer for a float"),
        pytest.param({"height": [2]}, 2, None, id="an integer answer for a float"),
        pytest.param({"height": [2.0]}, 10**400, "value_error:others", id="beyond a float"),
        pytest.param({"detailed": [True]}, True, None, id="boolean"),
        pytest.param({"detailed": [True]}, 1, "type_error:simple", id="one for true"),
        pytest.param({"detailed": [True]}, None, "type_error:simple", id="null"),
        pytest.param({"hours": [[1.0, 2.5]]}, [1.0, 2.5], None, id="floats"),
        pytest.param({"hours": [[1.0, 2.5]]}, [1, 2.5], "type_error:nested", id="integer inside"),
        pytest.param({"hours": [[1, 2]]}, [1, 2], None, id="integers where the answer has them"),
        pytest.param({"hours": [[1, 2]]}, [2, 1], "value_error:list/tuple", id="order matters"),
        pytest.param({"hours": [[1], ""]}, [], None, id="an empty list for left out"),
        pytest.param({"hours": [[1], ""]}, ["x"], "value_error:list/tuple", id="unchecked items"),
        pytest.param({"names": [["A b"]]}, ["ab"], None, id="texts inside"),
        pytest.param({"names": [["a"]]}, "a", "type_error:simple", id="a text for a list"),
        pytest.param({"place": [{"x": [1], "y": ["a", ""]}]}, {"x": 1}, None, id="mapping"),
        pytest.param({"place": [{"x": ["A b"]}]}, {"x": "ab"}, None, id="text in a mapping"),
        pytest.param(
            {"place": [{"x": [1]}]}, {"x": 2}, "value_error:dict_value", id="another entry"
        ),
        pytest.param({"place": [{"x": [1]}]}, {"z": 1}, "value_error:dict_key", id="another key"),
        pytest.param({"place": [{"x": [1]}]}, {}, "value_error:dict_key", id="a key is missing"),
        pytest.param({"place": [{"x": 1}]}, {"x": 1}, "value_error:dict_value", id="bad answer"),
        pytest.param({"place": [{"x": [1]}, {"y": [2]}]}, {"y": 2}, None, id="second mapping"),
        pytest.param({"stops": [[{"x": [1]}]]}, [{"x": 1}], None, id="list of mappings"),
        pytest.param({"stops": [[{"x": [1]}], ""]}, [], None, id="no mappings for left out"),
        pytest.param(
            {"stops": [[{"x": [1]}]]}, [{"x": 2}], "value_error:dict_value", id="entry in a list"
        ),
        pytest.param(
            {"stops": [[{"x": [1]}]]}, [], "value_error:list_dict_count", id="too few mappings"
        ),
        pytest.param(
            {"stops": [[{"x": [1]}], ""]}, [5], "value_error:list_dict_count", id="no mapping"
        ),
        pytest.param(
            {"stops": ["", [{"x": [1]}]]}, [5], "value_error:dict_value", id="no mapping inside"
        ),
        pytest.param({"anything": ["a"]}, "A", None, id="any type is text"),
        pytest.param({"anything": [5]}, 5, None, id="any type follows the answer"),
    ],
)
def test_a_value_is_judged_as_bfcl_does(shop, alternatives, value, expected):
    assert code(one(shop, alternatives, value)) == expected


@pytest.mark.parametrize(
    ("arguments", "name", "expected"),
    [
        pytest.param(
            {"days": 5},
            "get_strict",
            "simple_function_checker:missing_required",
            id="required before all else",
        ),
        pytest.param(
            {"city": "Rome", "days": "x", "wind": 1},
            "get_strict",
            "value_error:string",
            id="the first in the model's order",
        ),
        pytest.param(
            {"wind": 1, "city": "Rome", "days": 5},
            "get_strict",
            "simple_function_checker:unexpected_param",
            id="unknown to the tool",
        ),
        pytest.param(
            {"city": "Paris", "days": 5, "height": 1.0},
            "get_strict",
            "simple_function_checker:unexpected_param",
            id="unknown to the answer",
        ),
        pytest.param(
            {}, "get_Strict", "simple_function_checker:wrong_func_name", id="case of the name"
        ),
    ],
)
def test_the_first_mistake_of_a_call_counts(shop, arguments, name, expected):
    case = bfcl(shop, "multiple", {"get_strict": {"city": ["Paris"], "days": [5]}})

    assert code(grade(case, shop.transcript(shop.call(name, arguments)))) == expected


@pytest.mark.parametrize(
    ("category", "calls", "text", "expected"),
    [
        pytest.param("simple", [], "Sunny", "ast_decoder:decoder_failed", id="text"),
        pytest.param("simple", [], None, "simple_function_checker:wrong_count", id="nothing"),
        pytest.param("simple", ["{}", "{}"], None, "simple_function_checker:wrong_count", id="two"),
        pytest.param("multiple", [], None, "multiple_function_checker:wrong_count", id="multiple"),
        pytest.param("simple", ["{}", "{"], None, "ast_decoder:decoder_failed", id="one of two"),
        pytest.param("simple", [""], None, "ast_decoder:decoder_failed", id="empty string"),
        pytest.param(
            "simple", ["[1]"], None, "ast_decoder:decoder_wrong_output_format", id="no object"
        ),
        pytest.param("simple", ["{}"], "Well", "ast_decoder:decoder_failed", id="text beside"),
        pytest.param("simple", ['{"a": 1, "a": 2}'], None, None, id="duplicate key"),
        pytest.param(
            "irrelevance", ['{"a": NaN}'], None, "irrelevance_error:decoder_success", id="NaN"
        ),
        pytest.param("irrelevance", [], "Hello", None, id="refusal"),
        pytest.param("irrelevance", [], None, None, id="silence"),
        pytest.param("irrelevance", ["{"], None, None, id="malformed call"),
        pytest.param("irrelevance", ["[]"], None, None, id="shapeless call"),
        pytest.param("irrelevance", ["{}"], "Well", None, id="call beside text"),
        pytest.param("irrelevance", ["{}"], None, "irrelevance_error:decoder_success", id="call"),
    ],
)
def test_an_answer_is_decoded_as_bfcl_does(shop, category, calls, text, expected):
    answers = [] if category == "irrelevance" else [{"get_forecast": {"a": [2, ""]}}]
    tool = Tool(name="get_forecast", parameters={"properties": {"a": {"type": "integer"}}})
    case = shop.case(
        {"graders": {"bfcl": {"category": category, "answers": answers}}}, tools=(tool,)
    )
    made = tuple(shop.call("get_forecast", raw) for raw in calls)

    result = grade(case, shop.transcript(Turn(calls=made, text=text)))

    assert code(result) == expected


def test_text_beside_a_call_may_be_ignored(shop):
    case = bfcl(shop, "simple", {"get_forecast": {}}, text_beside_calls="ignored")

    result = grade(case, shop.transcript(Turn(calls=(shop.call("get_forecast"),), text="Well")))

    assert result.status is Status.PASSED


@pytest.mark.parametrize(
    ("category", "answers", "expected"),
    [
        ("simple", [{"get_forecast": {}}], (Status.FAILED, Kind.CALL_IN_TEXT)),
        ("irrelevance", [], (Status.PASSED, None)),
    ],
)
def test_a_call_that_was_written_as_text_is_none_to_bfcl(shop, category, answers, expected):
    case = bfcl(shop, category, *answers)

    result = grade(case, shop.transcript(shop.call("get_forecast", {}, Defect.TEXT_CALL)))

    assert (result.status, result.verdicts[0].kind) == expected


PARALLEL = [
    {"get_forecast": {"city": ["Paris", "Oslo"]}},
    {"get_forecast": {"city": ["Paris"]}},
]


@pytest.mark.parametrize(
    ("cities", "expected"),
    [
        pytest.param(["Oslo", "Paris"], None, id="each its own"),
        pytest.param(
            ["Paris", "Oslo"],
            "parallel_function_checker_no_order:cannot_find_match",
            id="a choice is never taken back",
        ),
        pytest.param(["Paris"], "parallel_function_checker_no_order:wrong_count", id="too few"),
    ],
)
def test_parallel_calls_are_taken_first_come_first_served(shop, cities, expected):
    calls = [shop.call("get_forecast", {"city": city}) for city in cities]

    assert code(grade(bfcl(shop, "parallel", *PARALLEL), shop.transcript(*calls))) == expected


def test_calls_of_several_turns_are_taken_together(shop):
    calls = [shop.call("get_forecast", {"city": city}) for city in ("Oslo", "Paris")]
    turns = [Turn(calls=(call,)) for call in calls]

    result = grade(bfcl(shop, "parallel", *PARALLEL), shop.transcript(*turns))

    assert result.status is Status.PASSED


@pytest.mark.parametrize(
    ("name", "arguments", "kind", "reason"),
    [
        (
            "get_forecast",
            {"city": "Rome"},
            Kind.WRONG_ARGUMENT,
            "get_forecast $.city: expected one of [\"Paris\"], got 'Rome' (value_error:string)",
        ),
        (
            "get_strict",
            {},
            Kind.WRONG_TOOL,
            (
                "expected a call of get_forecast, got get_strict"
                " (simple_function_checker:wrong_func_name)"
            ),
        ),
        (
            "get_forecast",
            {"wind": 1},
            Kind.INVENTED_ARGUMENT,
            "get_forecast $.wind: not expected, got 1 (simple_function_checker:unexpected_param)",
        ),
        (
            "get_forecast",
            {},
            Kind.MISSING_ARGUMENT,
            "get_forecast $.city: missing (simple_function_checker:missing_optional)",
        ),
    ],
    ids=["argument", "tool", "invented", "missing"],
)
def test_a_complaint_has_a_kind_and_bfcls_own_name(shop, name, arguments, kind, reason):
    case = bfcl(shop, "simple", {"get_forecast": {"city": ["Paris"]}})

    (verdict,) = grade(case, shop.transcript(shop.call(name, arguments))).failures

    assert (verdict.kind, verdict.reason) == (kind, reason)


def test_evalkits_own_rules_are_silent_beside_bfcls(shop):
    case = bfcl(shop, "irrelevance")

    result = grade(case, shop.transcript(shop.call("nobodys_tool", "{")))

    assert (result.status, result.expects_no_call) == (Status.PASSED, True)


def test_evalkits_own_rules_judge_too_where_something_else_is_expected(shop):
    expect = {"graders": {"bfcl": {"category": "irrelevance"}}, "forbid": ["get_user"]}

    result = grade(shop.case(expect), shop.transcript(shop.call("nobodys_tool", "{")))

    assert [v.kind for v in result.failures] == [Kind.MALFORMED_JSON, Kind.UNKNOWN_TOOL]


def test_pairings_follow_the_names(shop):
    case = bfcl(shop, "parallel_multiple", *PARALLEL)
    calls = [shop.call("get_strict"), shop.call("get_forecast"), shop.call("get_strict")]

    result = grade(case, shop.transcript(*calls))

    assert result.pairings == (
        Pairing(expected="get_forecast", called="get_forecast"),
        Pairing(expected="get_forecast", called="get_strict"),
        Pairing(expected=None, called="get_strict"),
    )


@pytest.mark.parametrize(
    ("options", "error", "where"),
    [
        pytest.param({"category": "java"}, UsageError, "graders.bfcl.category", id="category"),
        pytest.param({"category": "simple"}, UsageError, "graders.bfcl", id="no answers"),
        pytest.param([], UsageError, "graders.bfcl", id="no mapping"),
        pytest.param(
            {"category": "simple", "answers": [{"get_forcast": {}}]},
            UnknownName,
            "graders.bfcl.answers",
            id="unknown tool",
        ),
    ],
)
def test_options_that_make_no_sense_are_refused(shop, options, error, where):
    case = shop.case({"graders": {"bfcl": {"category": "irrelevance"}}}, tools=(FORECAST,))
    case.expect.graders["bfcl"] = options

    with pytest.raises(error) as raised:
        grade(case, shop.transcript(Turn()))

    assert raised.value.where == where

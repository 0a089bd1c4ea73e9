"""Each failure that one response can show is found, and a good response shows none."""

import json

import pytest

from evalkit.transcript import Defect
from evalkit.triage import Hints, diagnose, from_body, from_text, read_offer

OSLO = '{"city": "Oslo"}'


def failures(diagnosis):
    return [(finding.failure.value, finding.call) for finding in diagnosis.findings]


def with_tools(*tools):
    return Hints(offer=read_offer(list(tools)))


def test_a_good_call_of_a_known_tool_shows_nothing(chat, weather):
    diagnosis = diagnose(from_body(chat(("get_weather", OSLO)), with_tools(weather)))

    assert diagnosis.findings == ()


@pytest.mark.parametrize(
    ("arguments", "failure"),
    [
        pytest.param("{\"city\": 'Oslo'}", "F8", id="single quotes"),
        pytest.param('{"city": "Oslo", "city": "Rome"}', "F8", id="duplicate key"),
        pytest.param('{"town": "Oslo", "city": "Oslo"}', "F9", id="invented argument"),
        pytest.param("{}", "F9", id="missing argument"),
        pytest.param("", "F9", id="empty string"),
        pytest.param('{"city": 5}', "F9", id="wrong type"),
        pytest.param('{"city": "Oslo", "unit": "kelvin"}', "F9", id="outside the enum"),
        pytest.param('{"city": "x\'; DROP TABLE users;"}', "F22", id="SQL"),
        pytest.param('{"city": "../../etc/passwd"}', "F22", id="path"),
        pytest.param('{"city": "Oslo; rm -rf /"}', "F22", id="shell"),
        pytest.param('{"city": "<script>alert(1)</script>"}', "F22", id="script"),
        pytest.param('{"city": "<city_name>"}', "F7", id="placeholder in angle brackets"),
        pytest.param('{"city": "{{user.city}}"}', "F7", id="template"),
        pytest.param('{"city": "result_of_get_user"}', "F7", id="named after a call"),
        pytest.param(
            '{"city": "Traceback (most recent call last): boom"}', "F15", id="stack trace"
        ),
        pytest.param('{"city": "joe@example.com"}', "F26", id="e-mail address"),
        pytest.param('{"city": "4111 1111 1111 1111"}', "F26", id="card number"),
        pytest.param('{"city": "AKIAIOSFODNN7EXAMPLE"}', "F26", id="key"),
    ],
)
def test_what_is_wrong_with_the_arguments_is_named(chat, weather, arguments, failure):
    diagnosis = diagnose(from_body(chat(("get_weather", arguments)), with_tools(weather)))

    assert failures(diagnosis) == [(failure, 0)]


@pytest.mark.parametrize(
    "text",
    [
        pytest.param("Wait... what about drop-off tables?", id="words of SQL"),
        pytest.param("v1..v2", id="two dots"),
        pytest.param("a < b and c > d", id="angle brackets"),
        pytest.param("rock & roll; then curling", id="shell marks"),
        pytest.param("order A8472", id="digits"),
    ],
)
def test_ordinary_text_in_arguments_is_no_finding(chat, text):
    diagnosis = diagnose(from_body(chat(("note", json.dumps({"text": text})))))

    assert diagnosis.findings == ()


def test_a_malformed_string_is_searched_as_a_whole(chat):
    diagnosis = diagnose(from_body(chat(("note", "{text: ../../etc/passwd"))))

    assert failures(diagnosis) == [("F8", 0), ("F22", 0)]


def test_a_schema_that_cannot_be_used_decides_nothing(chat):
    tool = {"name": "get_weather", "parameters": {"$ref": "https://example.com/schema.json"}}

    diagnosis = diagnose(from_body(chat(("get_weather", OSLO)), with_tools(tool)))

    assert diagnosis.findings == ()


def test_a_tool_that_was_not_offered_is_named_with_the_nearest_one(chat, weather):
    diagnosis = diagnose(from_body(chat(("get_wether", OSLO)), with_tools(weather)))

    assert [finding.why for finding in diagnosis.findings] == [
        "the request offers no tool 'get_wether' (did it mean get_weather?)"
    ]
    assert diagnosis.response.turn.calls[0].defects == (Defect.UNKNOWN_TOOL,)


def test_without_the_tools_no_call_is_called_unknown(chat):
    diagnosis = diagnose(from_body(chat(("get_wether", OSLO))))

    assert diagnosis.findings == ()


def test_a_wrapper_is_reported_for_each_call_in_it(chat):
    uses = [{"recipient_name": "functions.a", "parameters": {"n": n}} for n in (1, 2)]

    diagnosis = diagnose(
        from_body(chat(("multi_tool_use.parallel", json.dumps({"tool_uses": uses}))))
    )

    assert failures(diagnosis) == [("F10", 0), ("F10", 1)]


@pytest.mark.parametrize(
    ("finish", "calls", "why"),
    [
        pytest.param("stop", 1, "it stopped with 'stop' although it calls get_weather", id="stop"),
        pytest.param(
            "function_call",
            1,
            "it stopped with 'function_call' although it calls get_weather",
            id="legacy word",
        ),
        pytest.param(
            "tool_calls", 0, "it stopped with 'tool_calls' although it calls nothing", id="no call"
        ),
        pytest.param(
            None, 1, "the stop reason is missing: the answer may have broken off", id="missing"
        ),
    ],
)
def test_a_stop_reason_that_lies_is_named(chat, finish, calls, why):
    body = chat(*[("get_weather", OSLO)] * calls, finish=finish, text="Well.")

    diagnosis = diagnose(from_body(body))

    assert [(each.failure.value, each.why) for each in diagnosis.findings] == [("F12", why)]


def test_gemini_stops_for_a_call_as_for_an_answer():
    part = {"functionCall": {"name": "get_weather", "args": {"city": "Oslo"}}}
    body = {"candidates": [{"content": {"parts": [part]}, "finishReason": "STOP"}]}

    assert diagnose(from_body(body)).findings == ()


def test_a_call_that_gemini_could_not_read_is_malformed():
    candidate = {
        "content": {},
        "finishReason": "MALFORMED_FUNCTION_CALL",
        "finishMessage": "Malformed function call: print(default_api.get_weather(city='Oslo')",
    }

    diagnosis = diagnose(from_body({"candidates": [candidate]}))

    assert failures(diagnosis) == [("F8", 0)]


@pytest.mark.parametrize(
    ("finish", "failure"),
    [
        pytest.param("UNEXPECTED_TOOL_CALL", "F10", id="not allowed"),
        pytest.param("TOO_MANY_TOOL_CALLS", "F25", id="too many"),
    ],
)
def test_calls_that_gemini_reports_as_wrong_are_named(finish, failure):
    body = {"candidates": [{"content": {"parts": []}, "finishReason": finish}]}

    assert failures(diagnose(from_body(body))) == [(failure, None)]


def test_a_call_that_groq_refused_is_malformed():
    error = {"code": "tool_use_failed", "failed_generation": '{"name": "a", "arguments": {"x":'}

    diagnosis = diagnose(from_body({"error": error}))

    assert failures(diagnosis) == [("F8", 0)]


def test_an_answer_cut_in_the_middle_of_a_call_says_more_than_a_long_one(chat):
    cut = diagnose(from_body(chat(("get_weather", '{"city": "Os'), finish="length")))
    long = diagnose(from_body(chat(finish="length", text="Once upon a time")))

    assert failures(cut) == [("F8", 0), ("F12", None)]
    assert failures(long) == [("F25", None)]


def test_a_context_that_overflowed_is_named():
    body = {"content": [], "stop_reason": "model_context_window_exceeded", "type": "message"}

    assert failures(diagnose(from_body(body))) == [("F20", None)]


def test_a_refusal_is_no_failure_of_this_list(chat):
    body = chat(finish="content_filter")

    assert diagnose(from_body(body)).findings == ()


def test_a_call_without_an_id_cannot_be_answered(chat):
    diagnosis = diagnose(from_body(chat(("get_weather", OSLO), ids=False)))

    assert failures(diagnosis) == [("F13", 0)]


def test_gemini_needs_no_ids():
    part = {"functionCall": {"name": "get_weather", "args": {}}}
    body = {"candidates": [{"content": {"parts": [part]}, "finishReason": "STOP"}]}

    assert diagnose(from_body(body)).findings == ()


@pytest.mark.parametrize(
    ("count", "found"),
    [pytest.param(5, [], id="five"), pytest.param(6, [("F25", None)], id="six")],
)
def test_more_than_five_calls_raise_an_alert(chat, count, found):
    calls = [("find", json.dumps({"n": number})) for number in range(count)]

    assert failures(diagnose(from_body(chat(*calls)))) == found


def test_the_same_call_twice_in_an_answer_raises_an_alert(chat):
    calls = [("pay", '{"to": 1, "sum": 2}'), ("pay", '{"sum": 2, "to": 1}')]

    diagnosis = diagnose(from_body(chat(*calls)))

    assert [finding.why for finding in diagnosis.findings] == [
        "pay is called twice in one answer with the same arguments"
    ]


MARKED = '<tool_call>\n{"name": "get_weather", "arguments": {"city": "Oslo"}}\n</tool_call>'
BARE = '{"name": "get_weather", "arguments": {"city": "Oslo"}}'


@pytest.mark.parametrize(
    "text",
    [pytest.param(MARKED, id="with marks"), pytest.param(BARE, id="bare and nothing else")],
)
def test_a_call_in_the_text_of_an_api_is_found(chat, text):
    diagnosis = diagnose(from_body(chat(finish="stop", text=text)))

    assert failures(diagnosis) == [("F24", None)]


@pytest.mark.parametrize(
    "text",
    [
        pytest.param("Call get_weather(city='Oslo') to see it.", id="code in prose"),
        pytest.param('The record is {"name": "Ada", "age": 36}.', id="data"),
        pytest.param(f"Here is an example: {BARE}", id="an example among words"),
        pytest.param("a < b, c > d, [1], {2}", id="brackets"),
    ],
)
def test_text_that_merely_resembles_a_call_is_none(chat, text):
    assert diagnose(from_body(chat(finish="stop", text=text))).findings == ()


def test_a_bare_call_among_words_counts_when_its_tool_was_offered(chat, weather):
    body = chat(finish="stop", text=f"Sure: {BARE}")

    assert failures(diagnose(from_body(body, with_tools(weather)))) == [("F24", None)]


def test_a_call_in_bare_text_is_no_surprise_when_its_format_is_named():
    guessed = diagnose(from_text(MARKED))
    named = diagnose(from_text(MARKED, Hints(format="hermes")))

    assert failures(guessed) == [("F24", None)]
    assert guessed.response.turn.calls[0].defects == (Defect.TEXT_CALL,)
    assert named.findings == ()
    assert named.response.turn.calls[0].defects == ()


def test_the_calls_of_an_api_that_leaves_its_text_unread_are_read_when_the_format_is_named(chat):
    body = chat(finish="stop", text=MARKED)

    diagnosis = diagnose(from_body(body, Hints(format="hermes")))

    assert [call.arguments for call in diagnosis.response.turn.calls] == [{"city": "Oslo"}]
    assert diagnosis.findings == ()


def test_a_call_in_text_that_breaks_off_is_named():
    diagnosis = diagnose(from_text('Let me see. <tool_call>\n{"name": "get_wea'))

    assert "F12" in [finding.failure.value for finding in diagnosis.findings]

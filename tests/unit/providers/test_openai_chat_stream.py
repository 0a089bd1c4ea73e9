from __future__ import annotations

import pytest

from evalkit.errors import ExchangeFailed
from evalkit.providers import find_api
from evalkit.transcript import Defect, Stop, Turn, Usage

API = find_api("openai-chat")


def chunk(finish=None, **delta):
    return {"id": "c1", "choices": [{"index": 0, "delta": delta, "finish_reason": finish}]}


def piece(arguments, index=0, **more):
    entry = {"function": {"arguments": arguments}, **more}
    return entry if index is None else {"index": index, **entry}


def start(name, arguments="", index=0, call_id="call_1"):
    entry = {"type": "function", "function": {"name": name, "arguments": arguments}}
    if call_id:
        entry["id"] = call_id
    return entry if index is None else {"index": index, **entry}


def turn(*chunks):
    return API.decode(API.assemble([*chunks, chunk("tool_calls")]))


def calls(*deltas):
    found = turn(*(chunk(tool_calls=delta) for delta in deltas)).calls
    return [(call.name, call.raw) for call in found]


def test_text_and_what_surrounds_it_are_joined():
    usage = {"prompt_tokens": 3, "completion_tokens": 2}

    answer = API.decode(
        API.assemble(
            [
                {"choices": [], "prompt_filter_results": []},
                chunk(role="assistant", content=""),
                chunk(reasoning_content="h"),
                chunk(reasoning_content="m"),
                chunk(content="Hel"),
                chunk(content="lo"),
                chunk("stop"),
                {"model": "m", "choices": [], "usage": usage, "obfuscation": "x"},
            ]
        )
    )

    assert (answer.text, answer.reasoning, answer.finish) == ("Hello", "hm", "stop")
    assert (answer.usage, answer.model) == (Usage(input=3, output=2), "m")
    assert answer.stop is Stop.ANSWERED


@pytest.mark.parametrize(
    ("deltas", "expected"),
    [
        pytest.param(
            [[start("f")], [piece('{"a"')], [piece(": 1}")]], [("f", '{"a": 1}')], id="one call"
        ),
        pytest.param(
            [[start("f", "{"), start("g", "{", 1, "call_2")], [piece("}", 1), piece(" }")]],
            [("f", "{ }"), ("g", "{}")],
            id="two calls, interleaved",
        ),
        pytest.param(
            [[start("f", "{}", 1)], [start("g", "{}", 4, "call_2")]],
            [("f", "{}"), ("g", "{}")],
            id="indices with gaps",
        ),
        pytest.param(
            [[start("f", "{}", None, "a")], [start("g", "{}", None, "b")]],
            [("f", "{}"), ("g", "{}")],
            id="no index, as Mistral sends",
        ),
        pytest.param(
            [[start("f", "{", None, "a")], [piece("}", None, id="a")]],
            [("f", "{}")],
            id="no index, continued by id",
        ),
        pytest.param(
            [[start("f", "{", None, None)], [piece("}", None)]],
            [("f", "{}")],
            id="neither index nor id",
        ),
        pytest.param(
            [[start("f", "{}", None, None), start("g", "{}", None, None)]],
            [("f", "{}"), ("g", "{}")],
            id="whole calls without index and id",
        ),
        pytest.param(
            [[start("f", "{}", 0, "a"), start("g", "{}", 0, "b")]],
            [("f", "{}"), ("g", "{}")],
            id="every call at index 0",
        ),
        pytest.param(
            [[piece('{"a":', id="a")], [start("f", "1}", call_id=None)]],
            [("f", '{"a":1}')],
            id="name after the arguments",
        ),
        pytest.param(
            [[start("f", "{")], [start("f", "}")]], [("f", "{}")], id="name in every chunk"
        ),
        pytest.param(
            [[start("f", '{"a": 1}')], [piece(', "b": 2}')]],
            [("f", '{"a": 1}, "b": 2}')],
            id="valid JSON in between",
        ),
        pytest.param(
            [[start("f", "{}")], [start("", "")]], [("f", "{}")], id="an empty chunk after the call"
        ),
        pytest.param([[start("f")]], [("f", "")], id="no arguments"),
        pytest.param(
            [[{"index": 0, "id": None, "type": None, "function": {"name": "", "arguments": ""}}]],
            [],
            id="an entry that is no call",
        ),
    ],
)
def test_calls_are_put_together_from_their_pieces(deltas, expected):
    assert calls(*deltas) == expected


def test_arguments_streamed_as_an_object_are_taken_as_they_are():
    (call,) = turn(chunk(tool_calls=[start("f", {"a": 1})])).calls

    assert (call.raw, call.arguments) == (None, {"a": 1})


def test_fields_that_are_not_known_survive_for_the_next_request():
    signed = {"extra_content": {"google": {"thought_signature": "s"}}}

    answer = turn(chunk(tool_calls=[start("f", "{}") | signed], reasoning_details=[{"a": 1}]))

    assert answer.wire["reasoning_details"] == [{"a": 1}]
    assert answer.wire["tool_calls"][0]["extra_content"] == signed["extra_content"]


def test_a_legacy_function_call_is_joined():
    answer = turn(
        chunk(function_call={"name": "f", "arguments": ""}),
        chunk(function_call={"arguments": '{"a": 1}'}),
    )

    assert [(call.name, call.raw) for call in answer.calls] == [("f", '{"a": 1}')]


def test_the_input_of_a_custom_tool_is_joined():
    custom = {"type": "custom", "id": "c", "index": 0, "custom": {"name": "sql", "input": "SEL"}}

    answer = turn(
        chunk(tool_calls=[custom]), chunk(tool_calls=[{"index": 0, "custom": {"input": "ECT"}}])
    )

    assert [(call.name, call.raw, call.arguments) for call in answer.calls] == [
        ("sql", "SELECT", {"input": "SELECT"})
    ]


def test_thinking_parts_are_not_text():
    thinking = {"type": "thinking", "thinking": [{"type": "text", "text": "hm"}]}

    answer = turn(chunk(content=[thinking]), chunk(content="so"))

    assert (answer.text, answer.reasoning) == ("so", "hm")


def test_other_choices_than_the_first_are_left_out():
    other = {"choices": [{"index": 1, "delta": {"content": "B"}, "finish_reason": None}]}

    assert turn(chunk(content="A"), other).text == "A"


def test_usage_that_groq_hides_is_found():
    answer = turn(chunk(content="A"), {"x_groq": {"usage": {"prompt_tokens": 4}}})

    assert answer.usage == Usage(input=4)


def test_a_stream_that_breaks_off_is_trouble_of_the_provider():
    body = API.assemble([chunk(tool_calls=[start("f", '{"a": ')])])

    assert API.decode(body).stop is Stop.PROVIDER_ERROR


def test_a_call_that_groq_refused_in_mid_stream_is_the_models():
    error = {
        "message": "Failed to call a function.",
        "code": "tool_use_failed",
        "failed_generation": '{"name": "f", "arguments": {"a": 1/6}}',
        "status_code": 400,
    }

    answer = API.decode(API.assemble([chunk(content="So: "), {"error": error}]))

    assert (answer.text, answer.finish, answer.stop) == ("So: ", None, Stop.ANSWERED)
    assert [(call.name, call.arguments, call.defects) for call in answer.calls] == [
        ("f", None, (Defect.EXPRESSION,))
    ]


def test_a_stream_that_is_nothing_but_groqs_refusal_is_the_models():
    error = {"code": "tool_use_failed", "failed_generation": "Hi", "message": "did not call a tool"}

    answer = API.decode(API.assemble([{"error": error}]))

    assert answer == Turn(text="Hi", finish="tool_use_failed")


def test_every_other_error_in_a_stream_is_raised():
    body = API.assemble([chunk(content="So"), {"error": {"message": "overloaded"}}])

    with pytest.raises(ExchangeFailed, match="inside its reply: overloaded"):
        API.decode(body)

from __future__ import annotations

import asyncio

import pytest

from evalkit.errors import ExchangeFailed, UndecodableReply, UsageError
from evalkit.providers import Provider, find_api
from evalkit.suite import Settings
from evalkit.transcript import Defect, Stop, ToolCall, Turn, Usage

GEMINI = find_api("gemini")
BEDROCK = find_api("bedrock-converse")


def candidate(*parts, finish="STOP", **more):
    content = {"role": "model", "parts": [*parts]}
    return {"candidates": [{"content": content, "finishReason": finish, **more}]}


def test_a_whole_reply_of_gemini_is_a_turn():
    parts = [
        {"text": "Oslo?", "thought": True},
        {"text": "I "},
        {"text": "look.", "thoughtSignature": "s"},
        {"functionCall": {"name": "f", "args": {"a": 1}, "id": "gjl2yj5t"}},
        {"functionCall": {"name": "g"}},
        {"executableCode": {"language": "PYTHON", "code": "1"}},
    ]
    usage = {
        "promptTokenCount": 15,
        "toolUsePromptTokenCount": 770,
        "cachedContentTokenCount": 5,
        "candidatesTokenCount": 37,
        "thoughtsTokenCount": 742,
    }

    turn = GEMINI.decode(
        candidate(*parts) | {"usageMetadata": usage, "modelVersion": "g-3", "responseId": "R-1"}
    )

    assert turn == Turn(
        text="I look.",
        calls=(
            ToolCall(id="gjl2yj5t", name="f", raw=None, arguments={"a": 1}),
            ToolCall(id="evalkit-call-R1-1", name="g", raw=None, arguments={}),
        ),
        reasoning="Oslo?",
        finish="STOP",
        usage=Usage(input=785, output=779, cache_read=5, reasoning=742),
        model="g-3",
        wire={"role": "model", "parts": parts},
    )


@pytest.mark.parametrize(
    ("message", "name", "raw"),
    [
        pytest.param(
            "Malformed function call: print(default_api.get_weather(city='Oslo'",
            "get_weather",
            "print(default_api.get_weather(city='Oslo'",
            id="quoted",
        ),
        pytest.param("", "", "", id="not even quoted"),
    ],
)
def test_a_call_that_gemini_could_not_read_is_malformed(message, name, raw):
    turn = GEMINI.decode(candidate(finish="MALFORMED_FUNCTION_CALL", finishMessage=message))

    assert turn.calls == (
        ToolCall(
            id="evalkit-call-0", name=name, raw=raw, arguments=None, defects=(Defect.NOT_JSON,)
        ),
    )


@pytest.mark.parametrize(
    ("finish", "stop"),
    [
        ("STOP", Stop.ANSWERED),
        ("UNEXPECTED_TOOL_CALL", Stop.ANSWERED),
        ("MAX_TOKENS", Stop.TRUNCATED),
        ("SAFETY", Stop.REFUSED),
    ],
)
def test_finish_reasons_of_gemini(finish, stop):
    assert GEMINI.decode(candidate(finish=finish)).stop is stop


def test_a_prompt_that_gemini_blocks_is_a_refusal():
    feedback = {"blockReason": "MODEL_ARMOR", "blockReasonMessage": "The prompt violated."}

    turn = GEMINI.decode({"promptFeedback": feedback})

    assert turn == Turn(refusal="The prompt violated.", stop=Stop.REFUSED)


@pytest.mark.parametrize(
    ("body", "error", "what"),
    [
        pytest.param({}, UndecodableReply, "reply has no 'candidates'", id="nothing"),
        pytest.param(
            {"error": {"code": 503, "message": "Overloaded"}},
            ExchangeFailed,
            "the provider reported an error inside its reply: Overloaded",
            id="error",
        ),
    ],
)
def test_a_reply_of_gemini_without_an_answer_is_refused(body, error, what):
    with pytest.raises(error) as refused:
        GEMINI.decode(body)

    assert refused.value.what == what


def chunk(*parts, finish=None):
    body = candidate(*parts)
    if finish is None:
        del body["candidates"][0]["finishReason"]
    return body


def call_part(**fields):
    return {"functionCall": fields}


def test_chunks_of_gemini_are_joined():
    last = chunk({"text": ""}) | {"usageMetadata": {"promptTokenCount": 2}}
    last["candidates"][0]["finishReason"] = "STOP"

    turn = GEMINI.decode(
        GEMINI.assemble(
            [
                chunk({"text": "I l"}) | {"usageMetadata": {"promptTokenCount": 1}},
                chunk({"text": "ook."}, call_part(name="f", args={"a": 1})),
                last,
            ]
        )
    )

    assert (turn.text, turn.finish, turn.usage) == ("I look.", "STOP", Usage(input=2))
    assert [(call.name, call.arguments) for call in turn.calls] == [("f", {"a": 1})]


def test_arguments_that_gemini_streams_in_pieces_are_put_in_their_places():
    pieces = [
        {"jsonPath": "$.city", "stringValue": "Os", "willContinue": True},
        {"jsonPath": "$.city", "stringValue": "lo"},
        {"jsonPath": "$.days[0].count", "numberValue": 2},
        {"jsonPath": "$.days[1].rain", "boolValue": False},
        {"jsonPath": "$.days[1].name", "nullValue": "NULL_VALUE"},
        {"jsonPath": "$.tags[0]", "stringValue": "a"},
        {"jsonPath": "$.tags[1]", "stringValue": "b"},
    ]

    turn = GEMINI.decode(
        GEMINI.assemble(
            [
                chunk(call_part(name="f", willContinue=True)),
                *(chunk(call_part(partialArgs=[piece], willContinue=True)) for piece in pieces),
                chunk(call_part()),
                chunk(call_part(name="g", willContinue=True)),
                chunk(call_part(partialArgs=[{"jsonPath": "$.a", "stringValue": "x"}])),
            ]
        )
    )

    assert [(call.name, call.arguments) for call in turn.calls] == [
        (
            "f",
            {
                "city": "Oslo",
                "days": [{"count": 2}, {"rain": False, "name": None}],
                "tags": ["a", "b"],
            },
        ),
        ("g", {"a": "x"}),
    ]


@pytest.mark.parametrize("path", ["$.a[999999]", "$.a.b", "$[0]"])
def test_a_piece_that_fits_nowhere_is_refused(path):
    pieces = [{"jsonPath": "$.a", "stringValue": "x"}, {"jsonPath": path, "stringValue": "y"}]

    with pytest.raises(UndecodableReply, match="fits nowhere"):
        GEMINI.assemble([chunk(call_part(name="f", partialArgs=pieces))])


def bedrock(*blocks, stop="end_turn", **more):
    message = {"role": "assistant", "content": [*blocks]}
    return {"output": {"message": message}, "stopReason": stop, **more}


def test_a_whole_reply_of_bedrock_is_a_turn():
    blocks = [
        {"reasoningContent": {"reasoningText": {"text": "Oslo?", "signature": "s"}}},
        {"text": "I look."},
        {"toolUse": {"toolUseId": "s1", "name": "code", "input": {}, "type": "server_tool_use"}},
        {"toolUse": {"toolUseId": "tooluse_1", "name": "f", "input": {"a": 1}}},
    ]
    usage = {
        "inputTokens": 22,
        "outputTokens": 13,
        "cacheReadInputTokens": 2000,
        "cacheWriteInputTokens": 492,
    }

    turn = BEDROCK.decode(bedrock(*blocks, stop="tool_use", usage=usage))

    assert turn == Turn(
        text="I look.",
        calls=(ToolCall(id="tooluse_1", name="f", raw=None, arguments={"a": 1}),),
        reasoning="Oslo?",
        finish="tool_use",
        usage=Usage(input=2514, output=13, cache_read=2000, cache_write=492),
        wire={"role": "assistant", "content": blocks},
    )


@pytest.mark.parametrize(
    ("reason", "stop"),
    [
        ("end_turn", Stop.ANSWERED),
        ("max_tokens", Stop.TRUNCATED),
        ("guardrail_intervened", Stop.REFUSED),
    ],
)
def test_stop_reasons_of_bedrock(reason, stop):
    assert BEDROCK.decode(bedrock(stop=reason)).stop is stop


def test_a_reply_of_bedrock_without_a_message_is_refused():
    with pytest.raises(UndecodableReply, match="reply has no 'output'"):
        BEDROCK.decode({"message": "not found"})


def block(index, kind, **fields):
    return {f"contentBlock{kind}": {"contentBlockIndex": index, **fields}}


def test_events_of_bedrock_are_joined_and_inputs_stay_strings():
    body = BEDROCK.assemble(
        [
            {"messageStart": {"role": "assistant"}},
            block(0, "Delta", delta={"reasoningContent": {"text": "hm"}}),
            block(1, "Delta", delta={"text": "I "}),
            block(1, "Delta", delta={"text": "look."}),
            block(2, "Start", start={"toolUse": {"toolUseId": "t1", "name": "f"}}),
            block(3, "Start", start={"toolUse": {"toolUseId": "t2", "name": "g"}}),
            block(2, "Delta", delta={"toolUse": {"input": '{"a": '}}),
            block(2, "Delta", delta={"toolUse": {"input": "1/6}"}}),
            block(2, "Stop"),
            {"messageStop": {"stopReason": "tool_use"}},
            {"metadata": {"usage": {"inputTokens": 4}}},
        ]
    )

    turn = BEDROCK.decode(body)

    assert (turn.text, turn.reasoning, turn.finish) == ("I look.", "hm", "tool_use")
    assert turn.usage == Usage(input=4)
    assert [(call.name, call.raw, call.arguments) for call in turn.calls] == [
        ("f", '{"a": 1/6}', None),
        ("g", "", {}),
    ]


@pytest.mark.parametrize("name", ["gemini", "bedrock-converse"])
def test_what_can_only_be_read_says_so_when_it_is_asked(name):
    api = find_api(name)
    provider = Provider(name="g", api=name, model="m")

    for ask in (
        lambda: api.endpoint(provider),
        lambda: api.encode(provider, (), (), Settings()),
        lambda: asyncio.run(api.connect(provider, "key", None).close()),
    ):
        with pytest.raises(UsageError, match=f"reads replies of '{name}', but sends it nothing"):
            ask()

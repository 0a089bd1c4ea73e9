"""What real providers answered is read as an independent reading of the same JSON has it."""

from __future__ import annotations

import pytest

from evalkit.providers import find_api, read_body

APIS = ["openai-chat", "anthropic", "openai-responses", "gemini", "bedrock-converse"]
FORMATS = {
    "openai_chat": "openai-chat",
    "openai_responses": "openai-responses",
    "bedrock_converse": "bedrock-converse",
    "anthropic": "anthropic",
    "gemini": "gemini",
}


def by_server(body):
    """Return the ids of the calls that Bedrock runs itself and answers in the same reply."""
    match body:
        case {"output": {"message": {"content": [*blocks]}}}:
            pass
        case _:
            blocks = []
    calls = [block["toolUse"] for block in blocks if "toolUse" in block]
    return {call["toolUseId"] for call in calls if call.get("type") == "server_tool_use"}


def expected(row):
    """Return a row's expectation, without what is no call of the client's tools."""
    calls = [
        (call["id"] or None, call["name"], call.get("raw"), call.get("input"))
        for call in row["expect"]["calls"]
        if (call["id"] or call["name"]) and call["id"] not in by_server(row["body"])
    ]
    return calls, row["expect"]["text"], row["expect"]["finish"]


def found(row, api):
    body = row["body"] if row["body"] is not None else read_body(api, row["sse"].encode())
    turn = api.decode(body)
    has_raw = any("raw" in call for call in row["expect"]["calls"])
    calls = [
        (
            call.id if call.has_own_id else None,
            call.name,
            call.raw if has_raw else None,
            None if has_raw else call.arguments,
        )
        for call in turn.calls
    ]
    return calls, turn.text, turn.finish


@pytest.mark.parametrize("name", APIS)
def test_recorded_replies_are_read_to_the_letter(name, rows):
    recorded = rows(f"wire/{name}")
    api = find_api(name)

    different = [row["id"] for row in recorded if found(row, api) != expected(row)]

    assert len(different) <= len(recorded) // 100, different


@pytest.mark.parametrize("name", APIS)
def test_recorded_usage_adds_up_to_the_providers_own_total(name, rows):
    totals = ("total_tokens", "totalTokenCount", "totalTokens")
    different = []
    for row in rows(f"wire/{name}"):
        usage = (row["body"] or {}).get("usage") or (row["body"] or {}).get("usageMetadata") or {}
        reported = next((usage[key] for key in totals if key in usage), None)
        if reported is not None:
            read = find_api(name).decode(row["body"]).usage
            if read.input + read.output != reported:
                different.append(row["id"])

    assert different == []


def has_same_calls(turn, row):
    wanted = row["expected_calls"]
    read = [(call.name, call.arguments) for call in turn.calls]
    return read == [(call["name"], call["arguments"]) for call in wanted] and all(
        call.raw in (None, want.get("arguments_raw", call.raw))
        for call, want in zip(turn.calls, wanted, strict=True)
    )


@pytest.mark.parametrize(
    ("name", "contested"),
    [
        pytest.param("native_full", "by the server", id="whole replies"),
        pytest.param("stream_native", "parallel", id="streams of providers"),
        pytest.param("stream_vllm_openai_deltas", None, id="streams of vLLM"),
    ],
)
def test_calls_of_other_projects_recordings_are_the_same(name, contested, rows):
    different, known = [], 0
    for row in rows(f"formats/{name}"):
        api_name = FORMATS.get(row["format"].removesuffix("_stream"))
        if api_name is None:
            continue
        api = find_api(api_name)
        body = row["response"] if "response" in row else api.assemble(row["chunks"])
        names = {call["name"] for call in row["expected_calls"]}
        if contested in names or by_server(row.get("response")):
            known += 1
        elif not has_same_calls(api.decode(body), row):
            different.append(row["id"])

    assert different == []
    assert known <= 1

from __future__ import annotations

import json
from pathlib import Path

import pytest
import yaml

from evalkit.calibration import read_requests
from evalkit.errors import InvalidCassette, UsageError
from evalkit.suite import Tool
from evalkit.transcript import Prompt

URL = "https://api.example.org/v1"
SCHEMA = {"type": "object", "properties": {}}
CLOCK = Tool(name="get_time", description="Tells the time.", parameters=SCHEMA)
BE_BRIEF, HELLO = Prompt(role="system", text="Be brief."), Prompt(role="user", text="Hello")
FUNCTION = {"name": "get_time", "description": "Tells the time.", "parameters": SCHEMA}
ANTHROPIC_TOOL = {"name": "get_time", "description": "Tells the time.", "input_schema": SCHEMA}

CHAT = {
    "model": "gpt-4o",
    "messages": [
        {"role": "developer", "content": "Be brief."},
        {"role": "user", "content": [{"type": "text", "text": "Hello"}]},
    ],
    "tools": [{"type": "function", "function": FUNCTION}],
}
CHAT_ANSWER = {
    "model": "gpt-4o-2024-08-06",
    "choices": [{"message": {"role": "assistant", "content": "Hi"}, "finish_reason": "stop"}],
    "usage": {"prompt_tokens": 44, "completion_tokens": 1},
}
RESPONSES = {
    "model": "gpt-5-mini",
    "instructions": "Be brief.",
    "input": "Hello",
    "tools": [{"type": "function", **FUNCTION}],
}
RESPONSES_ANSWER = {
    "model": "gpt-5-mini",
    "status": "completed",
    "output": [
        {
            "type": "message",
            "role": "assistant",
            "content": [{"type": "output_text", "text": "Hi"}],
        }
    ],
    "usage": {"input_tokens": 45, "output_tokens": 1},
}
MESSAGES = {
    "model": "claude-haiku-4-5",
    "system": [{"type": "text", "text": "Be brief."}],
    "messages": [{"role": "user", "content": "Hello"}],
    "tools": [ANTHROPIC_TOOL],
}
MESSAGES_ANSWER = {
    "type": "message",
    "role": "assistant",
    "model": "claude-haiku-4-5",
    "content": [{"type": "text", "text": "Hi"}],
    "stop_reason": "end_turn",
    "usage": {"input_tokens": 40, "cache_read_input_tokens": 300, "output_tokens": 1},
}


@pytest.fixture
def cassette(tmp_path):
    """Write a cassette as vcrpy does."""

    def write(path, body, answer, status=200):
        text = answer if isinstance(answer, str) else json.dumps(answer)
        interaction = {
            "request": {
                "method": "POST",
                "uri": URL + path,
                "headers": {},
                "body": json.dumps(body),
            },
            "response": {
                "status": {"code": status, "message": ""},
                "headers": {},
                "body": {"string": text},
            },
        }
        file = tmp_path / "cassette.yaml"
        file.write_text(yaml.safe_dump({"interactions": [interaction], "version": 1}))
        return file

    return write


@pytest.mark.parametrize(
    ("path", "body", "answer", "told"),
    [
        pytest.param(
            "/chat/completions",
            CHAT,
            CHAT_ANSWER,
            ("openai-chat", {"gpt-4o", "gpt-4o-2024-08-06"}, 44),
            id="chat",
        ),
        pytest.param(
            "/responses",
            RESPONSES,
            RESPONSES_ANSWER,
            ("openai-responses", {"gpt-5-mini"}, 45),
            id="responses",
        ),
        pytest.param(
            "/messages?beta=true",
            MESSAGES,
            MESSAGES_ANSWER,
            ("anthropic", {"claude-haiku-4-5"}, 340),
            id="anthropic, cached tokens included",
        ),
    ],
)
def test_a_recorded_request_tells_what_was_said_offered_and_reported(
    cassette, path, body, answer, told
):
    (request,) = read_requests(cassette(path, body, answer))

    assert (request.api, request.models, request.tokens) == told
    assert (request.said, request.tools) == ((BE_BRIEF, HELLO), (CLOCK,))


def test_a_stream_tells_its_usage_too(cassette):
    chunk = {"model": "gpt-4o", "choices": [{"delta": {"content": "Hi"}, "finish_reason": "stop"}]}
    usage = {"model": "gpt-4o", "choices": [], "usage": {"prompt_tokens": 44}}
    stream = "".join(f"data: {json.dumps(each)}\n\n" for each in (chunk, usage))

    (request,) = read_requests(cassette("/chat/completions", CHAT, stream))

    assert request.tokens == 44


ASSISTANT = {"role": "assistant", "content": "Hi"}
PICTURE = {"role": "user", "content": [{"type": "image_url", "image_url": {"url": "data:,"}}]}


@pytest.mark.parametrize(
    ("body", "answer", "status"),
    [
        pytest.param({**CHAT, "tools": []}, CHAT_ANSWER, 200, id="no tools"),
        pytest.param(
            {**CHAT, "tools": [{"type": "web_search"}]}, CHAT_ANSWER, 200, id="a server's tool"
        ),
        pytest.param({**CHAT, "messages": [ASSISTANT]}, CHAT_ANSWER, 200, id="a later turn"),
        pytest.param({**CHAT, "messages": [PICTURE]}, CHAT_ANSWER, 200, id="a picture"),
        pytest.param({**CHAT, "messages": [7]}, CHAT_ANSWER, 200, id="no message"),
        pytest.param({"model": "gpt-4o"}, CHAT_ANSWER, 200, id="no messages"),
        pytest.param([CHAT], CHAT_ANSWER, 200, id="no object"),
        pytest.param(CHAT, {**CHAT_ANSWER, "usage": None}, 200, id="no usage"),
        pytest.param(CHAT, "<html>", 200, id="no answer of an API"),
        pytest.param(CHAT, {"error": {"message": "no"}}, 429, id="an error"),
    ],
)
def test_what_tells_nothing_of_tools_is_passed_over(cassette, body, answer, status):
    file = cassette("/chat/completions", body, answer, status)

    with pytest.raises(UsageError) as raised:
        read_requests(file)

    assert raised.value.what == "no request with tools and reported usage in it"
    assert raised.value.where == str(file)


def test_a_folder_stands_for_the_cassettes_below_it(cassette, tmp_path):
    file = cassette("/messages", MESSAGES, MESSAGES_ANSWER)
    below = tmp_path / "deep" / "er"
    below.mkdir(parents=True)
    (below / "second.yml").write_bytes(file.read_bytes())
    (tmp_path / "suite.yaml").write_text("version: 1\ncases: []\n")

    assert len(read_requests(tmp_path)) == 2


def test_another_path_than_those_of_the_apis_is_passed_over(cassette):
    with pytest.raises(UsageError):
        read_requests(cassette("/embeddings", CHAT, CHAT_ANSWER))


def test_a_damaged_cassette_is_told(tmp_path):
    file = tmp_path / "torn.yaml"
    file.write_text("interactions:\n- request: {")

    with pytest.raises(InvalidCassette):
        read_requests(tmp_path)


@pytest.mark.checkout
def test_our_own_cassettes_tell_of_every_api():
    found = read_requests(Path(__file__).parents[3] / "cassettes")

    assert {each.api for each in found} == {"openai-chat", "openai-responses", "anthropic"}

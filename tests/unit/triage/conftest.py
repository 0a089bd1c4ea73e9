"""Answers of APIs, as short as their protocols allow."""

import json

import pytest

WEATHER = {
    "name": "get_weather",
    "parameters": {
        "type": "object",
        "properties": {"city": {"type": "string"}, "unit": {"enum": ["celsius", "fahrenheit"]}},
        "required": ["city"],
        "additionalProperties": False,
    },
}


@pytest.fixture
def chat():
    """Build a body of OpenAI Chat Completions that makes calls, each a name and a raw string."""

    def build(*calls, finish="tool_calls", text=None, ids=True):
        entries = [
            {
                "id": f"call_{number}" if ids else "",
                "type": "function",
                "function": {"name": name, "arguments": raw},
            }
            for number, (name, raw) in enumerate(calls, start=1)
        ]
        message = {"role": "assistant", "content": text, "tool_calls": entries}
        return {"choices": [{"index": 0, "message": message, "finish_reason": finish}]}

    return build


@pytest.fixture
def weather():
    return WEATHER


@pytest.fixture
def saved(tmp_path):
    """Save text, bytes or JSON in a file."""

    def save(content, name="response.txt"):
        path = tmp_path / name
        if isinstance(content, bytes):
            path.write_bytes(content)
        else:
            path.write_text(content if isinstance(content, str) else json.dumps(content), "utf-8")
        return path

    return save

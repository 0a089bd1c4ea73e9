"""The recordings of a cassette, whoever made it -> the requests in it that tell of tokens."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping
from typing import Literal
from urllib.parse import urlsplit

from evalkit.calibration._request import Reported
from evalkit.cassettes import Recording
from evalkit.errors import EvalkitError
from evalkit.providers import find_api, read_body
from evalkit.suite import Tool, read_tools
from evalkit.transcript import JsonObject, JsonValue, Prompt

_APIS: Mapping[str, str] = {
    "/chat/completions": "openai-chat",
    "/responses": "openai-responses",
    "/messages": "anthropic",
}
"""By the end of the path, which compatible servers share."""
_ROLES: Mapping[JsonValue, Literal["system", "user"]] = {
    "system": "system",
    "developer": "system",
    "user": "user",
}
_OK = 200


def requests_of_cassette(recordings: Iterable[Recording]) -> Iterator[Reported]:
    """Yield the requests that hold nothing but texts and tools, and whose usage is known."""
    for recording in recordings:
        path = urlsplit(recording.asked.url).path
        api = next((name for end, name in _APIS.items() if path.endswith(end)), None)
        body = _asked(recording)
        if api is None or body is None or recording.answered.status != _OK:
            continue
        said, tools, answer = _said(body), _tools(body), _answered(recording, api)
        if said and tools and answer is not None:
            model, tokens = answer
            models = frozenset(name for name in (body.get("model"), model) if isinstance(name, str))
            yield Reported(api=api, models=models, said=said, tools=tools, tokens=tokens)


def _asked(recording: Recording) -> JsonObject | None:
    body: JsonValue | bytes = recording.asked.body
    if isinstance(body, bytes):
        try:
            body = json.loads(body)
        except (ValueError, RecursionError):
            return None
    return body if isinstance(body, dict) else None


def _answered(recording: Recording, api: str) -> tuple[JsonValue, int] | None:
    """The model that answered and the input tokens it reported; None where it reported none."""
    spoken = find_api(api)
    try:
        body = read_body(spoken, recording.answered.body)
        tokens = spoken.decode(body).usage.input
    except EvalkitError:
        return None
    return (body.get("model"), tokens) if tokens else None


def _tools(body: JsonObject) -> tuple[Tool, ...]:
    """The tools of a request; none where one of them is the provider's own, with no schema."""
    try:
        return read_tools(body.get("tools") or [])
    except EvalkitError:
        return ()


def _said(body: JsonObject) -> tuple[Prompt, ...] | None:
    """The system prompt and the messages in it; None where something else was said already."""
    listed = body.get("messages", body.get("input"))
    messages = [{"role": "user", "content": listed}] if isinstance(listed, str) else listed
    if not isinstance(messages, list):
        return None
    system = body.get("system") or body.get("instructions")
    first: list[JsonValue] = [{"role": "system", "content": system}] if system else []
    said = [_prompt(message) for message in [*first, *messages]]
    known = tuple(prompt for prompt in said if prompt is not None)
    return known if len(known) == len(said) else None


def _prompt(message: JsonValue) -> Prompt | None:
    if not isinstance(message, dict):
        return None
    role, text = _ROLES.get(str(message.get("role"))), _text(message.get("content"))
    return None if role is None or text is None else Prompt(role=role, text=text)


def _text(content: JsonValue) -> str | None:
    """The text of a message; None where a part of it is none."""
    parts = [{"text": content}] if isinstance(content, str) else content
    if not isinstance(parts, list):
        return None
    texts = [part.get("text") if isinstance(part, dict) else None for part in parts]
    known = [text for text in texts if isinstance(text, str)]
    return "".join(known) if len(known) == len(texts) else None

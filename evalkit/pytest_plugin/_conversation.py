"""What went over the clients of a test -> one transcript."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator

from msgspec import Struct
from msgspec.structs import replace

from evalkit.cassettes import Recording
from evalkit.errors import EvalkitError
from evalkit.providers import read_events
from evalkit.transcript import (
    Exchange,
    JsonObject,
    JsonValue,
    Message,
    Prompt,
    ToolResult,
    Transcript,
    Turn,
)
from evalkit.triage import from_body, from_events

ERROR = 400


class Talk(Struct, frozen=True, kw_only=True):
    """What a transcript says of itself."""

    suite: str
    case: str
    cassette: str


def read_talk(recordings: Iterable[Recording], talk: Talk) -> Transcript:
    """Read the turns of all exchanges, in order, with the tool results that came between."""
    messages: list[Message] = []
    given: tuple[Message, ...] = ()
    answered: list[Recording] = []
    for recording in recordings:
        turn = _turn(recording)
        if turn is None:
            continue
        asked = _json(recording.asked.body)
        given = given or tuple(_prompts(asked))
        messages += _new_results(asked, messages)
        messages.append(turn)
        answered.append(recording)
    facts = [recording.facts for recording in answered]
    return Transcript(
        suite=talk.suite,
        case=talk.case,
        provider="",
        model=next((each.model_asked for each in facts if each.model_asked), ""),
        given=given,
        messages=tuple(messages),
        exchanges=tuple(
            Exchange(latency_s=each.latency_s, cassette=talk.cassette) for each in facts
        ),
        simulated=any(each.simulated for each in facts),
        recorded_at=min((each.recorded_at for each in facts if each.recorded_at), default=None),
    )


def _turn(recording: Recording) -> Turn | None:
    """Return the model's turn in an answer, or None where there is none that evalkit can read."""
    body = recording.answered.body
    if recording.answered.status >= ERROR:
        return None
    try:
        if body.lstrip()[:1] == b"{":
            return from_body(_json(body)).turn
        return from_events([*read_events(body)]).turn
    except EvalkitError:
        return None


def _new_results(asked: JsonObject, before: Iterable[Message]) -> Iterator[ToolResult]:
    """Yield the results that a request carries of calls that were made before it."""
    known = list(before)
    calls = {call.id: call.name for each in known if isinstance(each, Turn) for call in each.calls}
    told = {each.call_id for each in known if isinstance(each, ToolResult)}
    for result in _results(asked):
        if result.call_id in calls and result.call_id not in told:
            yield replace(result, name=calls[result.call_id])


def _results(asked: JsonObject) -> Iterator[ToolResult]:
    """Read tool results as the three protocols write them; their tool is not known yet."""
    for item in (*_objects(asked.get("messages")), *_objects(asked.get("input"))):
        match item:
            case {"role": "tool", "tool_call_id": str(call_id)}:
                yield _result(call_id, item.get("content"))
            case {"type": "function_call_output", "call_id": str(call_id)}:
                yield _result(call_id, item.get("output"))
            case {"role": "user", "content": list(blocks)}:
                yield from _result_blocks(blocks)


def _result_blocks(blocks: JsonValue) -> Iterator[ToolResult]:
    for block in _objects(blocks):
        match block:
            case {"type": "tool_result", "tool_use_id": str(call_id)}:
                result = _result(call_id, block.get("content"))
                yield replace(result, is_error=block.get("is_error") is True)


def _result(call_id: str, content: JsonValue) -> ToolResult:
    """Take a result as what it says: JSON where its text is JSON."""
    text = _text(content)
    try:
        value: JsonValue = json.loads(text)
    except (ValueError, RecursionError):
        value = text
    return ToolResult(call_id=call_id, name="", content=value)


def _prompts(asked: JsonObject) -> Iterator[Prompt]:
    for key in ("system", "instructions"):
        if asked.get(key):
            yield Prompt(role="system", text=_text(asked[key]))
    if isinstance(asked.get("input"), str):
        yield Prompt(role="user", text=_text(asked["input"]))
    for message in (*_objects(asked.get("messages")), *_objects(asked.get("input"))):
        match message:
            case {"role": "system" | "developer", "content": content}:
                yield Prompt(role="system", text=_text(content))
            case {"role": "user", "content": content} if text := _text(content):
                yield Prompt(role="user", text=text)


def _text(content: JsonValue) -> str:
    """Join the text of a content: a string, or parts that hold some."""
    if isinstance(content, str):
        return content
    texts = (part.get("text") for part in _objects(content))
    return "".join(text for text in texts if isinstance(text, str))


def _objects(value: JsonValue) -> list[JsonObject]:
    return [each for each in value if isinstance(each, dict)] if isinstance(value, list) else []


def _json(body: JsonObject | bytes) -> JsonObject:
    """Read a body as JSON; one that is no object holds nothing."""
    if isinstance(body, dict):
        return body
    try:
        value = json.loads(body)
    except (ValueError, RecursionError):
        return {}
    return value if isinstance(value, dict) else {}

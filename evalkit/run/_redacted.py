"""Transcripts without secrets: what a run keeps of a conversation."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from typing import cast

from msgspec.structs import replace

from evalkit.tools import Redact, redacted
from evalkit.transcript import (
    JsonObject,
    Message,
    Prompt,
    ToolCall,
    ToolResult,
    Transcript,
    Turn,
)

_spelled = json.JSONEncoder(ensure_ascii=False).encode


def without_secrets(transcript: Transcript, redact: Redact) -> Transcript:
    """Take the secrets out of everything that was said; most transcripts hold none."""
    everything = "\n".join(_texts(transcript))
    if redact(everything) == everything:
        return transcript
    return replace(
        transcript,
        given=_clean(transcript.given, redact),
        messages=_clean(transcript.messages, redact),
        limits=tuple(map(redact, transcript.limits)),
        alerts=tuple(map(redact, transcript.alerts)),
        trouble=transcript.trouble
        and replace(
            transcript.trouble,
            what=redact(transcript.trouble.what),
            hint=transcript.trouble.hint and redact(transcript.trouble.hint),
        ),
    )


def _clean(messages: Iterable[Message], redact: Redact) -> tuple[Message, ...]:
    return tuple(_message(message, redact) for message in messages)


def _message(message: Message, redact: Redact) -> Message:
    match message:
        case Prompt():
            return replace(message, text=redact(message.text))
        case ToolResult():
            content = redacted(message.content, redact)
            return replace(message, name=redact(message.name), content=content)
        case Turn():
            return replace(
                message,
                text=message.text and redact(message.text),
                refusal=message.refusal and redact(message.refusal),
                reasoning=message.reasoning and redact(message.reasoning),
                calls=tuple(_call(call, redact) for call in message.calls),
                wire=_object(message.wire, redact),
            )


def _call(call: ToolCall, redact: Redact) -> ToolCall:
    return replace(
        call,
        name=redact(call.name),
        raw=call.raw and redact(call.raw),
        arguments=_object(call.arguments, redact),
    )


def _object(value: JsonObject | None, redact: Redact) -> JsonObject | None:
    return cast("JsonObject | None", redacted(value, redact))


def _texts(transcript: Transcript) -> Iterator[str]:
    for message in (*transcript.given, *transcript.messages):
        yield from _message_texts(message)
    yield from transcript.limits
    yield from transcript.alerts
    if transcript.trouble is not None:
        yield transcript.trouble.what
        yield transcript.trouble.hint or ""


def _message_texts(message: Message) -> Iterator[str]:
    match message:
        case Prompt():
            yield message.text
        case ToolResult():
            yield message.name
            yield _spelled(message.content)
        case Turn():
            yield from filter(None, (message.text, message.refusal, message.reasoning))
            yield _spelled(message.wire)
            for call in message.calls:
                yield call.name
                yield call.raw or ""
                yield _spelled(call.arguments)

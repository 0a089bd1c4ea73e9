"""Whatever a test holds of a model's answer -> a transcript."""

from __future__ import annotations

from collections.abc import AsyncIterable, Iterable, Mapping
from inspect import iscoroutinefunction
from typing import Protocol, cast, runtime_checkable

from evalkit.errors import UsageError
from evalkit.results import CaseResult
from evalkit.transcript import JsonObject, Transcript, Turn
from evalkit.triage import are_events, from_body, from_events

_TAKEN = (
    "give a response of OpenAI or Anthropic, its dict, a stream or its events, several of these, "
    "or a transcript"
)
_FINAL = ("get_final_message", "get_final_completion", "get_final_response")
"""How the SDKs' streaming helpers hand out what a stream amounted to."""


@runtime_checkable
class _SdkModel(Protocol):
    """A response as both SDKs give it."""

    def to_dict(self, *, mode: str, warnings: bool) -> dict[str, object]: ...


@runtime_checkable
class _PydanticModel(Protocol):
    def model_dump(
        self, *, mode: str, by_alias: bool, exclude_unset: bool, warnings: bool
    ) -> dict[str, object]: ...


def transcript_of(answer: object) -> Transcript:
    """Read the answers of a model out of what a test holds of them.

    Raises:
        UsageError: it is nothing that evalkit can read.
        ExchangeFailed: it is an error of the provider's, or breaks its protocol.
    """
    match answer:
        case Transcript():
            return answer
        case CaseResult():
            return answer.transcript
        case _:
            return Transcript(
                suite="", case="", provider="", model="", messages=tuple(_turns(answer))
            )


def _turns(answer: object) -> Iterable[Turn]:
    if isinstance(answer, Turn):
        return (answer,)
    body = _body(answer)
    if body is not None:
        return (_turn(body),)
    if isinstance(answer, AsyncIterable):
        raise UsageError(
            f"an asynchronous {type(answer).__name__} cannot be read here",
            hint="collect it first: `[event async for event in stream]`",
        )
    if isinstance(answer, Iterable) and not isinstance(answer, str | bytes):
        return _several(answer)
    raise _unreadable(answer)


def _several(answers: Iterable[object]) -> Iterable[Turn]:
    """Read the events of one stream, or answers in the order of the conversation."""
    found = list(answers)
    if not found:
        return _finished(answers)
    bodies = [body for each in found if (body := _body(each)) is not None]
    chunks = [chunk for body in bodies if isinstance(chunk := body.get("chunk"), dict)]
    events = chunks or bodies
    if events and are_events(events):
        return (from_events(events).turn,)
    return [turn for each in found for turn in _turns(each)]


def _finished(stream: object) -> Iterable[Turn]:
    """Read a stream that the test has read to its end already."""
    for name in _FINAL:
        final = getattr(stream, name, None)
        if callable(final) and not iscoroutinefunction(final):
            return _turns(final())
    raise UsageError(
        f"the {type(stream).__name__} is empty",
        hint="a stream is read once: keep its events in a list, and give that",
    )


def _body(answer: object) -> JsonObject | None:
    """Return the wire's JSON of a response or an event, or None where it is neither."""
    match answer:
        case _SdkModel():
            return cast("JsonObject", answer.to_dict(mode="json", warnings=False))
        case _PydanticModel():
            dumped = answer.model_dump(
                mode="json", by_alias=True, exclude_unset=True, warnings=False
            )
            return cast("JsonObject", dumped)
        case Mapping():
            return cast("JsonObject", dict(answer))
        case _:
            return None


def _turn(body: JsonObject) -> Turn:
    if body.get("role") == "assistant" and isinstance(body.get("content"), str | None):
        body = {"choices": [{"message": body, "finish_reason": None}]}
    try:
        return from_body(body).turn
    except UsageError as error:
        raise UsageError(error.what, hint=_TAKEN) from error


def _unreadable(answer: object) -> UsageError:
    return UsageError(f"a {type(answer).__name__} is no answer of a model", hint=_TAKEN)

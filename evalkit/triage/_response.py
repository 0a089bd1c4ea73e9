"""One answer of a model, wherever it was found, and what could not be read as one."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from msgspec import Struct
from msgspec.structs import replace

from evalkit.errors import EvalkitError, ExchangeFailed, UndecodableReply, UsageError
from evalkit.parse import AUTO, parse_text
from evalkit.providers import find_api
from evalkit.suite import Tool
from evalkit.transcript import Defect, JsonObject, Turn
from evalkit.triage._offer import Offer, read_offer
from evalkit.triage._shapes import (
    api_of_answer,
    api_of_error,
    api_of_event,
    is_chunk,
    reply_around,
)


class Hints(Struct, frozen=True, kw_only=True):
    """What is known of a response before it is looked at."""

    api: str | None = None
    format: str | None = None
    """The text format in which the model was asked to write its calls."""
    offer: Offer | None = None
    """The tools of the request; None where they are not known."""


NO_HINTS = Hints()


class Response(Struct, frozen=True, kw_only=True):
    """One answer of a model, decoded."""

    where: str = ""
    """Its place within a file that holds several."""
    shape: str
    """What it was recognised as, in words."""
    api: str | None = None
    """The protocol that it came in; None for bare text."""
    format: str | None = None
    """The text format that its calls were read in; None where they are native."""
    is_format_named: bool = False
    """Whether the format was asked for, so that calls in text are no surprise."""
    turn: Turn
    offer: Offer | None = None
    is_whole: bool = True
    """False for a message without its reply, whose stop reason says nothing."""
    is_cut: bool = False
    """Whether a call in text breaks off before it is one."""


class Unread(Struct, frozen=True, kw_only=True):
    """A place where an answer of a model was due, and why there is none."""

    where: str = ""
    what: str


def from_body(body: JsonObject, hints: Hints = NO_HINTS) -> Response:
    """Read the JSON of one reply, or of one event of a stream.

    Raises:
        UsageError: no API is known that writes such a body.
        ExchangeFailed: the body holds an error of the provider's, or breaks its protocol.
    """
    if is_chunk(body):
        return from_events([body], hints)
    api = hints.api or api_of_answer(body) or api_of_error(body)
    if api is None:
        return _from_message(body, hints)
    turn = find_api(api).decode(body)
    offer = hints.offer or read_offer(body.get("tools"))
    return _with_format(Response(shape="a body", api=api, turn=turn, offer=offer), hints)


def _from_message(body: JsonObject, hints: Hints) -> Response:
    found = reply_around(body)
    if found is None:
        raise _unknown(body)
    api, reply = found
    turn = find_api(api).decode(reply)
    return Response(shape="a message", api=api, turn=turn, offer=hints.offer, is_whole=False)


def from_events(events: Sequence[JsonObject], hints: Hints = NO_HINTS) -> Response:
    """Read the events of one stream.

    Raises:
        UsageError: no API is known that writes such events.
        ExchangeFailed: the stream holds an error of the provider's, or breaks its protocol.
    """
    api = hints.api or _api_of_events(events)
    if api is None:
        raise _unknown(events[0] if events else {})
    spoken = find_api(api)
    turn = spoken.decode(spoken.assemble(events))
    response = Response(shape="an event stream", api=api, turn=turn, offer=hints.offer)
    return _with_format(response, hints)


def from_text(text: str, hints: Hints = NO_HINTS) -> Response:
    """Read what a model wrote as text, with its calls in it.

    Raises:
        UnknownName: the format is none.
    """
    parsed = parse_text(text, hints.format or AUTO, _tools(hints))
    turn = Turn(text=parsed.text, calls=parsed.calls, reasoning=parsed.reasoning)
    return Response(
        shape=f"text in the format {parsed.format}" if parsed.calls else "text",
        format=parsed.format,
        is_format_named=hints.format is not None,
        turn=turn,
        offer=hints.offer,
        is_cut=Defect.TRUNCATED in parsed.defects,
    )


def why_unread(error: EvalkitError) -> str:
    """Say in a line why something was not read, and whose trouble that is."""
    if isinstance(error, ExchangeFailed) and not isinstance(error, UndecodableReply):
        return f"no answer of a model: {error.what}"
    return error.what


def _with_format(response: Response, hints: Hints) -> Response:
    """Read the calls in the text of an answer whose server leaves that to its client."""
    turn = response.turn
    if hints.format is None or turn.calls or not turn.text:
        return response
    parsed = parse_text(turn.text, hints.format, _tools(hints))
    return replace(
        response,
        format=parsed.format,
        is_format_named=True,
        turn=replace(turn, calls=parsed.calls, text=parsed.text),
        is_cut=Defect.TRUNCATED in parsed.defects,
    )


def _tools(hints: Hints) -> tuple[Tool, ...]:
    return tuple(hints.offer.values()) if hints.offer else ()


def _api_of_events(events: Iterable[JsonObject]) -> str | None:
    return next((api for api in map(api_of_event, events) if api), None)


def _unknown(body: JsonObject) -> UsageError:
    fields = ", ".join(list(body)[:8]) or "none"
    return UsageError(
        f"no API is known by these fields: {fields}",
        hint="name it with --api: openai-chat, anthropic, openai-responses, gemini or "
        "bedrock-converse",
    )

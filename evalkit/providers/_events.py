"""Server-sent events: a reply's bytes -> the JSON objects in it, and when each had arrived."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator

from msgspec import Struct

from evalkit.errors import UndecodableReply
from evalkit.providers._api import Api, Reply, Shown
from evalkit.providers._shape import as_object
from evalkit.transcript import JsonObject

BYTE_ORDER_MARK = b"\xef\xbb\xbf"
DONE = b"[DONE]"
ERROR_EVENT = b"error"
_EVENT_LINE = re.compile(rb"(?m)^(?:\xef\xbb\xbf)?(?:data|event|id|retry)?:")
_HINT = "check `base_url`: a proxy or a web page may have answered"


def read_events(stream: str | bytes) -> Iterator[JsonObject]:
    """Read the events of a stream, in order; comments, ids and the final `[DONE]` are left out.

    Raises:
        UndecodableReply: an event's data is no JSON object.
    """
    for event, _ in _located_events(_as_bytes(stream)):
        yield event


def read_body(api: Api, body: bytes) -> JsonObject:
    """Read a reply's body for `api.decode`: JSON as it stands, or a stream assembled.

    Raises:
        UndecodableReply: it is neither.
    """
    begin = body.lstrip()[:1]
    if begin in (b"{", b"["):
        return _read_json(body, "the reply")
    if not begin:
        raise UndecodableReply("the reply is empty")
    if not _EVENT_LINE.search(body):
        raise UndecodableReply(f"the reply is neither JSON nor events: {_start(body)}", hint=_HINT)
    return api.assemble(read_events(body))


class FirstTimes(Struct, frozen=True, kw_only=True):
    """When a streamed answer first showed something, in seconds after the request."""

    token_s: float | None = None
    """The first text or call, whichever came first."""
    call_s: float | None = None


def first_times(api: Api, reply: Reply) -> FirstTimes:
    """Tell when the first token and the first call of a streamed reply had arrived."""
    if not reply.marks:
        return FirstTimes()
    token_s: float | None = None
    for event, end in _located_events(reply.body):
        shown = api.shown(event)
        if shown is not None and token_s is None:
            token_s = _arrival(reply.marks, end)
        if shown is Shown.CALL:
            return FirstTimes(token_s=token_s, call_s=_arrival(reply.marks, end))
    return FirstTimes(token_s=token_s)


def _arrival(marks: tuple[tuple[float, int], ...], end: int) -> float | None:
    return next((seconds for seconds, size in marks if size >= end), None)


def _as_bytes(stream: str | bytes) -> bytes:
    return stream if isinstance(stream, bytes) else stream.encode(errors="surrogatepass")


def _located_events(stream: bytes) -> Iterator[tuple[JsonObject, int]]:
    """Yield each event with the offset at which its data ends.

    A stream that ends without the final blank line still ends its last event.
    """
    text = stream.removeprefix(BYTE_ORDER_MARK)
    name, data, position, end = b"", [], len(stream) - len(text), 0
    for line in text.splitlines(keepends=True):
        position += len(line)
        field, _, value = line.rstrip(b"\r\n").partition(b":")
        match field:
            case b"data":
                data.append(value.removeprefix(b" "))
                end = position
            case b"event":
                name = value.strip()
            case b"" if not line.strip(b"\r\n"):
                yield from _event(name, data, end)
                name, data = b"", []
    yield from _event(name, data, end)


def _event(name: bytes, data: list[bytes], end: int) -> Iterator[tuple[JsonObject, int]]:
    content = b"\n".join(data)
    if content and content.strip() != DONE:
        event = _read_json(content, "an event of the stream")
        if name == ERROR_EVENT:
            event.setdefault("type", "error")
        yield event, end


def _read_json(content: bytes, what: str) -> JsonObject:
    try:
        return as_object(json.loads(content.decode(errors="surrogatepass")), what)
    except (ValueError, RecursionError) as error:
        raise UndecodableReply(f"{what} is not JSON: {_start(content)}", hint=_HINT) from error


def _start(content: bytes) -> str:
    return repr(content[:60].decode(errors="replace"))

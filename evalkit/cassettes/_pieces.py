"""Bodies without secrets, those included that a stream delivers in pieces."""

from __future__ import annotations

import json
import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from itertools import takewhile
from typing import TypeAlias

from msgspec import Struct

from evalkit.cassettes._redaction import Finding, Redaction
from evalkit.transcript import JsonObject, JsonValue

_EVENT = re.compile(rb"(?:^data:[^\r\n]*(?:\r?\n|\Z))+", re.MULTILINE)
"""The lines of one event; by the standard their data belong together."""

_LISTS_TOKENS = b'"logprobs"'
"""A body that spells its text a second time, token by token."""

_Channel: TypeAlias = tuple[str | tuple[str, int], ...]
"""Where texts stand that a client joins: the names above them, and which choice, block or call."""


class _Event(Struct):
    start: int
    end: int
    value: JsonObject
    is_changed: bool = False


class _Piece(Struct, frozen=True):
    event: _Event
    holder: JsonObject
    name: str
    text: str

    def replace(self, text: str) -> None:
        if text != self.text:
            self.event.is_changed = True
            self.holder[self.name] = text
            if "bytes" in self.holder:
                self.holder.update(bytes=None, top_logprobs=[])


def clean_body(body: bytes, redaction: Redaction) -> bytes:
    """Redact the body of an answer; what a client would join is redacted as one text."""
    return redaction.body(_without_split_secrets(body, redaction))


def split_findings(body: bytes, redaction: Redaction) -> Iterator[tuple[bytes, Finding]]:
    """Find the secrets that stand in several pieces, each with the event where its text begins."""
    clean = redaction.body(body)
    for pieces in _channels(_events(clean)):
        first = pieces[0].event
        for finding in redaction.findings("".join(piece.text for piece in pieces)):
            yield clean[first.start : first.end].strip(), finding


def _without_split_secrets(body: bytes, redaction: Redaction) -> bytes:
    events = _events(body)
    for pieces in _channels(events):
        _redact(pieces, redaction)
    parts: list[bytes] = []
    passed = 0
    for event in events:
        if event.is_changed:
            parts += [body[passed : event.start], _written(event.value, body, event)]
            passed = event.end
    return b"".join([*parts, body[passed:]])


def _events(body: bytes) -> list[_Event]:
    if body.lstrip()[:1] == b"{":
        spans = [(0, len(body))] if _LISTS_TOKENS in body else []
    else:
        spans = [match.span() for match in _EVENT.finditer(body)]
    found = ((start, end, _value(body[start:end])) for start, end in spans)
    return [_Event(start, end, value) for start, end, value in found if value is not None]


def _value(written: bytes) -> JsonObject | None:
    data = b"\n".join(line.removeprefix(b"data:") for line in written.splitlines())
    try:
        value = json.loads(data)
    except (ValueError, RecursionError):
        return None
    return value if isinstance(value, dict) else None


def _written(value: JsonObject, body: bytes, event: _Event) -> bytes:
    old = body[event.start : event.end]
    data = json.dumps(value).encode()
    return b"data: " + data + old[len(old.rstrip(b"\r\n")) :] if old[:1] == b"d" else data


def _channels(events: Iterable[_Event]) -> list[list[_Piece]]:
    """Sort the texts of all events by where a client would put them; only what has several."""
    channels: defaultdict[_Channel, list[_Piece]] = defaultdict(list)
    for event in events:
        for channel, piece in _pieces(event):
            channels[channel].append(piece)
    return [pieces for pieces in channels.values() if len(pieces) > 1]


def _pieces(event: _Event) -> Iterator[tuple[_Channel, _Piece]]:
    """Walk through an event without recursion: it may be nested deeper than Python calls."""
    waiting: list[tuple[_Channel, JsonValue]] = [((), event.value)]
    while waiting:
        channel, holder = waiting.pop()
        if isinstance(holder, dict):
            inside = (*channel, *_indices(holder))
            for name, value in holder.items():
                if isinstance(value, str):
                    yield (*inside, name), _Piece(event, holder, name, value)
            waiting += [((*inside, name), value) for name, value in reversed(holder.items())]
        elif isinstance(holder, list):
            waiting += [(channel, value) for value in reversed(holder)]


def _indices(holder: JsonObject) -> Iterator[tuple[str, int]]:
    for name, value in holder.items():
        if name.endswith("index") and isinstance(value, int):
            yield name, value


def _redact(pieces: Sequence[_Piece], redaction: Redaction) -> None:
    """Let the pieces say the redacted text: the first piece of a secret says what replaces it."""
    text = "".join(piece.text for piece in pieces)
    clean = _redacted(text, redaction)
    if clean == text:
        return
    start = _same_start(text, clean)
    end = len(text) - _same_start(text[start:][::-1], clean[start:][::-1])
    replacement = clean[start : len(clean) - (len(text) - end)]
    at = 0
    for piece in pieces:
        before, after = piece.text[: max(0, start - at)], piece.text[max(0, end - at) :]
        if at < end and at + len(piece.text) > start:
            piece.replace(before + replacement + after)
            replacement = ""
        at += len(piece.text)


def _redacted(text: str, redaction: Redaction) -> str:
    """Redact a text as it would be redacted in JSON, which may hold half characters."""
    written = json.dumps(text).encode()
    clean = redaction.body(written)
    return text if clean == written else str(json.loads(clean))


def _same_start(one: str, other: str) -> int:
    return sum(1 for _ in takewhile(lambda pair: pair[0] == pair[1], zip(one, other, strict=False)))

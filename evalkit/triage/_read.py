"""A file of any kind -> the responses in it."""

from __future__ import annotations

import gzip
import json
import re
import zlib
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TypeAlias, TypeVar

from msgspec import Struct
from msgspec.structs import replace

from evalkit.cassettes import Recording, open_cassette
from evalkit.errors import EvalkitError, UsageError, why
from evalkit.providers import find_api, read_events
from evalkit.runfile import read_run
from evalkit.transcript import JsonObject, JsonValue
from evalkit.triage._offer import Offer, read_offer
from evalkit.triage._response import (
    NO_HINTS,
    Hints,
    Response,
    Unread,
    from_body,
    from_events,
    from_text,
    why_unread,
)
from evalkit.triage._shapes import are_events
from evalkit.triage._wrapped import find_answer, find_offer

_GZIP = b"\x1f\x8b"
_RUN_FILE = '{"evalkit":'
_HTTP_HEAD = re.compile(r"HTTP/[\d.]+ \d{3}.*?\r?\n\r?\n", re.DOTALL)
_CASSETTE = re.compile(r'^interactions:|\A\{[^{\[]{0,200}"interactions"\s*:', re.MULTILINE)
_STREAM = re.compile(r"(?:data|event|id|retry)?:")
_EVENT = re.compile(r"^data: ?[{\[]", re.MULTILINE)
_BLANK_LINE = re.compile(r"\n\r?\n")
_DATA_LINE = re.compile(r"^data:.*$", re.MULTILINE)
_WIRE_WORDS = re.compile(
    r'"(?:choices|tool_calls|candidates|stop_reason|stopReason|finish_reason|usageMetadata)"\s*:'
)

_T = TypeVar("_T")
Found: TypeAlias = tuple[Response | Unread, ...]


class _Source(Struct, frozen=True, kw_only=True):
    """A file, read as text."""

    path: Path
    text: str
    hints: Hints


def read_responses(path: Path, hints: Hints = NO_HINTS) -> Found:
    """Read every answer of a model that a file holds, whatever kind of file it is.

    Raises:
        UsageError: nothing in it could be read as one; says what was tried.
        EvalkitError: it is a cassette or a run file, and damaged.
    """
    find_api(hints.api or "openai-chat")
    source = _Source(path=path, text=_text(path), hints=hints)
    for _, read in _READERS:
        found = read(source)
        if found:
            return found
    raise UsageError(
        f"not readable: {_fault(source.text)}",
        where=str(path),
        hint=f"tried: {', '.join(name for name, _ in _READERS)}",
    )


def _text(path: Path) -> str:
    """Read a file to the letter, whatever its encoding; compression and an HTTP head are undone."""
    try:
        content = path.read_bytes()
        content = gzip.decompress(content) if content.startswith(_GZIP) else content
    except (OSError, EOFError, zlib.error) as error:
        raise UsageError(f"cannot be read: {why(error)}", where=str(path)) from error
    text = content.removeprefix(b"\xef\xbb\xbf").decode("utf-8", "surrogateescape")
    head = _HTTP_HEAD.match(text)
    return text[head.end() if head else 0 :].strip()


def _run_file(source: _Source) -> Found:
    if not source.text.startswith(_RUN_FILE):
        return ()
    run = read_run(source.path)
    apis = {provider.name: provider.api for provider in run.header.providers}
    offers = {suite.name: read_offer([*suite.tools]) for suite in run.header.suites}
    return tuple(
        Response(
            where=f"{result.suite}::{result.case}[{result.provider}], turn {number}",
            shape="a turn of a run file",
            api=apis.get(result.provider),
            is_format_named=True,
            turn=turn,
            offer=source.hints.offer or offers.get(result.suite),
        )
        for result in run.results
        for number, turn in enumerate(result.transcript.turns, start=1)
    )


def _cassette(source: _Source) -> Found:
    if not _CASSETTE.search(source.text):
        return ()
    recordings = open_cassette(source.path).recordings
    return tuple(
        replace(_attempt(_from_recording, each, source.hints), where=f"interaction {number}")
        for number, each in enumerate(recordings, start=1)
    )


def _from_recording(recording: Recording, hints: Hints) -> Response:
    text = recording.answered.body.decode("utf-8", "surrogateescape")
    asked = recording.asked.body
    hints = _with_offer(hints, find_offer(_loaded(asked) if isinstance(asked, bytes) else asked))
    answer = _loaded(text) if text.lstrip()[:1] == "{" else text
    if not isinstance(answer, dict | str) or not answer:
        raise UsageError(
            f"status {recording.answered.status}, and no answer of an API that is known"
        )
    return replace(_from_answer(answer, hints), shape="an interaction of a cassette")


def _event_stream(source: _Source) -> Found:
    if not (_STREAM.match(source.text) and _EVENT.search(source.text)):
        return ()
    return (_attempt(_from_answer, source.text, source.hints),)


def _json(source: _Source) -> Found:
    """Read one record, events as an array or one in a line, or a log of records."""
    values = _json_values(source.text)
    if len(values) == 1 and isinstance(values[0], list):
        values = values[0]
    objects = [value for value in values if isinstance(value, dict)]
    if len(objects) > 1 and are_events(objects):
        return (_attempt(from_events, objects, source.hints),)
    records = [each for each in objects if source.hints.api or find_answer(each) is not None]
    found = tuple(_attempt(_from_record, each, source.hints) for each in records)
    if len(found) == 1:
        return found
    return tuple(replace(each, where=f"record {n}") for n, each in enumerate(found, start=1))


def _from_record(record: JsonObject, hints: Hints) -> Response:
    answer = find_answer(record)
    if answer is None or answer is record:
        return from_body(record, hints)
    response = _from_answer(answer, _with_offer(hints, find_offer(record)))
    return replace(response, shape=f"{response.shape} inside a log record")


def _model_text(source: _Source) -> Found:
    """Read a model's own words; what looks like JSON must be a call of some format."""
    text, hints = source.text, source.hints
    is_binary = "\0" in text
    if is_binary or not text or (hints.api is not None and not hints.format):
        return ()
    is_json, is_wire = text[0] in "{[", bool(_WIRE_WORDS.search(text))
    if is_json and is_wire:
        return ()
    response = from_text(text, hints)
    is_call = bool(response.turn.calls) or response.is_cut
    return (response,) if is_call or not (is_json or is_wire) else ()


_READERS: tuple[tuple[str, Callable[[_Source], Found]], ...] = (
    ("a run file", _run_file),
    ("a cassette", _cassette),
    ("an event stream", _event_stream),
    ("the JSON of an API or a log record around it", _json),
    ("a model's text with calls in it", _model_text),
)


def _attempt(
    read: Callable[[_T, Hints], Response],
    content: _T,
    hints: Hints,
) -> Response | Unread:
    try:
        return read(content, hints)
    except EvalkitError as error:
        return Unread(what=why_unread(error))


def _from_answer(answer: JsonObject | str, hints: Hints) -> Response:
    """Read the JSON of one reply, or the text of a stream, even one without its blank lines."""
    if isinstance(answer, dict):
        return from_body(answer, hints)
    if not _BLANK_LINE.search(answer):
        answer = _DATA_LINE.sub(r"\g<0>\n", answer)
    return from_events([*read_events(answer)], hints)


def _with_offer(hints: Hints, offer: Offer | None) -> Hints:
    return hints if hints.offer is not None else replace(hints, offer=offer)


def _json_values(text: str) -> list[JsonValue]:
    """Read one JSON value, or one from each line; words of a log before it are passed over."""
    if text[:1] not in ("{", "[") and not _WIRE_WORDS.search(text):
        return []
    whole = [*_values(_from_brace(text))]
    lines = filter(None, text.split("\n"))
    return whole or [value for line in lines for value in _values(_from_brace(line))]


def _from_brace(text: str) -> str:
    return text if text[:1] == "[" else text[max(0, text.find("{")) :]


def _values(text: str | bytes) -> Iterator[JsonValue]:
    try:
        yield json.loads(text)
    except (ValueError, RecursionError):
        return


def _loaded(text: str | bytes) -> JsonValue:
    return next(_values(text), None)


def _fault(text: str) -> str:
    if not text:
        return "it is empty"
    if "\0" in text:
        return "it is binary"
    try:
        json.loads(text)
    except json.JSONDecodeError as error:
        return f"no JSON: {error}"
    except (ValueError, RecursionError):
        return "JSON that is nested too deeply"
    return "JSON without an answer of a model in it"

"""Many responses at once: rows of JSON Lines in, one line of JSON for each out."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator

from msgspec import Struct
from msgspec.structs import replace

from evalkit.errors import EvalkitError, UsageError
from evalkit.providers import read_events
from evalkit.transcript import JsonObject, JsonValue, ToolCall, Usage
from evalkit.triage._diagnose import diagnose
from evalkit.triage._finding import Diagnosis, Finding
from evalkit.triage._offer import read_offer
from evalkit.triage._response import (
    NO_HINTS,
    Hints,
    Response,
    from_body,
    from_events,
    from_text,
    why_unread,
)

_CONTENTS = ("body", "response", "sse", "chunks", "text")


class RowReport(Struct, frozen=True, kw_only=True):
    """What became of one row."""

    line: str
    """JSON without a line break."""
    is_read: bool
    is_clean: bool


def triage_rows(rows: Iterable[str | bytes], hints: Hints = NO_HINTS) -> Iterator[RowReport]:
    """Triage each row `{"id", "api"?, "body" | "sse" | "text", "tools"?, "format"?}` by itself.

    What a row says of itself goes before `hints`. A row that cannot be read is reported with an
    `error` in its place; blank lines are passed over.
    """
    for number, line in enumerate(rows, start=1):
        if line.strip():
            yield _report(line, number, hints)


def _report(line: str | bytes, number: int, hints: Hints) -> RowReport:
    row: JsonObject = {}
    try:
        row = _read_row(line)
        diagnosis = diagnose(_response(row, _own_hints(row, hints)))
        record = {"id": row.get("id"), **_record(diagnosis)}
    except (EvalkitError, RecursionError) as error:
        why = why_unread(error) if isinstance(error, EvalkitError) else "nested too deeply"
        failed: JsonObject = {"id": row.get("id"), "line": number, "error": why}
        return RowReport(line=_json(failed), is_read=False, is_clean=False)
    return RowReport(line=_json(record), is_read=True, is_clean=not diagnosis.findings)


def _read_row(line: str | bytes) -> JsonObject:
    try:
        row = json.loads(line)
    except ValueError as error:
        raise UsageError(f"the row is not JSON: {error}") from error
    if not isinstance(row, dict):
        raise UsageError("the row is no JSON object")
    return row


def _own_hints(row: JsonObject, hints: Hints) -> Hints:
    found: dict[str, str] = {}
    for key in ("api", "format"):
        value = row.get(key)
        if isinstance(value, str):
            found[key] = value
        elif value is not None:
            raise UsageError(f"{key!r} is no text")
    tools = row.get("tools")
    offer = hints.offer if tools is None else read_offer(tools)
    return replace(hints, offer=offer, **found)


def _response(row: JsonObject, hints: Hints) -> Response:
    match next(((key, row[key]) for key in _CONTENTS if row.get(key) is not None), None):
        case "body" | "response", dict() as body:
            return from_body(body, hints)
        case "sse", str() as stream:
            return from_events([*read_events(stream)], hints)
        case "chunks", list() as chunks:
            return _from_chunks(chunks, hints)
        case "text", str() as text:
            return from_text(text, hints)
        case None:
            raise UsageError("the row has neither 'body' nor 'sse' nor 'text'")
        case key, _:
            raise UsageError(f"{key!r} is not what it should be: an object, or text")


def _from_chunks(chunks: list[JsonValue], hints: Hints) -> Response:
    texts = [chunk for chunk in chunks if isinstance(chunk, str)]
    events = [chunk for chunk in chunks if isinstance(chunk, dict)]
    return from_events(events, hints) if events else from_text("".join(texts), hints)


def _record(diagnosis: Diagnosis) -> JsonObject:
    turn = diagnosis.response.turn
    return {
        "calls": [_call(call) for call in turn.calls],
        "text": turn.text or None,
        "finish": turn.finish,
        "usage": _usage(turn.usage),
        "findings": [_finding(finding) for finding in diagnosis.findings],
    }


def _call(call: ToolCall) -> JsonObject:
    return {
        "id": call.id if call.has_own_id else None,
        "name": call.name,
        "raw": call.raw,
        "arguments": call.arguments,
        "defects": [defect.value for defect in call.defects],
    }


def _usage(usage: Usage) -> JsonObject:
    return {
        "input": usage.input,
        "output": usage.output,
        "cache_read": usage.cache_read,
        "cache_write": usage.cache_write,
        "reasoning": usage.reasoning,
    }


def _finding(finding: Finding) -> JsonObject:
    return {
        "failure": finding.failure.value,
        "meaning": finding.failure.meaning,
        "why": finding.why,
        "change": finding.change,
        "call": finding.call,
    }


def _json(record: JsonObject) -> str:
    return json.dumps(record, separators=(",", ":"))

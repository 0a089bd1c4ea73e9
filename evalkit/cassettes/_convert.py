"""Cassettes of other tools in evalkit's own format, free of secrets."""

from __future__ import annotations

from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from pathlib import Path

from msgspec.structs import replace

from evalkit.cassettes._facts import facts_of
from evalkit.cassettes._key import json_body, request_key
from evalkit.cassettes._lock import locked
from evalkit.cassettes._recording import Answered, Recording, Timing
from evalkit.cassettes._redaction import KEYS, Redaction
from evalkit.cassettes._sanitize import clean_answered, clean_asked
from evalkit.cassettes._store import read, replace_file
from evalkit.cassettes._write import dump
from evalkit.errors import CassetteWriteFailed, why


def convert(path: Path, target: Path, redaction: Redaction = KEYS) -> tuple[Recording, ...]:
    """Write the recordings of `path` to `target`, which may be the same file; return them.

    What is ours already stays as it is. A converted recording answers every trial.

    Raises:
        InvalidCassette: `path` is no cassette.
        CassetteWriteFailed: `target` cannot be written; it is as it was.
    """
    converted = tuple(
        _converted(each, redaction) if each.is_foreign else each for each in read(path)
    )
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        with locked(target.parent):
            replace_file(target, dump(converted))
    except OSError as error:
        raise CassetteWriteFailed(
            f"it cannot be written: {why(error)}", where=str(target)
        ) from error
    return converted


def _converted(recording: Recording, redaction: Redaction) -> Recording:
    asked = clean_asked(recording.asked, redaction)
    answered = clean_answered(recording.answered, redaction)
    facts = facts_of(recording.asked, asked, answered, Timing(), redaction)
    key = request_key(asked, redaction)
    when = _recorded_at(recording.answered)
    return Recording(
        asked=asked, answered=answered, facts=replace(facts, key=key, recorded_at=when)
    )


def _recorded_at(answered: Answered) -> str | None:
    """When the provider says it answered: by the header `date`, or by the body."""
    when = _date(answered) or _created(answered)
    return None if when is None else when.isoformat(timespec="milliseconds").replace("+00:00", "Z")


def _date(answered: Answered) -> datetime | None:
    try:
        return parsedate_to_datetime(answered.headers["date"][0]).astimezone(UTC)
    except (KeyError, IndexError, ValueError):
        return None


def _created(answered: Answered) -> datetime | None:
    body = json_body(answered.body) or {}
    second = body.get("created") or body.get("created_at")
    try:
        return datetime.fromtimestamp(second, UTC) if isinstance(second, int | float) else None
    except (ValueError, OverflowError, OSError):
        return None

"""Which cassettes still say what a suite would hear today."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import datetime, timedelta
from enum import StrEnum
from itertools import chain
from pathlib import Path
from typing import TypeAlias

from msgspec import Struct

from evalkit.cassettes._key import recorded_key
from evalkit.cassettes._recording import Recording
from evalkit.cassettes._redaction import KEYS, Redaction
from evalkit.errors import InvalidCassette

Found: TypeAlias = Sequence[Recording] | InvalidCassette
"""What a file holds, or why it cannot be read."""


class State(StrEnum):
    """How a cassette stands, the most pressing first."""

    ORPHANED = "orphaned"
    """No case uses the file any more."""
    BROKEN = "broken"
    """It cannot be read."""
    MISSING = "missing"
    """A case has no cassette yet."""
    FOREIGN = "foreign"
    """Another tool recorded it, so that nothing else is known."""
    CHANGED = "changed"
    """The case asks something else now."""
    EXPIRED = "expired"
    """It was recorded too long ago."""
    DRIFTED = "drifted"
    """The model asked for is answered by another one since."""
    UNUSED = "unused"
    """Some trials in it ask what the case does not ask any more."""
    FRESH = "fresh"


class Condition(Struct, frozen=True, kw_only=True):
    """The state of one cassette, and why."""

    path: Path
    state: State
    reason: str = ""


class Today(Struct, frozen=True, kw_only=True):
    """What cassettes are measured by."""

    keys: Mapping[Path, str]
    """The key of the first request of each case, by the path of its cassette."""
    now: datetime
    redaction: Redaction = KEYS
    """By which the keys were made."""
    max_age: timedelta | None = None
    """Set where recordings shall not grow older."""


def status(cassettes: Mapping[Path, Found], today: Today) -> tuple[Condition, ...]:
    """Tell the most pressing state of each cassette, in the order of their paths."""
    return tuple(each[0] for each in conditions(cassettes, today))


def conditions(cassettes: Mapping[Path, Found], today: Today) -> tuple[tuple[Condition, ...], ...]:
    """Tell every state of each cassette, the most pressing first."""
    readable = {p: found for p, found in cassettes.items() if not isinstance(found, Exception)}
    models = _latest_models(chain.from_iterable(readable.values()))
    return tuple(
        tuple(_conditions(path, cassettes.get(path), today, models))
        for path in sorted({*cassettes, *today.keys})
    )


def _conditions(
    path: Path, found: Found | None, today: Today, models: Mapping[str, str]
) -> Iterator[Condition]:
    if path not in today.keys:
        yield Condition(path=path, state=State.ORPHANED, reason="no case uses it")
    elif found is None:
        yield Condition(path=path, state=State.MISSING, reason="nothing was recorded")
    elif isinstance(found, InvalidCassette):
        yield Condition(path=path, state=State.BROKEN, reason=found.what)
    else:
        yield from _ages(path, found, today, models)


def _ages(
    path: Path, recordings: Sequence[Recording], today: Today, models: Mapping[str, str]
) -> Iterator[Condition]:
    if any(recording.is_foreign for recording in recordings):
        yield Condition(path=path, state=State.FOREIGN, reason="recorded by another tool")
    trials = openings(recordings, today.redaction)
    stale = [trial for trial, key in trials.items() if key != today.keys[path]]
    if len(stale) == len(trials):
        yield Condition(path=path, state=State.CHANGED, reason="its case asks something else now")
    oldest = min((recording.facts.recorded_at or "" for recording in recordings), default="")
    if oldest and today.max_age is not None and _age(oldest, today.now) > today.max_age:
        yield Condition(path=path, state=State.EXPIRED, reason=f"recorded on {oldest[:10]}")
    for recording in recordings:
        asked, answered = recording.facts.model_asked, recording.facts.model_answered
        if asked and answered and models[asked] != answered:
            reason = f"{asked} was {answered} then, and is {models[asked]} since"
            yield Condition(path=path, state=State.DRIFTED, reason=reason)
    if stale:
        reason = f"{_named(stale)} asks something else now"
        yield Condition(path=path, state=State.UNUSED, reason=reason)
    yield Condition(path=path, state=State.FRESH)


def _named(trials: Iterable[int | None]) -> str:
    return " and ".join(
        "what has no trial" if each is None else f"trial {each + 1}" for each in trials
    )


def openings(recordings: Sequence[Recording], redaction: Redaction) -> dict[int | None, str]:
    """The key of the first request of each trial."""
    first: dict[int | None, str] = {}
    for recording in recordings:
        if recording.facts.trial not in first:
            first[recording.facts.trial] = recorded_key(recording, redaction)
    return first


def _latest_models(recordings: Iterable[Recording]) -> dict[str, str]:
    """Which model answered last, for each model that was asked for."""
    latest: dict[str, tuple[str, str]] = {}
    for recording in recordings:
        facts = recording.facts
        if facts.model_asked and facts.model_answered and facts.recorded_at:
            seen = (facts.recorded_at, facts.model_answered)
            latest[facts.model_asked] = max(seen, latest.get(facts.model_asked, seen))
    return {asked: answered for asked, (_, answered) in latest.items()}


def _age(recorded_at: str, now: datetime) -> timedelta:
    return now - datetime.fromisoformat(recorded_at)

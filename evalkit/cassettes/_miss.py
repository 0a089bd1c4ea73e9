"""What a miss says: how the request differs from the nearest recording."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from heapq import nsmallest
from urllib.parse import urlsplit

from msgspec import Struct

from evalkit.cassettes._difference import Difference, differences
from evalkit.cassettes._key import field_digests, json_body, stable_body
from evalkit.cassettes._recording import Asked, Recording
from evalkit.cassettes._redaction import Redaction
from evalkit.transcript import JsonObject

MOST_LINES = 10
_DIGESTED = 200
_COMPARED = 20
"""Recordings compared value by value, after the digests of their fields have chosen them."""


class Missed(Struct, frozen=True, kw_only=True):
    """A request without a recording, and where it was looked for."""

    asked: Asked
    trial: int
    """Counted from 0, as in files; whoever reads messages and reports counts from 1."""
    recordings: Sequence[Recording]
    same: Mapping[int | None, int]
    """How often this very request was recorded, by trial."""
    redaction: Redaction


def explain(missed: Missed) -> str:
    """Say what was asked and why nothing answers it, with the differences below."""
    asked = f"{missed.asked.method} {missed.redaction.url(missed.asked.url)}"
    return f"no recording answers {asked} of trial {missed.trial + 1}: {_why(missed)}"


def _why(missed: Missed) -> str:
    if not missed.recordings:
        return "nothing was recorded"
    times = missed.same.get(missed.trial) or missed.same.get(None)
    if times:
        return (
            f"it was recorded {'once' if times == 1 else f'{times} times'}, now it is asked again"
        )
    if missed.same:
        trials = sorted(trial + 1 for trial in missed.same if trial is not None)
        held = "trial" if len(trials) == 1 else "trials"
        return f"the cassette holds {held} {_ranges(trials)} of it"
    return _compared(missed)


def _ranges(numbers: Sequence[int]) -> str:
    """Write numbers in order, neighbours as a range: `1-5, 8`."""
    runs: list[list[int]] = []
    for number in numbers:
        if runs and number == runs[-1][-1] + 1:
            runs[-1].append(number)
        else:
            runs.append([number])
    return ", ".join(f"{run[0]}-{run[-1]}" if len(run) > 1 else str(run[0]) for run in runs)


def _compared(missed: Missed) -> str:
    body = stable_body(missed.asked.body, missed.redaction)
    if body is None:
        return "its body is no JSON object, and no recording has the same bytes"

    def distance(candidate: tuple[Recording, Sequence[Difference]]) -> tuple[int, bool, int]:
        recording, found = candidate
        is_other_trial = recording.facts.trial != missed.trial
        return len(found), is_other_trial, sum(difference.size for difference in found)

    compared = [
        (each, [*_all_differences(each, body, missed)]) for each in _candidates(missed, body)
    ]
    _, found = min(compared, key=distance)
    number = len(missed.recordings)
    nearest = "the only recording" if number == 1 else f"the nearest of {number} recordings"
    return "\n    ".join([f"{nearest} differs", *_shown(found)])


def _candidates(missed: Missed, body: JsonObject) -> list[Recording]:
    """Choose by the digests of fields; where they were not recorded, first by length alone."""
    digests = field_digests(body, missed.redaction)
    size = len(str(body))

    def off_size(recording: Recording) -> int:
        return abs(len(recording.asked.body) - size)

    def distance(recording: Recording) -> tuple[int, bool, int]:
        fields = recording.facts.fields or _digests(recording, missed.redaction)
        is_other_trial = recording.facts.trial != missed.trial
        return len(digests.items() ^ fields.items()), is_other_trial, off_size(recording)

    known = [recording for recording in missed.recordings if recording.facts.fields]
    others = (recording for recording in missed.recordings if not recording.facts.fields)
    return nsmallest(_COMPARED, known + nsmallest(_DIGESTED, others, off_size), distance)


def _digests(recording: Recording, redaction: Redaction) -> dict[str, str]:
    return field_digests(json_body(recording.asked.body) or {}, redaction)


def _all_differences(
    recording: Recording, body: JsonObject, missed: Missed
) -> Iterator[Difference]:
    recorded = stable_body(recording.asked.body, missed.redaction) or {}
    yield from differences(_target(recording.asked), _target(missed.asked), "request")
    yield from differences(recorded, body)


def _target(asked: Asked) -> str:
    return f"{asked.method} {urlsplit(asked.url).path}"


def _shown(found: Sequence[Difference]) -> list[str]:
    if len(found) <= MOST_LINES:
        return list(map(str, found))
    shown = list(map(str, found[: MOST_LINES - 1]))
    return [*shown, f"… and {len(found) - len(shown)} more differences"]

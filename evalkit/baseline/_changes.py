"""What became of each case between two runs, and why."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from enum import StrEnum
from typing import TypeAlias, cast

from msgspec import Struct

from evalkit.baseline._scan import CaseRecord, RunDigest, results_at
from evalkit.measures import CaseKey
from evalkit.transcript import JsonObject, JsonValue

Records: TypeAlias = Mapping[CaseKey, CaseRecord]


class Change(StrEnum):
    """What became of a case."""

    BROKEN = "broken"
    """All trials passed before, all fail now."""
    FIXED = "fixed"
    FLAKY = "flaky"
    """Its trials disagree with one another, before or now, and their share has changed."""
    NEW = "new"
    GONE = "gone"
    UNJUDGED = "unjudged"
    """Asked in both, but one of them could not be judged: errored or skipped."""


class Cause(StrEnum):
    """What differs between two judgements on the same case."""

    QUESTION = "question"
    """Other messages were laid before the model."""
    EXPECTATION = "expectation"
    """The same question, but the suite expects something else."""
    ANSWER = "answer"
    """The same question and expectation; the model answered differently."""
    JUDGEMENT = "judgement"
    """All three are the same: the answer is judged by other rules or another schema."""


class CaseChange(Struct, frozen=True, kw_only=True):
    """One case whose outcome is another than before."""

    suite: str
    case: str
    change: Change
    cause: Cause | None
    """None where there is nothing to compare: new, gone, not judged."""
    before: tuple[int, int] | None
    """Trials that passed, of those graded; None where the case was not asked."""
    after: tuple[int, int] | None
    base_offset: int | None
    """Where the telling trial stands in the run file; see `result_at`."""
    head_offset: int | None
    is_stopped: bool = False
    """Whether the trials of either side stopped early, so that more of them might differ."""

    @property
    def is_drop(self) -> bool:
        """Whether a smaller share of the trials passes than before."""
        if not self.before or not self.after or not self.before[1] or not self.after[1]:
            return False
        return self.after[0] / self.after[1] < self.before[0] / self.before[1]


def find_changes(
    base: RunDigest, head: RunDigest, before: Records, after: Records
) -> tuple[CaseChange, ...]:
    """Compare case by case; `before` and `after` are those of one provider."""
    found = list(_changes(before, after))
    causes = _causes(base, head, (each for each in found if each[1] in _CAUSED), before, after)
    return tuple(
        CaseChange(
            suite=key[0],
            case=key[1],
            change=change,
            cause=causes.get(key),
            before=_counts(before.get(key)),
            after=_counts(after.get(key)),
            base_offset=_offset(before.get(key)),
            head_offset=_offset(after.get(key)),
            is_stopped=_is_stopped(before.get(key)) or _is_stopped(after.get(key)),
        )
        for key, change in found
    )


_CAUSED = frozenset({Change.BROKEN, Change.FIXED, Change.FLAKY})


def _changes(before: Records, after: Records) -> Iterator[tuple[CaseKey, Change]]:
    for key, now in after.items():
        then = before.get(key)
        change = what_became(then, now.passed, now.graded)
        if change is not None:
            yield key, change
    for key in before:
        if key not in after:
            yield key, Change.GONE


def what_became(then: CaseRecord | None, passed: int, graded: int) -> Change | None:
    """Say what became of a case of which so many trials pass now; None where nothing did."""
    if then is None:
        return Change.NEW
    if not then.graded or not graded:
        return Change.UNJUDGED
    share = passed / graded
    if then.share == share:
        return None
    if then.share not in (0, 1) or share not in (0, 1):
        return Change.FLAKY
    return Change.FIXED if share else Change.BROKEN


def _causes(
    base: RunDigest,
    head: RunDigest,
    changed: Iterable[tuple[CaseKey, Change]],
    before: Records,
    after: Records,
) -> dict[CaseKey, Cause]:
    places = {
        key: (before[key].telling().offset, after[key].telling().offset) for key, _ in changed
    }
    then = results_at(base.path, (offset for offset, _ in places.values()))
    now = results_at(head.path, (offset for _, offset in places.values()))
    return {key: _cause(then[one], now[other]) for key, (one, other) in places.items()}


def _cause(then: JsonObject, now: JsonObject) -> Cause:
    one, other = cast("JsonObject", then["transcript"]), cast("JsonObject", now["transcript"])
    if one.get("given") != other.get("given") or _said_differently(one, other):
        return Cause.QUESTION
    if then.get("expect") != now.get("expect"):
        return Cause.EXPECTATION
    return Cause.JUDGEMENT if _answer(one) == _answer(other) else Cause.ANSWER


def _said_differently(one: JsonObject, other: JsonObject) -> bool:
    """Whether a scripted user said other things, as far as both conversations went."""
    pairs = zip(_messages(one, "user"), _messages(other, "user"), strict=False)
    return any(ours.get("text") != theirs.get("text") for ours, theirs in pairs)


def _answer(transcript: JsonObject) -> list[tuple[JsonValue, list[tuple[JsonValue, JsonValue]]]]:
    """The text and the calls of each turn; ids and counts of tokens differ every time."""
    return [
        (turn.get("text"), [(call.get("name"), _arguments(call)) for call in _calls(turn)])
        for turn in _messages(transcript, "assistant")
    ]


def _arguments(call: JsonObject) -> JsonValue:
    raw = call.get("raw")
    return call.get("arguments") if raw is None else raw


def _calls(turn: JsonObject) -> list[JsonObject]:
    return cast("list[JsonObject]", turn.get("calls", []))


def _messages(transcript: JsonObject, role: str) -> Iterator[JsonObject]:
    for message in cast("list[JsonObject]", transcript.get("messages", [])):
        if message.get("role") == role:
            yield message


def _counts(record: CaseRecord | None) -> tuple[int, int] | None:
    return None if record is None else (record.passed, record.graded)


def _is_stopped(record: CaseRecord | None) -> bool:
    return record is not None and record.is_stopped


def _offset(record: CaseRecord | None) -> int | None:
    return None if record is None else record.telling().offset

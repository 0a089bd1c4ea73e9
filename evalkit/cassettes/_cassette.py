"""A cassette in use: looked up while replaying, added to while recording."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from pathlib import Path
from threading import Lock
from types import TracebackType
from typing import Self

from msgspec import Struct
from msgspec.structs import replace

from evalkit.cassettes._answers import is_kept
from evalkit.cassettes._facts import facts_of
from evalkit.cassettes._index import Index
from evalkit.cassettes._journal import Journal, journals, recover
from evalkit.cassettes._key import request_key
from evalkit.cassettes._lock import locked
from evalkit.cassettes._miss import Missed, explain
from evalkit.cassettes._pieces import clean_body
from evalkit.cassettes._recording import Answered, Asked, Recording, Timing
from evalkit.cassettes._redaction import KEYS, Redaction
from evalkit.cassettes._sanitize import clean_answered, clean_asked
from evalkit.cassettes._store import merge, read
from evalkit.cassettes._unwrapped import unwrapped
from evalkit.errors import CassetteMiss, CassetteWriteFailed, EvalkitError, UsageError, why


class Mode(StrEnum):
    """Where answers come from, and what becomes of new ones."""

    NONE = "none"
    """Replay only; what was not recorded is a miss."""
    ONCE = "once"
    """Record a file that does not exist; replay one that does."""
    MISSING = "missing"
    """Replay what was recorded, ask and record the rest."""
    ALL = "all"
    """Ask and record everything anew."""
    LIVE = "live"
    """Ask; neither read nor write."""


def utc_now() -> datetime:
    return datetime.now(UTC)


class Taping(Struct, frozen=True, kw_only=True):
    """How the cassettes of a run are used."""

    mode: Mode = Mode.NONE
    redaction: Redaction = KEYS
    max_age: timedelta | None = None
    """Recordings that are older do not answer where the mode lets the provider be asked."""
    speed: float | None = None
    """How fast a replay is, against the time that the provider took; None waits for nothing."""
    now: Callable[[], datetime] = utc_now


REPLAY = Taping()


def open_cassette(path: Path, taping: Taping = REPLAY) -> Cassette:
    """Open a cassette, which need not exist; recover what a killed process left of it.

    Raises:
        InvalidCassette: the file cannot be read.
        CassetteWriteFailed: what was left cannot be merged; it stays in its journal.
    """
    existed = taping.mode is Mode.ONCE and path.exists()
    if taping.mode in {Mode.ONCE, Mode.MISSING, Mode.ALL}:
        _take_over(path)
    recordings = read(path) if taping.mode not in {Mode.ALL, Mode.LIVE} else ()
    if taping.mode is Mode.ONCE:
        taping = replace(taping, mode=Mode.NONE if existed else Mode.MISSING)
    if taping.mode is Mode.MISSING:
        oldest = oldest_allowed(taping)
        recordings = tuple(each for each in recordings if not _is_expired(each, oldest))
    return Cassette(path, recordings, taping)


def _take_over(path: Path) -> None:
    try:
        recover(path)
    except OSError as error:
        raise CassetteWriteFailed(
            f"what an earlier run recorded cannot be saved: {why(error)}",
            where=str(path),
            hint="make room on the disk, or its folder writable; the answers stay in their journal",
        ) from error


def oldest_allowed(taping: Taping) -> str:
    """When the oldest recording was made that may answer still, as recordings write it."""
    return "" if taping.max_age is None else _written(taping.now() - taping.max_age)


def _is_expired(recording: Recording, oldest: str) -> bool:
    return (recording.facts.recorded_at or oldest) < oldest


def _written(moment: datetime) -> str:
    return moment.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


class Cassette:
    """The recordings of one file.

    Entered, it saves what was recorded when it is left, even after an error.
    """

    def __init__(self, path: Path, recordings: Iterable[Recording], taping: Taping) -> None:
        self.path = path
        self.mode = taping.mode
        self.speed = taping.speed
        self._oldest = oldest_allowed(taping)
        self._redaction = taping.redaction
        self._now = taping.now
        self._opened_at = self._timestamp() if taping.mode is Mode.ALL else ""
        self._index = Index(recordings, taping.redaction)
        self._refused: dict[tuple[str, int], int] = defaultdict(int)
        self._fresh: list[Recording] = []
        self._journal = Journal(path)
        self._lock = Lock()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()

    @property
    def recordings(self) -> tuple[Recording, ...]:
        return tuple(self._index.recordings)

    @property
    def unplayed(self) -> tuple[Recording, ...]:
        """What was recorded and not asked for since the cassette was opened."""
        return self._index.unplayed

    def clean(self, body: bytes) -> bytes:
        """Return the body of an answer as it is kept: without secrets."""
        return clean_body(body, self._redaction)

    def key(self, asked: Asked) -> str:
        return request_key(asked, self._redaction)

    def find(self, key: str, trial: int) -> Recording | None:
        """Play the next recording of a request within its trial, if there is one."""
        with self._lock:
            return self._index.find(key, trial)

    def play(self, asked: Asked, trial: int) -> Recording | None:
        """Play the recording of a request, or return None when the provider is to be asked.

        Raises:
            CassetteMiss: nothing was recorded and the mode forbids asking.
            CassetteWriteFailed: the answer could not be saved, so it is not asked for.
        """
        if self.mode is Mode.LIVE:
            return None
        key = self.key(asked)
        recording = self.find(key, trial) if self.mode is not Mode.ALL else None
        if recording is None:
            self._prepare_to_ask(asked, key, trial)
        return recording

    def record(self, asked: Asked, answered: Answered, trial: int, timing: Timing) -> Recording:
        """Take in an answer and return it as it is kept; trouble and `live` answers are not kept.

        Raises:
            CassetteWriteFailed: the answer could not be written to the journal.
        """
        key = self.key(asked)
        recording = self._recording(asked, answered, timing)
        with self._lock:
            attempts = self._refused[key, trial] + 1
            facts = replace(
                recording.facts,
                key=key,
                trial=trial,
                attempts=attempts,
                recorded_at=self._timestamp(),
            )
            recording = replace(recording, facts=facts)
            if not is_kept(answered):
                self._refused[key, trial] += 1
            elif self.mode is not Mode.LIVE:
                del self._refused[key, trial]
                self._keep(key, recording)
        return recording

    def close(self) -> None:
        """Merge what was recorded into the file.

        Raises:
            CassetteWriteFailed: it could not; the answers stay in the journal.
        """
        if not self._journal.is_open:
            return
        try:
            with locked(self.path.parent):
                if self._fresh:
                    merge(self.path, self._fresh, self._kept)
                self._journal.discard()
        except (OSError, EvalkitError) as error:
            self._journal.release()
            raise self._write_failed(error) from error
        self._fresh.clear()

    def _prepare_to_ask(self, asked: Asked, key: str, trial: int) -> None:
        if self.mode is Mode.NONE:
            raise self._miss(asked, key, trial)
        try:
            with self._lock:
                self._journal.open()
        except OSError as error:
            raise unwrapped(CassetteWriteFailed)(
                f"a recording cannot be saved, so nobody was asked: {why(error)}",
                where=str(self.path),
                hint="make room on the disk, or its folder writable",
            ) from error
        except UsageError as error:
            raise unwrapped(UsageError)(error.what, hint=error.hint) from error

    def _recording(self, asked: Asked, answered: Answered, timing: Timing) -> Recording:
        clean = clean_asked(asked, self._redaction)
        stored = clean_answered(answered, self._redaction)
        if len(stored.body) != len(answered.body):
            timing = replace(timing, chunks=())
        facts = facts_of(asked, clean, stored, timing, self._redaction)
        return Recording(asked=clean, answered=stored, facts=facts)

    def _keep(self, key: str, recording: Recording) -> None:
        self._index.add(key, recording)
        self._fresh.append(recording)
        try:
            self._journal.append(recording)
        except OSError as error:
            raise self._write_failed(error) from error

    def _kept(self, base: Sequence[Recording]) -> Iterator[Recording]:
        """What stays of the file: all but what its own trial, recorded anew, replaces."""
        renewed = {recording.facts.trial for recording in self._fresh} | {None}
        for recording in base:
            if recording.facts.trial in renewed and self._is_replaced(recording):
                continue
            yield self._clean(recording) if recording.is_foreign else recording

    def _is_replaced(self, recording: Recording) -> bool:
        """Tell what the mode records anew; in `all` not what others recorded meanwhile."""
        if self.mode is Mode.ALL:
            return (recording.facts.recorded_at or "") < self._opened_at
        return _is_expired(recording, self._oldest)

    def _clean(self, recording: Recording) -> Recording:
        """Redact what another tool recorded before it is written anew."""
        asked = clean_asked(recording.asked, self._redaction)
        answered = clean_answered(recording.answered, self._redaction)
        return replace(recording, asked=asked, answered=answered)

    def _miss(self, asked: Asked, key: str, trial: int) -> EvalkitError:
        missed = Missed(
            asked=asked,
            trial=trial,
            recordings=self._index.recordings,
            same=self._index.trials(key),
            redaction=self._redaction,
        )
        absent = "" if self.path.exists() else " (the file does not exist)"
        unfinished = " (an unfinished recording lies beside it)" if journals(self.path) else ""
        return unwrapped(CassetteMiss)(
            explain(missed),
            where=f"{self.path}{absent}{unfinished}",
            hint="`evalkit run --record missing` asks the provider and records the answer",
        )

    def _write_failed(self, error: Exception) -> EvalkitError:
        return unwrapped(CassetteWriteFailed)(
            f"a recording cannot be saved: {why(error)}",
            where=str(self.path),
            hint=f"what was answered so far is in {self._journal.path}; "
            "the next recording into this cassette takes it over",
        )

    def _timestamp(self) -> str:
        return _written(self._now())

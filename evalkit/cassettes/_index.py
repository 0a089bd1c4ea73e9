"""Which recording answers which request."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable

from evalkit.cassettes._key import recorded_key
from evalkit.cassettes._recording import Recording
from evalkit.cassettes._redaction import Redaction


class Index:
    """Recordings by key and trial, and how far each was played.

    The n-th same request of a trial is answered by the n-th recording of that trial. A file of
    another tool knows no trials: its recordings are played in their order.
    """

    def __init__(self, recordings: Iterable[Recording], redaction: Redaction) -> None:
        self.recordings: list[Recording] = []
        self._places: dict[str, dict[int | None, list[int]]] = defaultdict(dict)
        self._taken: dict[tuple[str, int | None], int] = defaultdict(int)
        self._played: set[int] = set()
        for recording in recordings:
            self._add(recorded_key(recording, redaction), recording)

    def find(self, key: str, trial: int) -> Recording | None:
        """Play the next recording of a request, or tell that there is none."""
        by_trial = self._places.get(key, {})
        of = trial if trial in by_trial else None
        places = by_trial.get(of, [])
        turn = self._taken[key, of]
        if turn >= len(places):
            return None
        self._taken[key, of] += 1
        self._played.add(places[turn])
        return self.recordings[places[turn]]

    def add(self, key: str, recording: Recording) -> None:
        """Take in an answer that was just given, and so was played."""
        self._played.add(self._add(key, recording))
        self._taken[key, recording.facts.trial] += 1

    def trials(self, key: str) -> Counter[int | None]:
        """How often a request was recorded, by trial."""
        by_trial = self._places.get(key, {})
        return Counter({trial: len(places) for trial, places in by_trial.items()})

    @property
    def unplayed(self) -> tuple[Recording, ...]:
        return tuple(
            recording for at, recording in enumerate(self.recordings) if at not in self._played
        )

    def _add(self, key: str, recording: Recording) -> int:
        at = len(self.recordings)
        self.recordings.append(recording)
        self._places[key].setdefault(recording.facts.trial, []).append(at)
        return at

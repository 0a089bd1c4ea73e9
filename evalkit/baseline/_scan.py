"""Run files read for comparison: what each trial came to, and where its line stands.

A full result costs ten times as much to build as its line to parse, and a comparison needs the
whole of a few results only; those are read again from their place.
"""

from __future__ import annotations

import gc
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import NamedTuple, cast

from pydantic_core import from_json

from evalkit.errors import InvalidRunFile, Problem, UnknownName
from evalkit.measures import ProviderCase
from evalkit.results import CaseResult, Status
from evalkit.runfile import FORMAT, RunHeader, load
from evalkit.transcript import JsonObject, JsonValue

NO_CALL = "(no call)"
"""Stands for a tool where a case expects none."""


class Trial(NamedTuple):
    """One conversation, as far as a comparison needs it."""

    status: Status
    offset: int
    """Where its line begins in the run file."""
    written_calls: int
    """Calls whose argument string the wire shows."""
    malformed_calls: int
    cost_usd: float | None


@dataclass(frozen=True, slots=True)
class CaseRecord:
    """The trials of one case with one provider."""

    tags: tuple[str, ...]
    tools: tuple[str, ...]
    """The tools whose calls are expected, each once; `NO_CALL` where none may be made."""
    trials: tuple[Trial, ...]
    graded: int
    passed: int
    share: float
    """The share of the graded trials that passed; 0 where none was graded."""

    def telling(self) -> Trial:
        """The trial to show: the first that failed, else the first that was graded, else any."""
        return min(self.trials, key=lambda trial: _TELLING.index(trial.status))


_TELLING = (Status.FAILED, Status.PASSED, Status.ERRORED, Status.SKIPPED)


@dataclass(frozen=True, slots=True, kw_only=True)
class RunDigest:
    """A run file, scanned."""

    path: Path
    header: RunHeader
    cases: Mapping[ProviderCase, CaseRecord]
    is_finished: bool

    @property
    def providers(self) -> tuple[str, ...]:
        """The providers that answered, in the order of the header."""
        seen = dict.fromkeys(provider for provider, _, _ in self.cases)
        named = [provider.name for provider in self.header.providers if provider.name in seen]
        return tuple(dict.fromkeys((*named, *seen)))

    def only(self, provider: str) -> RunDigest:
        """Leave out all other providers.

        Raises:
            UnknownName: the run did not ask that provider.
        """
        if provider not in self.providers:
            raise UnknownName("provider", provider, self.providers, where=str(self.path))
        kept = {key: record for key, record in self.cases.items() if key[0] == provider}
        return replace(self, cases=kept)

    def of(self, provider: str) -> dict[tuple[str, str], CaseRecord]:
        """The cases of one provider by suite and id."""
        return {
            (suite, case): record
            for (name, suite, case), record in self.cases.items()
            if name == provider
        }


@contextmanager
def without_collector() -> Iterator[None]:
    """Hold the garbage collector off: it would walk all cases again and again, for nothing."""
    was_enabled = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_enabled:
            gc.enable()


def scan_run(path: Path) -> RunDigest:
    """Read a run file line by line; of two results for one trial the later one counts.

    Raises:
        InvalidRunFile: it is no run file, is of another format, or a line is damaged.
    """
    with without_collector():
        return _scan(path)


def _scan(path: Path) -> RunDigest:
    header: RunHeader | None = None
    is_finished = False
    drafts: dict[ProviderCase, _Draft] = {}
    number = 0
    try:
        for offset, line in _lines(path):
            number += 1
            entry = _entry(line)
            if "result" in entry:
                _add(drafts, cast("JsonObject", entry["result"]), offset)
            elif "run" in entry and header is None:
                header = _header(entry)
            is_finished |= "end" in entry
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        raise _invalid(path, number, f"not a record of a run file: {error}") from error
    if header is None:
        raise _invalid(path, 1, "not a run file: it has no header")
    cases = {key: draft.record() for key, draft in drafts.items()}
    return RunDigest(path=path, header=header, cases=cases, is_finished=is_finished)


def results_at(path: Path, offsets: Iterable[int]) -> dict[int, JsonObject]:
    """Read the results whose lines begin at these places."""
    found: dict[int, JsonObject] = {}
    with path.open("rb") as file:
        for offset in sorted(set(offsets)):
            file.seek(offset)
            found[offset] = from_json(file.readline())["result"]
    return found


def load_results(path: Path, offsets: Iterable[int]) -> dict[int, CaseResult]:
    """Build the whole results whose lines begin at these places.

    Raises:
        InvalidRunFile: a line holds more or less than a result.
    """
    found = results_at(path, offsets)
    return {offset: _result(path, offset, record) for offset, record in found.items()}


def result_at(path: Path, offset: int) -> CaseResult:
    """Build the whole result whose line begins there.

    Raises:
        InvalidRunFile: the line holds more or less than a result.
    """
    return load_results(path, [offset])[offset]


def _result(path: Path, offset: int, record: JsonObject) -> CaseResult:
    try:
        return load(CaseResult, record)
    except (KeyError, TypeError, ValueError) as error:
        what = f"not a result, at byte {offset}: {error}"
        raise InvalidRunFile([Problem(what=what, where=f"{path}:1:1")]) from error


def _lines(path: Path) -> Iterator[tuple[int, bytes]]:
    """Yield each whole line and where it begins; a torn last one is passed over."""
    offset = 0
    try:
        with path.open("rb") as file:
            for line in file:
                if line.endswith(b"\n"):
                    yield offset, line
                offset += len(line)
    except OSError as error:
        raise _invalid(path, 1, f"cannot be read: {error.strerror}") from error


def _entry(line: bytes) -> JsonObject:
    entry = from_json(line, cache_strings="keys")
    if not isinstance(entry, dict):
        raise TypeError("no object")
    return entry


def _header(entry: JsonObject) -> RunHeader:
    if entry.get("evalkit") != FORMAT:
        raise ValueError(f"its format is {entry.get('evalkit')!r}, this version reads {FORMAT}")
    return load(RunHeader, entry["run"])


class _Draft:
    """A case while its trials come in."""

    __slots__ = ("_tags", "_tools", "_trials")

    def __init__(self, result: JsonObject) -> None:
        self._tags = tuple(map(str, _list(result, "tags")))
        self._tools = _expected_tools(result)
        self._trials: dict[int, Trial] = {}

    def add(self, number: int, trial: Trial) -> None:
        self._trials[number] = trial

    def record(self) -> CaseRecord:
        trials = tuple(self._trials.values())
        statuses = [trial.status for trial in trials]
        passed = statuses.count(Status.PASSED)
        graded = passed + statuses.count(Status.FAILED)
        share = passed / graded if graded else 0.0
        return CaseRecord(self._tags, self._tools, trials, graded, passed, share)


def _add(drafts: dict[ProviderCase, _Draft], result: JsonObject, offset: int) -> None:
    key = cast("ProviderCase", (result["provider"], result["suite"], result["case"]))
    draft = drafts.get(key)
    if draft is None:
        draft = drafts[key] = _Draft(result)
    draft.add(cast("int", result["trial"]), _trial(result, offset))


def _trial(result: JsonObject, offset: int) -> Trial:
    transcript = cast("JsonObject", result["transcript"])
    written = malformed = 0
    for message in _list(transcript, "messages"):
        for call in _list(cast("JsonObject", message), "calls"):
            raw = cast("JsonObject", call).get("raw")
            written += raw is not None
            malformed += raw is not None and cast("JsonObject", call).get("arguments") is None
    costs = [cast("JsonObject", each).get("cost_usd") for each in _list(transcript, "exchanges")]
    known = [float(cost) for cost in costs if isinstance(cost, (int, float))]
    is_priced = bool(costs) and len(known) == len(costs)
    cost = sum(known) if is_priced else None
    return Trial(_STATUSES[cast("str", result["status"])], offset, written, malformed, cost)


_STATUSES: Mapping[str, Status] = {status.value: status for status in Status}


def _expected_tools(result: JsonObject) -> tuple[str, ...]:
    if result.get("expects_no_call"):
        return (NO_CALL,)
    named = (cast("JsonObject", pairing).get("expected") for pairing in _list(result, "pairings"))
    return tuple(dict.fromkeys(str(tool) for tool in named if tool is not None))


def _list(record: JsonObject, key: str) -> list[JsonValue]:
    value = record.get(key)
    return value if isinstance(value, list) else []


def _invalid(path: Path, line: int, what: str) -> InvalidRunFile:
    return InvalidRunFile([Problem(what=what, where=f"{path}:{line}:1")])

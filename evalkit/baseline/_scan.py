"""Run files read for comparison: what each trial came to, and where its line stands.

A full result costs ten times as much to build as its line to parse, and a comparison needs the
whole of a few results only; those are read again from their place.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import NamedTuple, Required, TypedDict, cast

from msgspec import Struct
from msgspec.structs import replace

from evalkit.collector import without_collector
from evalkit.errors import InvalidRunFile, Problem, UnknownName
from evalkit.measures import CaseKey
from evalkit.results import CaseResult, Status
from evalkit.runfile import FORMAT, RunHeader, load, parse_line
from evalkit.transcript import JsonObject

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


class CaseRecord(NamedTuple):
    """The trials of one case with one provider."""

    tags: tuple[str, ...]
    tools: tuple[str, ...]
    """The tools whose calls are expected, each once; `NO_CALL` where none may be made."""
    trials: tuple[Trial, ...]
    graded: int
    passed: int
    share: float
    """The share of the graded trials that passed; 0 where none was graded."""
    at_most: int | None
    """How many trials there might have been, where they stop early."""

    @property
    def is_stopped(self) -> bool:
        return self.at_most is not None and len(self.trials) < self.at_most

    def telling(self) -> Trial:
        """The trial to show: the first that failed, else the first that was graded, else any."""
        if len(self.trials) == 1:
            return self.trials[0]
        return min(self.trials, key=lambda trial: _TELLING.index(trial.status))


_TELLING = (Status.FAILED, Status.PASSED, Status.ERRORED, Status.SKIPPED)


class RunDigest(Struct, frozen=True, kw_only=True):
    """A run file, scanned."""

    path: Path
    name: str
    """What to call it: its file, or `revision:file` where git keeps it."""
    header: RunHeader
    cases: Mapping[str, Mapping[CaseKey, CaseRecord]]
    """The cases of each provider, by suite and id."""
    is_finished: bool

    @property
    def providers(self) -> tuple[str, ...]:
        """The providers that answered, in the order of the header."""
        named = [each.name for each in self.header.providers if each.name in self.cases]
        return tuple(dict.fromkeys((*named, *self.cases)))

    def only(self, provider: str) -> RunDigest:
        """Leave out all other providers.

        Raises:
            UnknownName: the run did not ask that provider.
        """
        if provider not in self.providers:
            raise UnknownName("provider", provider, self.providers, where=self.name)
        return replace(self, cases={provider: self.cases[provider]})


def scan_run(path: Path, name: str | None = None) -> RunDigest:
    """Read a run file line by line; of two results for one trial the later one counts.

    It is called by its path, unless it has another name.

    Raises:
        InvalidRunFile: it is no run file, is of another format, or a line is damaged.
    """
    with without_collector():
        return _scan(path, name or str(path))


def _scan(path: Path, name: str) -> RunDigest:
    header: RunHeader | None = None
    is_finished = False
    drafts: dict[str, dict[CaseKey, _Draft]] = {}
    number = 0
    try:
        for offset, line in _lines(path):
            number += 1
            entry = _entry(line)
            if "result" in entry:
                _add(drafts, cast("_Result", entry["result"]), offset)
            elif "run" in entry and header is None:
                header = _header(entry)
            is_finished |= "end" in entry
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        raise _invalid(path, number, f"not a record of a run file: {error}") from error
    if header is None:
        raise _invalid(path, 1, "not a run file: it has no header")
    cases = {
        provider: {key: draft.record() for key, draft in of_one.items()}
        for provider, of_one in drafts.items()
    }
    return RunDigest(path=path, name=name, header=header, cases=cases, is_finished=is_finished)


def results_at(path: Path, offsets: Iterable[int]) -> dict[int, JsonObject]:
    """Read the results whose lines begin at these places."""
    found: dict[int, JsonObject] = {}
    with path.open("rb") as file:
        for offset in sorted(set(offsets)):
            file.seek(offset)
            found[offset] = cast("JsonObject", _entry(file.readline())["result"])
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
    entry = parse_line(line)
    if not isinstance(entry, dict):
        raise TypeError("no object")
    return entry


def _header(entry: JsonObject) -> RunHeader:
    if entry.get("evalkit") != FORMAT:
        raise ValueError(f"its format is {entry.get('evalkit')!r}, this version reads {FORMAT}")
    return load(RunHeader, entry["run"])


class _Call(TypedDict, total=False):
    raw: str | None
    arguments: JsonObject | None


class _Message(TypedDict, total=False):
    calls: list[_Call]


class _Exchange(TypedDict, total=False):
    cost_usd: float | None


class _Transcript(TypedDict, total=False):
    messages: list[_Message]
    exchanges: list[_Exchange]


class _Pairing(TypedDict, total=False):
    expected: str | None


class _Result(TypedDict, total=False):
    """What is read of a result; where a file holds something else, the line is damaged."""

    suite: Required[str]
    case: Required[str]
    provider: Required[str]
    trial: Required[int]
    status: Required[str]
    transcript: Required[_Transcript]
    tags: list[str]
    pairings: list[_Pairing]
    expects_no_call: bool
    trials_at_most: int


class _Draft:
    """A case while its trials come in."""

    __slots__ = ("_at_most", "_tags", "_tools", "trials")

    def __init__(self, result: _Result) -> None:
        self._tags = tuple(map(str, result.get("tags", ())))
        self._tools = _expected_tools(result)
        self._at_most = result.get("trials_at_most")
        self.trials: dict[int, Trial] = {}
        """By their number."""

    def record(self) -> CaseRecord:
        trials = tuple(self.trials.values())
        passed = graded = 0
        for trial in trials:
            if trial.status is Status.PASSED:
                passed += 1
                graded += 1
            elif trial.status is Status.FAILED:
                graded += 1
        share = passed / graded if graded else 0.0
        return CaseRecord(self._tags, self._tools, trials, graded, passed, share, self._at_most)


def _add(drafts: dict[str, dict[CaseKey, _Draft]], result: _Result, offset: int) -> None:
    of_one = drafts.setdefault(result["provider"], {})
    key = result["suite"], result["case"]
    draft = of_one.get(key)
    if draft is None:
        draft = of_one[key] = _Draft(result)
    draft.trials[result["trial"]] = _trial(result, offset)


def _trial(result: _Result, offset: int) -> Trial:
    transcript = result["transcript"]
    written = malformed = 0
    for message in transcript.get("messages", ()):
        for call in message.get("calls", ()):
            if call.get("raw") is not None:
                written += 1
                malformed += call.get("arguments") is None
    cost: float | None = None
    for exchange in transcript.get("exchanges", ()):
        part = exchange.get("cost_usd")
        if part is None:
            cost = None
            break
        cost = (cost or 0.0) + float(part)
    return Trial(_STATUSES[result["status"]], offset, written, malformed, cost)


_STATUSES: Mapping[str, Status] = {status.value: status for status in Status}


def _expected_tools(result: _Result) -> tuple[str, ...]:
    if result.get("expects_no_call"):
        return (NO_CALL,)
    named = [pairing.get("expected") for pairing in result.get("pairings", ())]
    return tuple(dict.fromkeys(str(tool) for tool in named if tool is not None))


def _invalid(path: Path, line: int, what: str) -> InvalidRunFile:
    return InvalidRunFile([Problem(what=what, where=f"{path}:{line}:1")])

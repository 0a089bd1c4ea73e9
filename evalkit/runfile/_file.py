"""Run files: what was asked, answered and judged, as JSON Lines that survive a crash.

The first line is the header, each further line one case result, the last one the end mark:

    {"evalkit": 1, "run": {"id": "20261120-174500-3f2a", "providers": [...], ...}}
    {"result": {"suite": "refunds", "case": "greeting", "status": "passed", ...}}
    {"end": {"finished_at": "2026-11-20T17:45:01Z", "interrupted": false}}

A field that has its default is left out. Each line is one `write`, so that a killed run leaves at
most a torn last line, which readers pass over. Of two results for the same suite, case, provider
and trial the later one counts.
"""

from __future__ import annotations

import json
import os
from collections.abc import Iterable, Iterator
from errno import ENOSPC
from pathlib import Path
from secrets import token_hex
from types import TracebackType
from typing import IO, Self

from msgspec import Struct
from pydantic_core import from_json

from evalkit.errors import EvalkitError, InvalidRunFile, Problem, why
from evalkit.results import CaseResult
from evalkit.runfile._codec import as_object, encode, load
from evalkit.transcript import JsonObject, JsonValue

FORMAT = 1

LATEST_RUN = Path(".evalkit/latest.jsonl")
"""Where a run goes that names no other file."""

_HEAD = b'{"evalkit":%d,"run":%b}\n'
_RESULT = b'{"result":%b}\n'
_END = b'{"end":{"finished_at":%b}}\n'


class RunProvider(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A provider that took part in a run."""

    name: str
    api: str
    model: str
    simulated: bool = False


class RunSuite(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A suite that was run, with the tools that its models were offered."""

    name: str
    file: str
    description: str = ""
    tools: tuple[JsonObject, ...] = ()
    """Each as `{"name", "description", "parameters"}`."""


class RunHeader(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """What a run was: who was asked what, when, and how."""

    id: str
    started_at: str
    """ISO 8601, UTC."""
    evalkit_version: str
    mode: str
    """How cassettes were used: `none`, `once`, `missing`, `all` or `live`."""
    command: str
    """The command line that repeats the run."""
    suites: tuple[RunSuite, ...] = ()
    providers: tuple[RunProvider, ...] = ()
    commit: str | None = None
    """The revision of the working tree, if it is one."""


class RunRecord(Struct, frozen=True, kw_only=True):
    """A run file, read back."""

    header: RunHeader
    results: tuple[CaseResult, ...]
    finished_at: str | None = None
    """None when the run was killed or interrupted before its end."""


class RunWriter:
    """Appends results to a run file, each with one write; use it as a context manager."""

    def __init__(self, path: Path, header: RunHeader, kept: Iterable[CaseResult] = ()) -> None:
        """Prepare to write `path` anew, beginning with the results `kept` of an earlier run."""
        self.path = path
        self._header = header
        self._file: IO[bytes] | None = None
        self._results = list(kept)
        self._finished_at: str | None = None

    def __enter__(self) -> Self:
        try:
            self.path.parent.mkdir(parents=True, exist_ok=True)
            if self._results:
                _replace(self.path, self._beginning())
            self._file = self.path.open("ab" if self._results else "wb", buffering=0)
        except OSError as error:
            raise _unwritable(self.path, why(error), "name another file with --output") from error
        try:
            if not self._results:
                self._append(self._head())
        except EvalkitError:
            self._file.close()
            raise
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        assert self._file is not None
        self._file.close()

    @property
    def record(self) -> RunRecord:
        """What `read_run` would read from the file now."""
        return ordered_record(self._header, self._results, self._finished_at)

    def add(self, result: CaseResult) -> None:
        self._results.append(result)
        self._append(_RESULT % encode(result))

    def finish(self, finished_at: str) -> None:
        """Mark the run as complete. A run without this mark can be resumed."""
        self._finished_at = finished_at
        self._append(_END % encode(finished_at))

    def _head(self) -> bytes:
        return _HEAD % (FORMAT, encode(self._header))

    def _beginning(self) -> Iterator[bytes]:
        yield self._head()
        for result in self._results:
            yield _RESULT % encode(result)

    def _append(self, line: bytes) -> None:
        assert self._file is not None
        try:
            written = self._file.write(line)
        except OSError as error:
            raise _unwritable(self.path, why(error), "free the disk, then run again") from error
        if written != len(line):
            raise _unwritable(self.path, os.strerror(ENOSPC), "free the disk, then run again")


def _replace(path: Path, lines: Iterable[bytes]) -> None:
    """Write a file so that a crash leaves the old one or the new one."""
    draft = path.with_name(f".{path.name}.{token_hex(4)}.tmp")
    try:
        with draft.open("xb") as file:
            file.writelines(lines)
            file.flush()
            os.fsync(file.fileno())
        draft.replace(path)
    finally:
        draft.unlink(missing_ok=True)


def _unwritable(path: Path, reason: str, hint: str) -> EvalkitError:
    return EvalkitError(f"the run file cannot be written: {reason}", where=str(path), hint=hint)


def is_run_file(path: Path) -> bool:
    """Tell a run file from other JSON Lines by its first line."""
    with path.open("rb") as file:
        return file.readline(4096).startswith(b'{"evalkit":')


def read_run(path: Path) -> RunRecord:
    """Read a run file; a torn last line is passed over, later results replace earlier ones.

    Raises:
        InvalidRunFile: it is no run file, is of another format, or a line is damaged.
    """
    header: RunHeader | None = None
    finished_at: str | None = None
    results: list[CaseResult] = []
    for number, record in _lines(path):
        try:
            if "result" in record:
                results.append(load(CaseResult, record["result"]))
            elif "end" in record:
                finished_at = load(str, as_object(record["end"])["finished_at"])
            elif header is None:
                header = _header(record)
        except (KeyError, TypeError, ValueError) as error:
            raise _invalid(path, number, f"not a record of a run file: {error}") from error
    if header is None:
        raise _invalid(path, 1, "not a run file: it has no header")
    return ordered_record(header, results, finished_at)


def ordered_record(
    header: RunHeader, results: Iterable[CaseResult], finished_at: str | None
) -> RunRecord:
    """Let later results replace earlier ones, and put them into the order of the suites."""
    latest = {(r.suite, r.case, r.provider, r.trial): r for r in results}
    suites = {suite.name: place for place, suite in enumerate(header.suites)}
    providers = {provider.name: place for place, provider in enumerate(header.providers)}

    def place(result: CaseResult) -> tuple[int, str, int, int, int]:
        file, line = _line(result.where)
        suite = suites.get(result.suite, len(suites))
        return suite, file, line, providers.get(result.provider, len(providers)), result.trial

    ordered = sorted(latest.values(), key=place)
    return RunRecord(header=header, results=tuple(ordered), finished_at=finished_at)


def _line(where: str | None) -> tuple[str, int]:
    """Split `file:line:column`; a result without a place keeps that of its arrival."""
    if where is None:
        return "", 0
    file, line, _ = where.rsplit(":", 2)
    return file, int(line)


def _header(record: JsonObject) -> RunHeader:
    if record.get("evalkit") != FORMAT:
        raise ValueError(f"its format is {record.get('evalkit')!r}, this version reads {FORMAT}")
    return load(RunHeader, record["run"])


def _lines(path: Path) -> Iterator[tuple[int, JsonObject]]:
    try:
        with path.open("rb") as file:
            for number, line in enumerate(file, start=1):
                if not line.endswith(b"\n"):
                    return
                try:
                    record = as_object(parse_line(line))
                except (ValueError, TypeError) as error:
                    raise _invalid(path, number, f"not a JSON object: {error}") from error
                yield number, record
    except OSError as error:
        raise _invalid(path, 1, f"cannot be read: {error.strerror}") from error


def parse_line(line: str | bytes) -> JsonValue:
    """Parse a line of a run file.

    What the fast parser refuses may be half a surrogate pair, which a model can write, or deep.

    Raises:
        ValueError: it is no JSON.
    """
    try:
        return from_json(line)  # type: ignore[no-any-return]  # it is typed as Any
    except (TypeError, ValueError):
        return _parse_slowly(line)


def _parse_slowly(line: str | bytes) -> JsonValue:
    try:
        return json.loads(line)  # type: ignore[no-any-return]  # it is typed as Any
    except RecursionError as error:
        raise ValueError(str(error)) from error


def _invalid(path: Path, line: int, what: str) -> InvalidRunFile:
    return InvalidRunFile([Problem(what=what, where=f"{path}:{line}:1")])

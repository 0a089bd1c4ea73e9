r"""Answers recorded anywhere, one JSON object a line -> transcripts to grade.

    {"case": "greeting", "calls": null, "text": "Hello! How can I help?"}
    {"case": "now", "calls": [{"name": "get_time", "raw": "{\"city\": \"Oslo\"}"}]}
    {"case": "two-cities", "api": "openai-chat", "body": {"choices": [...]}}

A row may also have `usage` (`input` and `output` tokens), `provider`, `model` and `latency_s`.
"""

from __future__ import annotations

import gzip
import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from difflib import get_close_matches
from pathlib import Path

from evalkit.errors import (
    ExchangeFailed,
    InvalidRunFile,
    Problem,
    UnknownName,
    UsageError,
    nearest,
    why,
)
from evalkit.parse import found_in_text, parse_arguments
from evalkit.providers import find_api, restore_names
from evalkit.runfile import parse_line
from evalkit.suite import Case, Suite, Tool
from evalkit.transcript import (
    MADE_UP_ID,
    NO_USAGE,
    Exchange,
    JsonObject,
    JsonValue,
    Stop,
    ToolCall,
    Transcript,
    Trouble,
    Turn,
    Usage,
)

MAX_PROBLEMS = 20
MAX_NAME = 100

_KEYS = frozenset({"case", "calls", "text", "usage", "provider", "model", "latency_s"})
_COUNTS = frozenset(Usage.__struct_fields__)
_NOT_TIMED = (Exchange(),)


class _BadRow(ValueError):
    """What is wrong with a row, in a line."""

    def __init__(self, what: str, hint: str | None = None) -> None:
        super().__init__(what)
        self.hint = hint


def read_outputs(path: Path, suite: Suite) -> Iterator[Transcript]:
    """Read a file of answers to the cases of a suite; `.gz` is unpacked.

    Raises:
        InvalidRunFile: after the last row, with what is wrong in each that was left out.
        UsageError: the file cannot be read.
    """
    try:
        with (gzip.open if path.suffix == ".gz" else open)(path, "rb") as file:
            yield from transcripts_of(file, suite, str(path))
    except OSError as error:
        raise UsageError(f"cannot read {path}: {why(error)}") from error


def transcripts_of(rows: Iterable[str | bytes], suite: Suite, file: str) -> Iterator[Transcript]:
    """Read rows as `read_outputs` does; `file` names them in complaints."""
    reader = _Reader(suite, provider=Path(file).name.split(".jsonl")[0])
    problems: list[Problem] = []
    for number, row in enumerate(rows, 1):
        if not row.strip():
            continue
        try:
            yield reader.transcript(row)
        except _BadRow as error:
            where = f"{file}:{number}:1"
            problems.append(Problem(what=str(error), where=where, hint=error.hint))
            if len(problems) == MAX_PROBLEMS:
                break
    if problems:
        raise InvalidRunFile(problems)


class _Reader:
    """Turns rows into transcripts, and counts the answers to each case as its trials."""

    def __init__(self, suite: Suite, provider: str) -> None:
        self._suite = suite.name
        self._cases: Mapping[str, Case] = {case.id: case for case in suite.cases}
        self._provider = provider
        self._trials: dict[tuple[str, str], int] = {}

    def transcript(self, row: str | bytes) -> Transcript:
        entry = _object(row)
        case = self._case(entry)
        provider = _text(entry, "provider") or self._provider
        turn, trouble = _answer(entry, case.tools)
        trial = self._trials.get((provider, case.id), 0)
        self._trials[provider, case.id] = trial + 1
        return Transcript(
            suite=case.suite,
            case=case.id,
            provider=provider,
            model=_text(entry, "model") or turn.model or provider,
            trial=trial,
            given=case.given,
            messages=() if trouble else (turn,),
            exchanges=() if trouble else _exchanges(entry),
            stop=trouble.stop if trouble else turn.stop,
            trouble=trouble,
        )

    def _case(self, entry: JsonObject) -> Case:
        name = entry.get("case")
        if not isinstance(name, str):
            raise _BadRow("'case' is missing or no text", "name a case of the suite by its id")
        case = self._cases.get(name)
        if case is None:
            raise _BadRow(
                f"the suite {self._suite!r} has no case {name[:MAX_NAME]!r}",
                nearest(name[:MAX_NAME], self._cases),
            )
        return case


def _object(row: str | bytes) -> JsonObject:
    try:
        entry = parse_line(row)
    except json.JSONDecodeError as error:
        raise _no_object(f": {error.msg} at character {error.pos + 1}") from error
    except ValueError as error:
        raise _no_object(f": {error}") from error
    if not isinstance(entry, dict):
        raise _no_object()
    return entry


def _no_object(cause: str = "") -> _BadRow:
    return _BadRow(f"not a JSON object{cause}", "write one JSON object on each line")


def _answer(entry: JsonObject, tools: Sequence[Tool]) -> tuple[Turn, Trouble | None]:
    """The answer of the model, or an empty one and why there is none; a body is read as in runs."""
    if "body" not in entry:
        return _written_turn(entry), None
    body = entry["body"]
    if not isinstance(body, dict):
        raise _BadRow("'body' is no object")
    try:
        decode = find_api(_text(entry, "api") or "").decode
    except UnknownName as error:
        raise _BadRow(error.what, error.hint) from error
    try:
        turn = restore_names(decode(body), tools)
    except ExchangeFailed as error:
        name = type(error).__name__
        trouble = Trouble(stop=Stop.PROVIDER_ERROR, error=name, what=error.what, hint=error.hint)
        return Turn(), trouble
    return found_in_text(turn, tools), None


def _written_turn(entry: JsonObject) -> Turn:
    _refuse_misspelt(entry)
    if "calls" not in entry and "text" not in entry:
        raise _BadRow("no answer", "give 'calls' and 'text', or 'api' and 'body'")
    calls = entry.get("calls") or []
    if not isinstance(calls, list):
        raise _BadRow("'calls' is no list")
    return Turn(
        text=_text(entry, "text"),
        calls=tuple([_call(call, index) for index, call in enumerate(calls)]),
        usage=_usage(entry.get("usage")),
    )


def _refuse_misspelt(entry: JsonObject) -> None:
    """Refuse a key that was meant as one of ours: calls that nobody read would pass as silence."""
    for name in entry:
        if name not in _KEYS and (
            name == "tool_calls" or get_close_matches(name, _KEYS, cutoff=0.8)
        ):
            key = name[:MAX_NAME]
            hint = "write 'calls'" if name == "tool_calls" else nearest(key, _KEYS)
            raise _BadRow(f"unknown key {key!r}", hint)


def _call(call: JsonValue, index: int) -> ToolCall:
    name = call.get("name") if isinstance(call, dict) else None
    if not isinstance(call, dict) or not isinstance(name, str):
        raise _BadRow(f"calls[{index}] has no 'name'", 'write {"name": ..., "raw": "{...}"}')
    raw = call.get("raw")
    if isinstance(raw, str):
        read = parse_arguments(raw)
        arguments, defects = read.value, read.defects
    elif isinstance(raw, dict):
        raw, arguments, defects = None, raw, ()
    else:
        lack = f"calls[{index}] has no 'raw'"
        if raw is not None:
            lack = f"'raw' of calls[{index}] is neither text nor an object"
        raise _BadRow(lack, "give the arguments as the model wrote them")
    call_id = f"{MADE_UP_ID}{index}"
    return ToolCall(id=call_id, name=name, raw=raw, arguments=arguments, defects=defects)


def _usage(usage: JsonValue) -> Usage:
    if not usage:
        return NO_USAGE
    if not isinstance(usage, dict):
        raise _BadRow("'usage' is no object", 'write {"input": 120, "output": 15}')
    for name, value in usage.items():
        if name not in _COUNTS:
            raise _BadRow(
                f"unknown key 'usage.{name[:MAX_NAME]}'", nearest(name[:MAX_NAME], _COUNTS)
            )
        if value is not None and type(value) is not int:
            raise _BadRow(f"usage.{name} is no whole number")
    return Usage(**usage)  # type: ignore[arg-type]  # each value is a whole number or null


def _exchanges(entry: JsonObject) -> tuple[Exchange, ...]:
    latency = entry.get("latency_s")
    if latency is None:
        return _NOT_TIMED
    if isinstance(latency, bool) or not isinstance(latency, int | float):
        raise _BadRow("'latency_s' is no number")
    return (Exchange(latency_s=latency),)


def _text(entry: JsonObject, key: str) -> str | None:
    value = entry.get(key)
    if value is None or isinstance(value, str):
        return value
    raise _BadRow(f"{key!r} is no text")

"""The conversations of a run, packed for the page: an index of all, and the details in parts.

Each part is gzipped JSON in base64, so that nothing a model wrote can be read as markup, and a
page of thousands of conversations unpacks only what somebody looks at.
"""

from __future__ import annotations

import gzip
import json
from base64 import b64encode
from collections.abc import Iterable, Iterator, Sequence
from itertools import islice

from msgspec import Struct
from pydantic_core import to_json

from evalkit.measures import CaseKey
from evalkit.report._marks import mark_defects
from evalkit.report._overview import reasons, rerun_command
from evalkit.report._since import ChangedCase
from evalkit.results import CaseResult
from evalkit.runfile import RunHeader, RunRecord, as_object, dump
from evalkit.transcript import JsonObject, JsonValue, Prompt

PART = 100
"""Conversations in a part; the page unpacks a part at a time."""

_SHOWN = (
    *("suite", "case", "provider", "model", "status", "verdicts"),
    *("expect", "where", "skip_reason"),
)
_SHOWN_OF_TRANSCRIPT = (
    *("given", "messages", "exchanges", "stop", "limits", "alerts", "trouble"),
    *("simulated", "recorded_at"),
)

_SEARCHED = 300
"""Characters of prompt and of reasons that the search box looks through."""


class Islands(Struct, frozen=True, kw_only=True):
    index: str
    """The grid: providers, cases and the outcome of each, as packed JSON."""
    parts: tuple[str, ...]
    """The details of each conversation, `PART` of them in each part, in the run's order."""
    tools: str
    """The tools of each suite, by its name."""


def pack_run(
    record: RunRecord,
    changed: Sequence[ChangedCase] = (),
    sides: tuple[str, str] = ("before", "now"),
) -> Islands:
    """Pack a run and, after its own, the other side's conversations of the cases that changed."""
    header = record.header
    tools: JsonObject = {suite.name: list(suite.tools) for suite in header.suites}
    earlier = [each.before for each in changed if each.before is not None]
    return Islands(
        index=_packed({**_index(record, changed), "sides": [*sides]}),
        parts=tuple(
            _packed([_detail(header, result) for result in part])
            for part in _parts([*record.results, *earlier])
        ),
        tools=_packed(tools),
    )


def _index(record: RunRecord, changed: Sequence[ChangedCase]) -> JsonObject:
    """List the cases in the run's order, each with its conversations by provider."""
    results = record.results
    answered = dict.fromkeys([*(r.provider for r in results), *(each.provider for each in changed)])
    named = [each.name for each in record.header.providers if each.name in answered]
    providers = list(dict.fromkeys([*named, *answered]))
    cases: dict[CaseKey, _Case] = {}
    for number, result in enumerate(results):
        case = cases.setdefault((result.suite, result.case), _Case(result))
        case.conversations.append((number, result))
    number = len(results)
    for each in changed:
        shown = each.after or each.before
        assert shown is not None
        case = cases.setdefault((each.suite, each.case), _Case(shown))
        case.changes[each.provider] = {
            "change": each.change.value,
            "before": number if each.before else None,
            "why": ", ".join(filter(None, (each.cause, each.trials))),
        }
        number += each.before is not None
    return {
        "providers": [*providers],
        "part": PART,
        "cases": [case.written(providers) for case in cases.values()],
    }


class _Case:
    """A row of the grid while its conversations are gathered."""

    def __init__(self, shown: CaseResult) -> None:
        self.shown = shown
        self.conversations: list[tuple[int, CaseResult]] = []
        self.changes: dict[str, JsonValue] = {}

    def written(self, providers: Sequence[str]) -> JsonObject:
        said = (_said(result) for _, result in self.conversations)
        row: JsonObject = {
            "suite": self.shown.suite,
            "case": self.shown.case,
            "tags": [*self.shown.tags],
            "text": " ".join([_asked(self.shown), *said]).rstrip(),
            "cells": [
                [_outcome(number, r) for number, r in self.conversations if r.provider == name]
                for name in providers
            ],
        }
        if self.changes:
            row["changes"] = [self.changes.get(name) for name in providers]
        return row


def _outcome(number: int, result: CaseResult) -> JsonValue:
    """Say how a conversation went; its number finds its details."""
    kinds = dict.fromkeys(failure.kind.value for failure in result.failures if failure.kind)
    return [number, result.status.value, [*kinds], result.trial]


def _asked(result: CaseResult) -> str:
    said = [m.text for m in result.transcript.given if isinstance(m, Prompt) and m.role == "user"]
    return said[-1][:_SEARCHED] if said else ""


def _said(result: CaseResult) -> str:
    return " ".join(line for _, line in reasons(result, _SEARCHED))[:_SEARCHED]


def _detail(header: RunHeader, result: CaseResult) -> JsonValue:
    """Take what an open case shows; all that it does not would be half of the page."""
    written = as_object(dump(result))
    return {
        **_some(written, _SHOWN),
        "cost_usd": result.cost_usd,
        "transcript": _some(as_object(written["transcript"]), _SHOWN_OF_TRANSCRIPT),
        "marks": [mark_defects(call) for call in result.transcript.calls],
        "rerun": rerun_command(header, result),
    }


def _some(record: JsonObject, names: Iterable[str]) -> JsonObject:
    return {name: record[name] for name in names if name in record}


def _parts(results: Iterable[CaseResult]) -> Iterator[list[CaseResult]]:
    remaining = iter(results)
    while part := list(islice(remaining, PART)):
        yield part


def _packed(value: JsonValue) -> str:
    return b64encode(gzip.compress(_written(value), 6, mtime=0)).decode("ascii")


def _written(value: JsonValue) -> bytes:
    """Write JSON; NaN and infinities, which a tool may answer, are spelled as strings."""
    try:
        return to_json(value, inf_nan_mode="strings")
    except ValueError:  # half a surrogate pair, or deeper than it goes: slowly, in ASCII
        spelled = json.loads(json.dumps(value), parse_constant=str)
        return json.dumps(spelled, separators=(",", ":")).encode("ascii")

"""Shares of cases and of calls that went wrong in one particular way."""

from __future__ import annotations

from collections.abc import Iterable

from evalkit.results import CaseResult, Kind, Rate, Status
from evalkit.stats import wilson
from evalkit.transcript import Defect


def rate(hits: int, total: int) -> Rate:
    if total == 0:
        return Rate(hits=0, total=0)
    low, high = wilson(hits, total)
    return Rate(hits=hits, total=total, low=low, high=high)


def malformed_json(graded: Iterable[CaseResult]) -> Rate:
    """Calls whose argument string is no JSON object, of the calls whose string the wire shows."""
    written = [c for r in graded for c in r.transcript.calls if c.raw is not None]
    return rate(sum(call.arguments is None for call in written), len(written))


def schema_violations(graded: Iterable[CaseResult]) -> Rate:
    calls = violations = 0
    for result in graded:
        calls += len(result.transcript.calls)
        violations += len({v.call for v in result.failures if v.kind is Kind.SCHEMA_VIOLATION})
    return rate(violations, calls)


def unknown_tools(graded: Iterable[CaseResult]) -> Rate:
    calls = unknown = 0
    for result in graded:
        calls += len(result.transcript.calls)
        judged = {v.call for v in result.failures if v.kind is Kind.UNKNOWN_TOOL}
        marked = {
            index
            for index, call in enumerate(result.transcript.calls)
            if Defect.UNKNOWN_TOOL in call.defects
        }
        unknown += len(judged | marked)
    return rate(unknown, calls)


def over_calls(graded: Iterable[CaseResult]) -> Rate:
    """Conversations that called a tool, of those that were to call none."""
    quiet = [result for result in graded if result.expects_no_call]
    return rate(sum(bool(result.transcript.calls) for result in quiet), len(quiet))


def no_calls(graded: Iterable[CaseResult]) -> Rate:
    """Conversations that called no tool, of those that were to call one."""
    due = [r for r in graded if any(p.expected is not None for p in r.pairings)]
    return rate(sum(not result.transcript.calls for result in due), len(due))


def count_kinds(results: Iterable[CaseResult]) -> tuple[tuple[Kind, int], ...]:
    """Count the conversations that failed in each way, the most frequent way first."""
    counts: dict[Kind, int] = {}
    for result in results:
        if result.status is Status.FAILED:
            for kind in {verdict.kind for verdict in result.failures if verdict.kind}:
                counts[kind] = counts.get(kind, 0) + 1
    return tuple(sorted(counts.items(), key=lambda item: (-item[1], item[0])))

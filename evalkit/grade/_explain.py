"""Results in plain lines, for terminals, JUnit and pytest."""

from __future__ import annotations

import json
from difflib import ndiff

from evalkit.grade._words import one_line
from evalkit.results import CaseResult, Status, Verdict
from evalkit.transcript import JsonValue

MAX_LINES = 50
MAX_DIFF_LINES = 20
MAX_DIFF_TEXT = 4000


def explain(result: CaseResult) -> tuple[str, ...]:
    """Say why a case did not pass: a line for each complaint, none where it passed.

    A line is `kind: expectation: reason`; the same result always gives the same lines.
    """
    if result.status is Status.SKIPPED:
        return (f"skipped: {one_line(result.skip_reason or '')}",)
    lines = [_line(v) for v in result.verdicts if v.status is not Status.PASSED]
    trouble = result.transcript.trouble
    if trouble is not None:
        lines.append(f"errored: {trouble.stop.value}: {one_line(trouble.what)}")
    if len(lines) > MAX_LINES:
        lines[MAX_LINES:] = [f"and {len(lines) - MAX_LINES} more"]
    return tuple(lines)


def diff(verdict: Verdict) -> tuple[str, ...]:
    """Set expected against actual, line by line; empty where the reason says it all."""
    expected, actual = _lines(verdict.expected), _lines(verdict.actual)
    if len(expected) < 2 and len(actual) < 2:  # noqa: PLR2004 - a single line is in the reason
        return ()
    found = [line.rstrip() for line in ndiff(expected, actual) if not line.startswith("?")]
    return tuple(one_line(line) for line in found[:MAX_DIFF_LINES])


def _line(verdict: Verdict) -> str:
    kind = verdict.kind.value if verdict.kind else verdict.status.value
    return f"{kind}: {verdict.expectation}: {verdict.reason}"


def _lines(value: JsonValue) -> list[str]:
    return json.dumps(value, indent=2, ensure_ascii=False)[:MAX_DIFF_TEXT].splitlines()

"""Results in plain lines, for terminals, JUnit and pytest."""

from __future__ import annotations

import json
from difflib import unified_diff

from evalkit.grade._words import one_line
from evalkit.results import CaseResult, Status, Verdict
from evalkit.transcript import JsonValue

MAX_LINES = 50
MAX_DIFF_LINES = 20
MAX_DIFF_TEXT = 4000


def explain(result: CaseResult) -> tuple[str, ...]:
    """Say why a case did not pass: a line for each complaint, none where it passed.

    A line is `kind: reason`; the same result always gives the same lines.
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
    if not (expected and actual) or len(expected) + len(actual) <= 2:  # noqa: PLR2004 - two lines
        return ()
    _, _, *found = unified_diff(expected, actual, n=MAX_DIFF_LINES, lineterm="")
    return tuple(one_line(line) for line in found[1 : MAX_DIFF_LINES + 1])


def _line(verdict: Verdict) -> str:
    kind = verdict.kind.value if verdict.kind else verdict.status.value
    return f"{kind}: {verdict.reason}"


def _lines(value: JsonValue) -> list[str]:
    try:
        text = json.dumps(value, indent=2)
    except RecursionError:
        return []
    return text[:MAX_DIFF_TEXT].split("\n")

"""A row for each conversation, for spreadsheets."""

from __future__ import annotations

import csv
from collections.abc import Iterable
from io import StringIO

from evalkit.report._overview import reasons
from evalkit.report._visible import one_line
from evalkit.results import CaseResult
from evalkit.runfile import RunRecord

_COLUMNS = (
    "suite",
    "case",
    "provider",
    "model",
    "trial",
    "tags",
    "status",
    "kinds",
    "reason",
    "calls",
    "input_tokens",
    "output_tokens",
    "cost_usd",
    "latency_s",
    "attempts",
    "simulated",
)
_FORMULA = ("=", "+", "-", "@", "\t", "\r")


def render_csv(record: RunRecord) -> str:
    """Write a header and a row for each conversation; unknown numbers are empty cells.

    Text that a spreadsheet would run as a formula gets an apostrophe in front.
    """
    text = StringIO()
    writer = csv.writer(text, lineterminator="\r\n")
    writer.writerow(_COLUMNS)
    writer.writerows(_row(result) for result in record.results)
    return text.getvalue()


def _row(result: CaseResult) -> tuple[str | int | float | None, ...]:
    transcript = result.transcript
    return (
        _cell(result.suite),
        _cell(result.case),
        _cell(result.provider),
        _cell(result.model),
        result.trial,
        _cell(" ".join(result.tags)),
        result.status.value,
        _cell(" ".join(dict.fromkeys(kind for kind, _ in reasons(result)))),
        _cell("; ".join(line for _, line in reasons(result))),
        len(transcript.calls),
        _sum(turn.usage.input for turn in transcript.turns),
        _sum(turn.usage.output for turn in transcript.turns),
        result.cost_usd,
        _sum(exchange.latency_s for exchange in transcript.exchanges),
        sum(exchange.attempts for exchange in transcript.exchanges),
        str(transcript.simulated).lower(),
    )


def _cell(text: str) -> str:
    line = one_line(text, 1000)
    return f"'{line}" if line.startswith(_FORMULA) else line


def _sum(values: Iterable[float | None]) -> float | None:
    known = [value for value in values if value is not None]
    return sum(known) if known else None

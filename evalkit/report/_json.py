"""The measures of a run for machines; the conversations themselves are in the run file."""

from __future__ import annotations

import json

from msgspec import to_builtins
from msgspec.structs import asdict

from evalkit.measures import Comparison, ProviderSummary
from evalkit.report._overview import hint, overview, reasons, rerun_command
from evalkit.results import CaseResult
from evalkit.runfile import RunHeader, RunRecord
from evalkit.transcript import JsonObject


def render_json(record: RunRecord) -> str:
    """Write verdict, measures, comparisons and what failed as one JSON object."""
    summed = overview(record)
    document = {
        "run": _header(record),
        "verdict": summed.verdict,
        "warnings": list(summed.warnings),
        "providers": [_summary(summary) for summary in summed.summaries],
        "comparisons": [_comparison(comparison) for comparison in summed.comparisons],
        "ranks": [to_builtins(rank) for rank in summed.ranks],
        "pareto_front": [to_builtins(point) for point in summed.front],
        "failed": [_failure(record.header, result) for result in summed.failed],
        "errored": [_failure(record.header, result) for result in summed.errored],
    }
    return json.dumps(document, indent=2, allow_nan=False) + "\n"


def _header(record: RunRecord) -> JsonObject:
    header: JsonObject = asdict(record.header)
    header["providers"] = [asdict(provider) for provider in record.header.providers]
    header["suites"] = [{"name": s.name, "file": s.file} for s in record.header.suites]
    return {**header, "finished_at": record.finished_at}


def _summary(summary: ProviderSummary) -> JsonObject:
    fields: JsonObject = to_builtins(summary)
    fields["kinds"] = dict(summary.kinds)
    fields["cost"] = {**to_builtins(summary.cost), "per_1000_usd": summary.cost.per_1000_usd}
    return fields


def _comparison(comparison: Comparison) -> JsonObject:
    fields: JsonObject = to_builtins(comparison)
    fields |= {"cases": comparison.cases, "difference": comparison.difference}
    return fields


def _failure(header: RunHeader, result: CaseResult) -> JsonObject:
    return {
        "suite": result.suite,
        "case": result.case,
        "provider": result.provider,
        "trial": result.trial,
        "reasons": [{"kind": kind, "reason": line} for kind, line in reasons(result)],
        "hint": hint(result),
        "rerun": rerun_command(header, result),
    }

"""A comparison as JSON, for machines."""

from __future__ import annotations

import json
from collections.abc import Sequence

from evalkit.baseline._changes import CaseChange
from evalkit.baseline._compare import ProviderComparison, RunComparison
from evalkit.baseline._difference import Difference, Part
from evalkit.baseline._gates import Breach
from evalkit.baseline._scan import RunDigest, results_at
from evalkit.transcript import JsonObject


def render_comparison(comparison: RunComparison, breaches: Sequence[Breach]) -> str:
    """Write everything that differs, with both results of each case that changed."""
    record: JsonObject = {
        "base": _run(comparison.base),
        "head": _run(comparison.head),
        "providers": [_provider(comparison, each) for each in comparison.providers],
        "breaches": [
            {
                "gate": breach.gate,
                "provider": breach.provider,
                "what": breach.what,
                "unknown": breach.is_unknown,
            }
            for breach in breaches
        ],
    }
    return json.dumps(record, indent=2)


def _run(run: RunDigest) -> JsonObject:
    return {
        "file": run.name,
        "id": run.header.id,
        "started_at": run.header.started_at,
        "commit": run.header.commit,
        "finished": run.is_finished,
    }


def _provider(comparison: RunComparison, compared: ProviderComparison) -> JsonObject:
    totals = compared.totals
    return {
        "base": compared.base,
        "head": compared.head,
        **_difference(compared.difference),
        "p_adjusted": compared.p_adjusted,
        "accuracy": totals.accuracy,
        "errored": totals.errored,
        "malformed_json": totals.malformed_json.value,
        "usd_per_1000": totals.usd_per_1000,
        "tags": [_part(part) for part in compared.tags],
        "tools": [_part(part) for part in compared.tools],
        "changes": [
            _change(change, then, now)
            for change, then, now in zip(
                compared.changes,
                _results(comparison.base, [each.base_offset for each in compared.changes]),
                _results(comparison.head, [each.head_offset for each in compared.changes]),
                strict=True,
            )
        ],
    }


def _difference(difference: Difference) -> JsonObject:
    return {
        "cases": difference.cases,
        "before": difference.before,
        "after": difference.after,
        "only_base": difference.only_base,
        "only_head": difference.only_head,
        "p": difference.p,
        "interval": None if difference.interval is None else list(difference.interval),
        "detectable": difference.detectable,
    }


def _part(part: Part) -> JsonObject:
    return {"name": part.name, **_difference(part.difference), "p_adjusted": part.p_adjusted}


def _change(change: CaseChange, then: JsonObject | None, now: JsonObject | None) -> JsonObject:
    return {
        "suite": change.suite,
        "case": change.case,
        "change": change.change.value,
        "cause": change.cause and change.cause.value,
        "before": None if change.before is None else list(change.before),
        "after": None if change.after is None else list(change.after),
        "base_result": then,
        "head_result": now,
    }


def _results(run: RunDigest, offsets: list[int | None]) -> list[JsonObject | None]:
    found = results_at(run.path, [offset for offset in offsets if offset is not None])
    return [None if offset is None else found[offset] for offset in offsets]

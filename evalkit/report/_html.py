"""The page that reviewers open: one file, no outside request, nothing in it can run but ours."""

from __future__ import annotations

import re
from collections.abc import Iterable
from pathlib import Path

from evalkit.baseline import RunComparison
from evalkit.measures import ProviderSummary
from evalkit.report._charts import confusion_matrix, kind_counts
from evalkit.report._cost_chart import cost_picture
from evalkit.report._island import pack_run
from evalkit.report._overview import Overview, facts, overview
from evalkit.report._page import page_environment, page_parts
from evalkit.report._schema_share import BASES, schema_shares
from evalkit.report._since import since
from evalkit.report._templates import fill
from evalkit.runfile import RunRecord

_DIGITS = re.compile(r"([0-9]{1,9})")


def render_html(
    record: RunRecord,
    comparison: RunComparison | None = None,
    templates: Path | None = None,
    summed: Overview | None = None,
) -> str:
    """Write the whole report as one page that works from a file, offline and printed.

    Its Content-Security-Policy admits our script and our style by their hashes and nothing else;
    whatever a model, a tool or a suite wrote is text in it. With a `comparison`, of which `record`
    is the head, what broke and what was fixed comes first. Templates in the folder `templates`
    stand before ours. `summed` is the overview of the record, where it is already made.
    """
    values = page_values(record, comparison, summed or overview(record))
    return fill(page_environment(templates), "report.html.jinja", values, templates)


def page_values(
    record: RunRecord, comparison: RunComparison | None, summed: Overview
) -> dict[str, object]:
    """Return all that a template of a page is given."""
    changed = None if comparison is None else since(comparison)
    return {
        "record": record,
        "summed": summed,
        "facts": facts(summed),
        "since": changed,
        "tags": _tags(summed.summaries),
        "kinds": kind_counts(summed.summaries),
        "matrices": [confusion_matrix(summary) for summary in summed.summaries],
        "costs": cost_picture(summed.front, summed.summaries),
        "shares": schema_shares(record),
        "bases": BASES,
        **page_parts(pack_run(record, changed.cases if changed else ())),
    }


def _tags(summaries: Iterable[ProviderSummary]) -> list[str]:
    """List every tag, F2 before F10."""
    tags = {entry.tag for summary in summaries for entry in summary.tags}
    return sorted(tags, key=_by_number)


def _by_number(tag: str) -> list[tuple[int, str]]:
    """Order digits by their value; the split has them at the odd places."""
    parts = enumerate(_DIGITS.split(tag))
    return [(int(part), "") if place % 2 else (0, part) for place, part in parts]

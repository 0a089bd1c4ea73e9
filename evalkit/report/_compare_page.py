"""Two runs, or two providers, side by side: a page of what differs and nothing else."""

from __future__ import annotations

from evalkit.baseline import RunComparison
from evalkit.report._island import pack_run
from evalkit.report._page import page_environment, page_parts
from evalkit.report._since import Since, sides, since
from evalkit.report._templates import fill
from evalkit.runfile import RunRecord


def render_compare_page(comparison: RunComparison) -> str:
    """Write the page of a comparison, with both conversations of every case that changed.

    Raises:
        InvalidRunFile: a line of either run is damaged.
    """
    changed = since(comparison)
    shown = tuple(each.after for each in changed.cases if each.after is not None)
    record = RunRecord(header=comparison.head.header, results=shown)
    names = sides(comparison)
    values = {
        "comparison": comparison,
        "since": changed,
        "sides": names,
        "simulated": _simulated(changed),
        "runs": (comparison.base.header, comparison.head.header),
        **page_parts(pack_run(record, changed.cases, names)),
    }
    return fill(page_environment(None), "compare.html.jinja", values, None)


def _simulated(changed: Since) -> tuple[str, ...]:
    """Name the providers for which a simulator answered, before or now."""
    return tuple(
        dict.fromkeys(
            shown.provider
            for each in changed.cases
            for shown in (each.before, each.after)
            if shown is not None and shown.transcript.simulated
        )
    )

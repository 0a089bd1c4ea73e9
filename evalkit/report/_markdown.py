"""A summary for a pull request: the verdict, the table, and what failed, folded."""

from __future__ import annotations

import re
from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING

from msgspec import Struct

from evalkit.baseline import Change, RunComparison
from evalkit.report._overview import Overview, facts, hint, overview, reasons, rerun_command, title
from evalkit.report._since import ChangedCase, Since, since
from evalkit.report._templates import environment, fill
from evalkit.report._visible import one_line
from evalkit.results import CaseResult
from evalkit.runfile import RunRecord

if TYPE_CHECKING:
    from jinja2 import Environment

LIMIT = 60_000
"""Bytes; GitHub refuses comments of more than 65,536 characters."""

_MOST_CASES = 200
_MARKUP = re.compile(r"[&<>`*\[\]|\\~#!$]|\b_|_\b|:(?=\S)|(?<=[wW])\.|^[-+=]")
_BACKTICKS = re.compile("`+")


def render_markdown(
    record: RunRecord,
    comparison: RunComparison | None = None,
    templates: Path | None = None,
    summed: Overview | None = None,
) -> str:
    """Write at most `LIMIT` bytes, with fewer of the failed cases where they would not fit.

    With a `comparison`, of which `record` is the head, what broke and was fixed comes first.
    Templates in the folder `templates` stand before ours; what they write is not cut. `summed`
    is the overview of the record, where it is already made.
    """
    made = markdown_environment(templates)
    summed = summed or overview(record)
    changed = None if comparison is None else since(comparison)
    shown = _MOST_CASES
    while True:
        values = markdown_values(record, summed, changed, shown)
        text = fill(made, "report.md.jinja", values, templates)
        if len(text.encode("utf-8", "backslashreplace")) <= LIMIT or not shown:
            return text
        shown //= 2


class _Entry(Struct, frozen=True, kw_only=True):
    """A conversation that failed or errored."""

    title: str
    provider: str
    reasons: tuple[tuple[str, str], ...]
    """Each with its kind."""
    hint: str | None
    rerun: str | None
    note: str = ""


def prose(text: str, limit: int = 2000) -> str:
    """Make a sentence of ours with foreign names in it show as it is: no markup, no mention."""
    line = _MARKUP.sub(lambda match: f"&#{ord(match[0])};", one_line(text, limit))
    return line.replace("@", "@&#8203;")


def code(text: str, limit: int = 300) -> str:
    """Put foreign text into a code span, in which Markdown and GitHub leave everything alone."""
    line = one_line(text, limit) or " "
    longest = max((len(run) for run in _BACKTICKS.findall(line)), default=0)
    fence = "`" * (longest + 1)
    pad = " " if "`" in (line[0], line[-1]) else ""
    return f"{fence}{pad}{line}{pad}{fence}"


def markdown_environment(templates: Path | None) -> Environment:
    """Return an environment that escapes every value for Markdown instead of HTML."""
    from markupsafe import Markup

    def escaped(value: object) -> str:
        return value if isinstance(value, Markup) else prose(str(value))

    made = environment(templates, escaped, autoescape=False)
    made.filters["code"] = lambda text: Markup(code(text))  # noqa: S704 - see `code`
    return made


def markdown_values(
    record: RunRecord, summed: Overview, changed: Since | None, shown: int = _MOST_CASES
) -> dict[str, object]:
    """Return all that a template of Markdown is given; `shown` cases of each group at most."""
    groups = [
        _Group("failed", len(summed.failed), _entries(summed, summed.failed[:shown])),
        _Group("errored", len(summed.errored), _entries(summed, summed.errored[:shown])),
    ]
    if changed is not None:
        moved = ((each, changed.of(each)) for each in (Change.BROKEN, Change.FIXED))
        groups[:0] = [_Group(c.value, len(cases), _moved(cases[:shown])) for c, cases in moved]
    return {
        "record": record,
        "summed": summed,
        "since": changed,
        "facts": facts(summed),
        "groups": groups,
    }


class _Group(Struct, frozen=True):
    """Cases that are folded together."""

    noun: str
    total: int
    entries: tuple[_Entry, ...]
    """Fewer than `total` where not all fit."""


def _moved(cases: Iterable[ChangedCase]) -> tuple[_Entry, ...]:
    return tuple(
        _Entry(
            title=each.title,
            provider=each.provider,
            reasons=each.reasons,
            hint=None,
            note=", ".join(filter(None, (each.cause, each.trials))),
            rerun=None,
        )
        for each in cases
    )


def _entries(summed: Overview, results: Iterable[CaseResult]) -> tuple[_Entry, ...]:
    return tuple(
        _Entry(
            title=title(result),
            provider=result.provider,
            reasons=reasons(result),
            hint=hint(result),
            rerun=rerun_command(summed.header, result),
        )
        for result in results
    )

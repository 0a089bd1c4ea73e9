"""A summary for a pull request: the verdict, the table, and what failed, folded."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from importlib.resources import files

from evalkit.report._overview import Overview, facts, hint, overview, reasons, rerun_command, title
from evalkit.report._visible import one_line
from evalkit.results import CaseResult
from evalkit.runfile import RunRecord

LIMIT = 60_000
"""Bytes; GitHub refuses comments of more than 65,536 characters."""

_MOST_CASES = 200
_MARKUP = re.compile(r"[&<>`*\[\]|\\~#!$]|\b_|_\b|:(?=\S)|(?<=[wW])\.|^[-+=]")
_BACKTICKS = re.compile("`+")


def render_markdown(record: RunRecord) -> str:
    """Write at most `LIMIT` bytes, with fewer of the failed cases where they would not fit."""
    summed = overview(record)
    shown = _MOST_CASES
    text = _render(summed, shown)
    while len(text.encode()) > LIMIT and shown:
        shown //= 2
        text = _render(summed, shown)
    return text


@dataclass(frozen=True, slots=True, kw_only=True)
class _Entry:
    """A conversation that failed or errored."""

    title: str
    provider: str
    reasons: tuple[tuple[str, str], ...]
    """Each with its kind."""
    hint: str | None
    rerun: str


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


def _render(summed: Overview, shown: int) -> str:
    from jinja2 import Environment
    from markupsafe import Markup

    def escaped(value: object) -> str:
        return value if isinstance(value, Markup) else prose(str(value))

    environment = Environment(  # noqa: S701 - `finalize` escapes, for Markdown instead of HTML
        finalize=escaped, trim_blocks=True, lstrip_blocks=True, keep_trailing_newline=True
    )
    environment.filters["code"] = lambda text: Markup(code(text))  # noqa: S704 - see `code`
    template = environment.from_string(
        files("evalkit.report").joinpath("templates/report.md.jinja").read_text("utf-8")
    )
    return template.render(
        summed=summed,
        facts=facts(summed),
        groups=(
            ("failed", len(summed.failed), _entries(summed, summed.failed[:shown])),
            ("errored", len(summed.errored), _entries(summed, summed.errored[:shown])),
        ),
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

"""Formats by name: ours, then those of installed packages."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import TypeAlias

from evalkit.baseline import RunComparison
from evalkit.errors import EvalkitError, PluginFailed
from evalkit.plugins import find
from evalkit.report._csv import render_csv
from evalkit.report._html import render_html
from evalkit.report._json import render_json
from evalkit.report._junit import render_junit
from evalkit.report._markdown import render_markdown
from evalkit.runfile import RunRecord

Reporter: TypeAlias = Callable[[RunRecord], str]
"""What an entry point of the group `evalkit.reporters` names."""

FORMATS: Mapping[str, Reporter] = {
    "csv": render_csv,
    "html": render_html,
    "json": render_json,
    "junit": render_junit,
    "markdown": render_markdown,
}

_FROM_TEMPLATES = {"html": render_html, "markdown": render_markdown}


def render(
    record: RunRecord,
    report_format: str,
    *,
    comparison: RunComparison | None = None,
    templates: Path | None = None,
) -> str:
    """Render a run in the format of that name.

    HTML and Markdown say what changed since the base of a `comparison`, and look into the folder
    `templates` before they take ours; the other formats know neither.

    Raises:
        UnknownName: neither evalkit nor an installed package has the format.
        PluginFailed: the package that has it cannot be imported, or it failed.
    """
    if report_format in _FROM_TEMPLATES:
        return _FROM_TEMPLATES[report_format](record, comparison, templates)
    if report_format in FORMATS:
        return FORMATS[report_format](record)
    return _plugged_in(find("reporters", report_format, FORMATS), record, report_format)


def _plugged_in(reporter: Reporter, record: RunRecord, name: str) -> str:
    try:
        text = reporter(record)
    except EvalkitError:
        raise
    except Exception as error:  # one call of a plugin: its trouble is not ours
        raise PluginFailed(
            f"the report format {name!r} fails: {type(error).__name__}: {error}",
            hint="repair or remove the package that provides it",
        ) from error
    if not isinstance(text, str):
        raise PluginFailed(
            f"the report format {name!r} returned {type(text).__name__}, not text",
            hint="repair or remove the package that provides it",
        )
    return text

"""Formats by name: ours, then those of installed packages."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TypeAlias

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


def render(record: RunRecord, report_format: str) -> str:
    """Render a run in the format of that name.

    Raises:
        UnknownName: neither evalkit nor an installed package has the format.
        PluginFailed: the package that has it cannot be imported.
    """
    return find("reporters", report_format, FORMATS)(record)

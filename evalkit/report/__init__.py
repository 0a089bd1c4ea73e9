"""What people and machines read about a run: terminal, HTML, Markdown, JUnit, CSV, JSON."""

from __future__ import annotations

from typing import TYPE_CHECKING

from evalkit.lazy import load

if TYPE_CHECKING:  # loaded by name: most runs end on the terminal
    from evalkit.report._compare_page import render_compare_page as render_compare_page
    from evalkit.report._csv import render_csv as render_csv
    from evalkit.report._files import add_to_summary as add_to_summary
    from evalkit.report._files import write_file as write_file
    from evalkit.report._files import write_reports as write_reports
    from evalkit.report._formats import FORMATS as FORMATS
    from evalkit.report._formats import render as render
    from evalkit.report._html import render_html as render_html
    from evalkit.report._json import render_json as render_json
    from evalkit.report._junit import render_junit as render_junit
    from evalkit.report._markdown import render_markdown as render_markdown
    from evalkit.report._overview import rerun_command as rerun_command
    from evalkit.report._terminal import render_terminal as render_terminal

_HOMES = {
    "evalkit.report._compare_page": "render_compare_page",
    "evalkit.report._csv": "render_csv",
    "evalkit.report._files": "add_to_summary write_file write_reports",
    "evalkit.report._formats": "FORMATS render",
    "evalkit.report._html": "render_html",
    "evalkit.report._json": "render_json",
    "evalkit.report._junit": "render_junit",
    "evalkit.report._markdown": "render_markdown",
    "evalkit.report._overview": "rerun_command",
    "evalkit.report._terminal": "render_terminal",
}

__all__ = [
    "FORMATS",
    "add_to_summary",
    "render",
    "render_compare_page",
    "render_csv",
    "render_html",
    "render_json",
    "render_junit",
    "render_markdown",
    "render_terminal",
    "rerun_command",
    "write_file",
    "write_reports",
]


def __getattr__(name: str) -> object:
    return load(__name__, _HOMES, name)

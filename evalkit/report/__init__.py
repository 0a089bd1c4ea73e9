"""What people and machines read about a run: terminal, HTML, Markdown, JUnit, CSV, JSON."""

from evalkit.report._compare_page import render_compare_page
from evalkit.report._csv import render_csv
from evalkit.report._files import add_to_summary, write_file, write_reports
from evalkit.report._formats import FORMATS, render
from evalkit.report._html import render_html
from evalkit.report._json import render_json
from evalkit.report._junit import render_junit
from evalkit.report._markdown import render_markdown
from evalkit.report._overview import rerun_command
from evalkit.report._terminal import render_terminal

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

"""What a run leaves behind: lines on the terminal, files in a folder."""

from __future__ import annotations

import sys
from pathlib import Path

import click

from evalkit import report
from evalkit.runfile import RunRecord

LOG_WIDTH = 120
"""Characters in a line where no terminal sets the width."""


def print_run(record: RunRecord, path: Path, *, as_json: bool) -> None:
    """Print the summary of a run, for people or for machines."""
    if as_json:
        click.echo(report.render_json(record))
        return
    print_record(record, whole="`evalkit report -o DIR` shows all")
    click.echo(f"\nRun file: {path}")


def print_record(record: RunRecord, *, whole: str) -> None:
    """Print the comparison of providers and what went wrong; `whole` says where the rest is."""
    from rich.console import Console

    console = Console(width=None if sys.stdout.isatty() else LOG_WIDTH)
    report.render_terminal(record, console, whole=whole)


def tell_reports(written: tuple[Path, ...]) -> None:
    """Say where the report is, in every format."""
    page, *others = written
    beside = ", ".join(path.name for path in others)
    click.echo(f"Report:   {page} (and {beside} beside it)")

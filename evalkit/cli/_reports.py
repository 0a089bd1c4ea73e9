"""What a run leaves behind: lines on the terminal, files in a folder."""

from __future__ import annotations

import sys
from pathlib import Path
from secrets import token_hex

import click

from evalkit.errors import EvalkitError
from evalkit.report import render, render_json, render_terminal
from evalkit.runfile import RunRecord

LOG_WIDTH = 120
"""Characters in a line where no terminal sets the width."""

FILES = {"index.html": "html", "report.md": "markdown", "junit.xml": "junit"}


def print_run(record: RunRecord, path: Path, *, as_json: bool) -> None:
    """Print the summary of a run, for people or for machines."""
    if as_json:
        click.echo(render_json(record))
        return
    print_record(record)
    click.echo(f"\nRun file: {path}")


def print_record(record: RunRecord) -> None:
    """Print the comparison of providers and what went wrong."""
    from rich.console import Console

    render_terminal(record, Console(width=None if sys.stdout.isatty() else LOG_WIDTH))


def write_reports(record: RunRecord, folder: Path, *, quiet: bool = False) -> None:
    """Write the report in every format of `FILES`, each file as a whole or not at all."""
    for name, report_format in FILES.items():
        write_file(folder / name, render(record, report_format))
    if not quiet:
        click.echo(
            f"Report:   {folder / 'index.html'} (and {', '.join(list(FILES)[1:])} beside it)"
        )


def write_file(path: Path, text: str) -> None:
    """Write a file so that it is never seen half-written.

    Raises:
        EvalkitError: the file cannot be written.
    """
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        draft = path.with_name(f".{path.name}.{token_hex(4)}.tmp")
        draft.write_bytes(text.encode("utf-8", "backslashreplace"))
        draft.replace(path)
    except OSError as error:
        raise EvalkitError(
            f"the report cannot be written: {error.strerror}",
            where=str(path),
            hint="name another folder with --report",
        ) from error

"""`evalkit report`: render a run file without running anything."""

from __future__ import annotations

from pathlib import Path

import click

from evalkit.cli._reports import print_run, write_reports
from evalkit.report import FORMATS, render, write_file
from evalkit.runfile import read_run


@click.command("report")
@click.argument("run", type=click.Path(path_type=Path))
@click.option(
    "--output",
    "-o",
    type=click.Path(path_type=Path),
    help="A folder for all formats or, with --format, a file.",
)
@click.option(
    "--format", "-f", "report_format", metavar="NAME", help=f"One of: {', '.join(FORMATS)}."
)
def command(run: Path, output: Path | None, report_format: str | None) -> None:
    """Render the run file RUN; without -o or -f, on the terminal."""
    record = read_run(run)
    if report_format is not None:
        text = render(record, report_format)
        if output is None:
            click.echo(text, nl=False)
        else:
            write_file(output, text)
    elif output is not None:
        write_reports(record, output)
    else:
        print_run(record, run, as_json=False)

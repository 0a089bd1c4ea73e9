"""`evalkit report`: render run files without running anything."""

from __future__ import annotations

from contextlib import ExitStack
from pathlib import Path

import click

from evalkit.baseline import RunComparison, compare_runs, find_run, scan_run
from evalkit.cli._reports import print_run, write_reports
from evalkit.collector import without_collector
from evalkit.errors import UsageError
from evalkit.report import FORMATS, render, write_file
from evalkit.runfile import merge_runs, read_run


@click.command("report")
@click.argument("runs", nargs=-1, required=True, type=click.Path(path_type=Path), metavar="RUN...")
@click.option(
    "--output",
    "-o",
    type=click.Path(path_type=Path),
    help="A folder for all formats or, with --format, a file.",
)
@click.option(
    "--format", "-f", "report_format", metavar="NAME", help=f"One of: {', '.join(FORMATS)}."
)
@click.option(
    "--baseline",
    metavar="RUN",
    help="Say first what broke and what was fixed since this run: a run file or a git revision.",
)
@click.option(
    "--templates",
    type=click.Path(path_type=Path, exists=True, file_okay=False),
    metavar="DIR",
    help="Templates of your own, which stand before evalkit's.",
)
def command(
    runs: tuple[Path, ...],
    output: Path | None,
    report_format: str | None,
    baseline: str | None,
    templates: Path | None,
) -> None:
    """Render the run files RUN as one report; without -o or -f, on the terminal.

    Of two results for the same case, provider and trial, that of the later RUN counts.
    """
    with without_collector(), ExitStack() as files:
        record = merge_runs([read_run(run) for run in runs])
        comparison = _since(baseline, runs, files)
        if report_format is not None:
            text = render(record, report_format, comparison=comparison, templates=templates)
            if output is None:
                click.echo(text, nl=False)
            else:
                write_file(output, text)
        elif output is not None:
            write_reports(record, output, comparison=comparison, templates=templates)
        else:
            print_run(record, runs[-1], as_json=False)


def _since(baseline: str | None, runs: tuple[Path, ...], files: ExitStack) -> RunComparison | None:
    if baseline is None:
        return None
    if len(runs) > 1:
        raise UsageError(
            f"--baseline is held against one run, and {len(runs)} are named",
            hint="report them one by one",
        )
    return compare_runs(scan_run(files.enter_context(find_run(baseline))), scan_run(runs[0]))

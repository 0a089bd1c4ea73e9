"""`evalkit report`: render run files without running anything."""

from __future__ import annotations

from contextlib import ExitStack
from pathlib import Path

import click

from evalkit.baseline import RunComparison, compare_runs, find_run, run_name, scan_run
from evalkit.cli._reports import print_run, tell_reports
from evalkit.collector import without_collector
from evalkit.errors import UsageError
from evalkit.report import FORMATS, render, write_file, write_reports
from evalkit.runfile import merge_runs, read_run


@click.command("report")
@click.argument("runs", nargs=-1, metavar="[RUN...]")
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
    runs: tuple[str, ...],
    output: Path | None,
    report_format: str | None,
    baseline: str | None,
    templates: Path | None,
) -> None:
    """Render the runs RUN as one report; without -o or -f, on the terminal.

    Each is a run file, `latest` (unless given), or a git revision whose reports/baseline.jsonl is
    meant. Of two results for the same case, provider and trial, that of the later RUN counts.
    """
    runs = runs or ("latest",)
    with without_collector(), ExitStack() as files:
        paths = [files.enter_context(find_run(run)) for run in runs]
        record = merge_runs([read_run(path) for path in paths])
        comparison = _since(baseline, paths, files)
        if report_format is not None:
            text = render(record, report_format, comparison=comparison, templates=templates)
            if output is None:
                click.echo(text, nl=False)
            else:
                write_file(output, text, what="report", hint="name another file with --output")
        elif output is not None:
            tell_reports(
                write_reports(
                    record,
                    output,
                    comparison=comparison,
                    templates=templates,
                    option="--output",
                )
            )
        else:
            print_run(record, Path(run_name(runs[-1])), as_json=False)


def _since(baseline: str | None, runs: list[Path], files: ExitStack) -> RunComparison | None:
    if baseline is None:
        return None
    if len(runs) > 1:
        raise UsageError(
            f"--baseline is held against one run, and {len(runs)} are named",
            hint="report them one by one",
        )
    return compare_runs(scan_run(files.enter_context(find_run(baseline))), scan_run(runs[0]))

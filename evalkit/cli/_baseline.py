"""`evalkit baseline`: the run that later ones are held against."""

from __future__ import annotations

from pathlib import Path

import click

from evalkit.baseline import BASELINE
from evalkit.errors import UsageError
from evalkit.measures import failed_cases, summarise
from evalkit.results import Status
from evalkit.runfile import LATEST_RUN, RunRecord, RunWriter, read_run


@click.group("baseline")
def command() -> None:
    """Keep the run that later ones are held against."""


@command.command("update")
@click.argument("run", type=click.Path(path_type=Path), default=LATEST_RUN)
@click.option(
    "--output",
    "-o",
    type=click.Path(path_type=Path),
    default=BASELINE,
    show_default=True,
    help="Where the baseline is kept; commit it.",
)
def update(run: Path, output: Path) -> None:
    """Make RUN, or else the latest run, the baseline.

    Results are written in the order of the suites, so that git shows what changed. A run that did
    not end, or could not judge a conversation, is refused.
    """
    record = read_run(run)
    _refuse_holes(record, run)
    draft = output.with_name(f".{output.name}.new")
    with RunWriter(draft, record.header, record.results) as writer:
        writer.finish(record.finished_at or "")
    draft.replace(output)
    failed = len(failed_cases(record.results))
    click.echo(f"{output}: {len(record.results)} results, {failed} cases fail in it")


def _refuse_holes(record: RunRecord, run: Path) -> None:
    if record.finished_at is None:
        raise UsageError("the run did not end", where=str(run), hint="evalkit run --resume")
    stopped = sum(summary.accuracy.stopped for summary in summarise(record.results))
    if stopped:
        raise UsageError(
            f"trials stopped early, of so many cases: {stopped}",
            where=str(run),
            hint="a baseline has to be whole; run again without --stop-early",
        )
    errored = sum(result.status is Status.ERRORED for result in record.results)
    if errored or not record.results:
        what = f"{errored} conversations errored" if errored else "the run holds no result"
        raise UsageError(what, where=str(run), hint="a baseline has to be whole; run again")

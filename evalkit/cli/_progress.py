"""How far a run is: a bar on a terminal, plain lines elsewhere."""

from __future__ import annotations

import sys
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from typing import Protocol

import click

from evalkit.results import CaseResult, Status
from evalkit.run import Job

LINES = 10
"""Lines that a run leaves in a log, whatever its size."""


class Progress(Protocol):
    """Is told every result as it comes."""

    def advance(self, result: CaseResult) -> None: ...


class _Silent:
    def advance(self, result: CaseResult) -> None:
        pass


class _Lines:
    """Says how far the run is after every tenth of it."""

    def __init__(self, total: int) -> None:
        self._total = total
        self._step = max(1, total // LINES)
        self._done = 0
        self._said = 0
        self._counts: Counter[Status] = Counter()

    def advance(self, result: CaseResult) -> None:
        self._done += 1
        self._counts[result.status] += 1
        if self._done % self._step == 0 or self._done == self._total:
            self._say()

    def end(self) -> None:
        """Say it once more where the run ended before its last trial."""
        if self._done != self._said:
            self._say()

    def _say(self) -> None:
        self._said = self._done
        with suppress(BrokenPipeError):  # a run goes on, whoever reads how far it is
            click.echo(f"{self._done}/{self._total}: {_counted(self._counts)}", err=True)


@contextmanager
def progress(jobs: Sequence[Job], *, quiet: bool) -> Iterator[Progress]:
    """Show progress on standard error, so that standard output holds results only."""
    total = sum(1 if job.case.skip is not None else job.case.trials for job in jobs)
    if quiet:
        yield _Silent()
    elif sys.stderr.isatty():
        with _bar(total) as bar:
            yield bar
    else:
        lines = _Lines(total)
        yield lines
        lines.end()


@contextmanager
def _bar(total: int) -> Iterator[Progress]:
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, TextColumn, TimeRemainingColumn
    from rich.progress import Progress as RichProgress

    columns = (
        BarColumn(),
        MofNCompleteColumn(),
        TextColumn("{task.description}"),
        TimeRemainingColumn(elapsed_when_finished=True),
    )
    counts: Counter[Status] = Counter()
    with RichProgress(*columns, console=Console(stderr=True), transient=True) as bar:
        task = bar.add_task("", total=total)

        class _Bar:
            def advance(self, result: CaseResult) -> None:
                counts[result.status] += 1
                bar.update(task, advance=1, description=_counted(counts))

        yield _Bar()


def _counted(counts: Counter[Status]) -> str:
    return ", ".join(f"{counts[status]} {status}" for status in Status if counts[status])

"""Several runs as one: those of the jobs that shared the suites, or of one provider each."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from msgspec.structs import replace

from evalkit.runfile._file import RunRecord, ordered_record


def merge_runs(runs: Sequence[RunRecord]) -> RunRecord:
    """Return a record of all results; of two for one trial, that of the later run counts.

    The header names every suite and provider. Where the runs differ in mode or commit, each is
    named once. A run that did not end makes the whole unfinished.
    """
    if len(runs) == 1:
        return runs[0]
    headers = [run.header for run in runs]
    finished = [run.finished_at for run in runs if run.finished_at is not None]
    header = replace(
        headers[0],
        id=_each(header.id for header in headers),
        started_at=min(header.started_at for header in headers),
        mode=_each(header.mode for header in headers),
        command=_each((header.command for header in headers), " && "),
        commit=_each(header.commit for header in headers if header.commit) or None,
        suites=tuple({suite.name: suite for h in headers for suite in h.suites}.values()),
        providers=tuple({one.name: one for h in headers for one in h.providers}.values()),
    )
    results = [result for run in runs for result in run.results]
    finished_at = max(finished) if len(finished) == len(runs) else None
    return ordered_record(header, results, finished_at)


def _each(words: Iterable[str], between: str = ", ") -> str:
    return between.join(dict.fromkeys(words))

"""Holding the conversations of a run, up to its exit code."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from contextlib import aclosing

import click

from evalkit.cli._progress import Progress
from evalkit.config import Expiry
from evalkit.errors import ExitCode
from evalkit.measures import failed_cases
from evalkit.results import Status
from evalkit.run import Job
from evalkit.runfile import RunRecord, RunWriter
from evalkit.session import Session, utc_now


def hold(
    session: Session, jobs: Sequence[Job], writer: RunWriter, shown: Progress, *, exit_first: bool
) -> bool:
    """Hold every conversation; return whether the user interrupted."""

    async def hold_all() -> None:
        async with session, aclosing(session.results(jobs)) as results:
            async for result in results:
                writer.add(result)
                shown.advance(result)
                if exit_first and result.status in (Status.FAILED, Status.ERRORED):
                    return
            writer.finish(utc_now())

    try:
        asyncio.run(hold_all())
    except KeyboardInterrupt:
        return True
    return False


def exit_code(session: Session, record: RunRecord, max_errored: int) -> ExitCode:
    """Trouble comes first: with too much of it, nothing can be said about the models."""
    statuses = [result.status for result in record.results]
    if statuses.count(Status.ERRORED) > max_errored or _forbids_age(session, record):
        return ExitCode.TROUBLE
    if failed_cases(record.results):
        return ExitCode.FAILED
    return ExitCode.PASSED


def _forbids_age(session: Session, record: RunRecord) -> bool:
    """Say which recordings are too old, and whether that is forbidden."""
    expired, max_age = session.expired(record.results), session.config.max_age
    if not expired or max_age is None:
        return False
    click.echo(
        f"{len(expired)} of {len(record.results)} answers were recorded more than "
        f"{max_age.days} days ago (max_age)\n"
        "  hint: `evalkit cassettes rerecord --stale` asks anew",
        err=True,
    )
    return max_age.then is Expiry.FAIL

"""The cassettes of some suites, beside the cases that they belong to."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable, Iterator, Mapping
from datetime import timedelta
from pathlib import Path

from msgspec import Struct

from evalkit.cassettes import (
    Condition,
    Found,
    Mode,
    State,
    Today,
    conditions,
    discard_cassette,
    discard_unused,
    read_folder,
)
from evalkit.config import Config, Expiry, load_config
from evalkit.errors import InvalidCassette
from evalkit.results import CaseResult, Status
from evalkit.run import Job, Selection
from evalkit.session import Session
from evalkit.suite import Suite, load_suites

UNUSABLE = frozenset({State.BROKEN, State.MISSING, State.CHANGED})
"""A replay of these is a miss."""
STALE = frozenset({State.CHANGED, State.EXPIRED, State.MISSING, State.UNUSED})
"""What asks something else than it did, or was asked too long ago."""


class Place(Struct, frozen=True, kw_only=True):
    """Which suites and providers are looked at; empty for all of the configuration."""

    suites: tuple[Path, ...]
    providers: tuple[str, ...]
    config: Path | None
    allow_python: bool


class Shelf(Struct, frozen=True, kw_only=True):
    """Cassettes as they are, and the requests of today that they are measured by."""

    config: Config
    suites: tuple[Suite, ...]
    jobs: Mapping[Path, Job]
    """The case and provider of each cassette, recorded or not."""
    found: Mapping[Path, Found]
    today: Today

    @property
    def conditions(self) -> tuple[tuple[Condition, ...], ...]:
        return conditions(self.found, self.today)

    @property
    def states(self) -> tuple[Condition, ...]:
        """The most pressing state of each cassette."""
        return tuple(every[0] for every in self.conditions)

    @property
    def failing(self) -> tuple[Condition, ...]:
        """The cassettes that a replay cannot rely on."""
        max_age = self.config.max_age
        is_age_forbidden = max_age is not None and max_age.then is Expiry.FAIL
        failing = UNUSABLE | ({State.EXPIRED} if is_age_forbidden else set())
        return tuple(each for each in self.states if each.state in failing)

    @property
    def unneeded(self) -> tuple[Condition, ...]:
        """The cassettes that no case uses, and those with trials that ask something else now."""
        return tuple(
            each
            for every in self.conditions
            for each in every
            if each.state in {State.ORPHANED, State.UNUSED}
            and not isinstance(self.found[each.path], InvalidCassette)
        )

    def stale(self, states: frozenset[State]) -> tuple[Job, ...]:
        """Return the cases whose cassettes are in any of these states."""
        return tuple(
            self.jobs[every[0].path]
            for every in self.conditions
            if any(each.state in states for each in every) and every[0].path in self.jobs
        )

    def older_than(self, days: int) -> tuple[Job, ...]:
        """Return the cases with a recording that is older."""
        oldest = (self.today.now - timedelta(days=days)).isoformat()
        return tuple(
            self.jobs[path]
            for path, found in self.found.items()
            if path in self.jobs
            and not isinstance(found, InvalidCassette)
            and any((each.facts.recorded_at or oldest) < oldest for each in found)
        )


def open_shelf(place: Place) -> Shelf:
    """Read suites and cassettes.

    Raises:
        EvalkitError: the configuration or a suite cannot be used.
    """
    config = load_config(place.config, near=[path.parent for path in place.suites])
    providers = config.select(place.providers, allow_python=place.allow_python)
    suites = load_suites(place.suites or config.suites, allow_python=place.allow_python)
    session = Session(config, Mode.NONE, providers)
    jobs = {session.cassette_path(job): job for job in Selection().jobs(suites, providers)}
    is_all = not place.suites and not place.providers
    roots = {config.cassettes} if is_all else {path.parent for path in jobs}
    return Shelf(
        config=config,
        suites=suites,
        jobs=jobs,
        found={path: found for root in sorted(roots) for path, found in read_folder(root).items()},
        today=session.today(jobs.values()),
    )


def misses(shelf: Shelf) -> tuple[CaseResult, ...]:
    """Replay every case that has a cassette to rely on; return those that end in trouble."""
    failing = {each.path for each in shelf.failing}
    jobs = [job for path, job in shelf.jobs.items() if path not in failing]
    return asyncio.run(_errored(shelf, jobs))


async def _errored(shelf: Shelf, jobs: Iterable[Job]) -> tuple[CaseResult, ...]:
    providers = {job.provider.name: job.provider for job in jobs}
    async with Session(shelf.config, Mode.NONE, tuple(providers.values())) as session:
        return tuple(
            [each async for each in session.results(jobs) if each.status is Status.ERRORED]
        )


def prune(shelf: Shelf) -> Iterator[Condition]:
    """Rid the shelf of what is not needed; yields each as it goes."""
    for each in shelf.unneeded:
        if each.state is State.ORPHANED:
            discard_cassette(each.path)
        else:
            discard_unused(each.path, shelf.today)
        yield each

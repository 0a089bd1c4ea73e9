"""Which cases are run, with which providers, in which order."""

from __future__ import annotations

import random
from collections.abc import Iterator, Sequence
from fnmatch import fnmatchcase

from msgspec import Struct

from evalkit.providers import Provider
from evalkit.results import CaseResult, Status
from evalkit.run._runner import Job
from evalkit.suite import Case, Suite


class Selection(Struct, frozen=True, kw_only=True):
    """What to run of the given suites; every condition must hold."""

    tags: frozenset[str] = frozenset()
    """Cases with any of these tags; empty for all."""
    patterns: tuple[str, ...] = ()
    """Globs over the case id or `suite::case`, any of which must fit; empty for all."""
    failed: tuple[CaseResult, ...] | None = None
    """Only what failed or errored in this earlier run."""
    shuffle_seed: int | None = None
    """None keeps the order of the suites."""

    def jobs(self, suites: Sequence[Suite], providers: Sequence[Provider]) -> tuple[Job, ...]:
        jobs = list(self._jobs(suites, providers))
        if self.shuffle_seed is not None:
            random.Random(self.shuffle_seed).shuffle(jobs)  # noqa: S311 - an order, no secret
        return tuple(jobs)

    def _jobs(self, suites: Sequence[Suite], providers: Sequence[Provider]) -> Iterator[Job]:
        wanted = self._earlier()
        for suite in suites:
            for case in filter(self._accepts, suite.cases):
                for provider in providers:
                    if wanted is None or (case.suite, case.id, provider.name) in wanted:
                        yield Job(case=case, provider=provider)

    def _accepts(self, case: Case) -> bool:
        if self.tags and self.tags.isdisjoint(case.tags):
            return False
        names = (case.id, f"{case.suite}::{case.id}")
        return not self.patterns or any(
            _fits(name, pattern) for name in names for pattern in self.patterns
        )

    def _earlier(self) -> frozenset[tuple[str, str, str]] | None:
        if self.failed is None:
            return None
        return frozenset(
            (result.suite, result.case, result.provider)
            for result in self.failed
            if result.status in (Status.FAILED, Status.ERRORED)
        )


def _fits(name: str, pattern: str) -> bool:
    """Match a glob; brackets stand for themselves, because ids of a matrix hold them."""
    return fnmatchcase(name, pattern.replace("[", "[[]"))

"""What an interrupted run left to do."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, replace

from evalkit.results import CaseResult, Status
from evalkit.run._runner import Job
from evalkit.runfile import RunHeader, RunRecord
from evalkit.transcript import Transcript


@dataclass(frozen=True, slots=True, kw_only=True)
class Remainder:
    """A run in two parts: what was held, and what is to be held."""

    held: tuple[tuple[Job, Transcript], ...]
    """Conversations that stand, each with the job that it is one trial of."""
    jobs: tuple[Job, ...]


def remainder(jobs: Iterable[Job], earlier: RunRecord, today: RunHeader) -> Remainder:
    """Part a run by what an earlier start of it held.

    A conversation stands when it was judged and the same would be asked today: the same model,
    messages and tools. What errored is held again.
    """
    judged = _judged(earlier, _unchanged_suites(earlier.header, today))
    held: list[tuple[Job, Transcript]] = []
    left: list[Job] = []
    for job in jobs:
        standing = [
            each
            for each in judged[job.case.suite, job.case.id, job.provider.name]
            if _stands(each, job)
        ]
        held += [(job, result.transcript) for result in standing]
        done = frozenset(result.trial for result in standing)
        if len(done) < job.trials:
            left.append(replace(job, done=done))
    return Remainder(held=tuple(held), jobs=tuple(left))


def unsettled(jobs: Iterable[Job], held: Iterable[CaseResult]) -> tuple[Job, ...]:
    """Return the jobs whose verdict further trials may still change, told what the held came to."""
    outcomes: defaultdict[tuple[str, str, str], list[Status]] = defaultdict(list)
    for result in held:
        outcomes[result.suite, result.case, result.provider].append(result.status)
    told = (
        replace(job, outcomes=tuple(outcomes[job.case.suite, job.case.id, job.provider.name]))
        for job in jobs
    )
    return tuple(job for job in told if not job.is_settled)


def _judged(
    earlier: RunRecord, suites: frozenset[str]
) -> defaultdict[tuple[str, str, str], list[CaseResult]]:
    judged: defaultdict[tuple[str, str, str], list[CaseResult]] = defaultdict(list)
    for result in earlier.results:
        if result.status is not Status.ERRORED and result.suite in suites:
            judged[result.suite, result.case, result.provider].append(result)
    return judged


def _unchanged_suites(then: RunHeader, today: RunHeader) -> frozenset[str]:
    """The suites whose tools are what they were."""
    tools = {suite.name: suite.tools for suite in then.suites}
    return frozenset(suite.name for suite in today.suites if tools.get(suite.name) == suite.tools)


def _stands(result: CaseResult, job: Job) -> bool:
    case = job.case
    return (
        result.trial < job.trials
        and (result.status is Status.SKIPPED) == (case.skip is not None)
        and result.model == job.provider.model
        and result.transcript.given == case.given
    )

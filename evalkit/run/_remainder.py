"""What an interrupted run left to do."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator

from msgspec import Struct
from msgspec.structs import replace

from evalkit.results import CaseResult, Status
from evalkit.run._question import Questions
from evalkit.run._runner import Job
from evalkit.transcript import Transcript


class Changed(Struct, frozen=True, kw_only=True):
    """A case whose earlier conversations do not stand, since today something else is asked."""

    job: Job
    parts: tuple[str, ...]
    """What changed: the model, the messages, the settings, the tools ..."""
    conversations: int

    def __str__(self) -> str:
        case = self.job.case
        parts = " and ".join(self.parts)
        return f"{case.suite}::{case.id} [{self.job.provider.name}]: the {parts} changed"


class Remainder(Struct, frozen=True, kw_only=True):
    """A run in two parts: what was held, and what is to be held."""

    held: tuple[tuple[Job, Transcript], ...]
    """Conversations that stand, each with the job that it is one trial of."""
    jobs: tuple[Job, ...]
    errored: int
    """How many conversations are held again because they errored."""
    changed: tuple[Changed, ...]

    @property
    def left(self) -> int:
        """How many conversations are to be held."""
        return sum(job.trials - len(job.done) for job in self.jobs)


def remainder(jobs: Iterable[Job], earlier: Iterable[CaseResult]) -> Remainder:
    """Part a run by what an earlier start of it held.

    A conversation stands when it was judged and the same would be asked today: the same model,
    messages, tools and settings, of the same provider. What errored is held again.
    """
    found = _by_case(earlier)
    questions = Questions()
    held: list[tuple[Job, Transcript]] = []
    left: list[Job] = []
    changed: list[Changed] = []
    errored = 0
    for job in jobs:
        results = [each for each in found[_case(job)] if _is_wanted(each, job)]
        judged = [each for each in results if each.status is not Status.ERRORED]
        changes = {each.trial: (*_changes(each, job, questions),) for each in judged}
        standing = [each for each in judged if not changes[each.trial]]
        held += [(job, result.transcript) for result in standing]
        errored += len(results) - len(judged)
        if len(standing) < len(judged):
            parts = dict.fromkeys(part for each in changes.values() for part in each)
            count = len(judged) - len(standing)
            changed.append(Changed(job=job, parts=tuple(parts), conversations=count))
        if len(standing) < job.trials:
            left.append(replace(job, done=frozenset(each.trial for each in standing)))
    return Remainder(held=tuple(held), jobs=tuple(left), errored=errored, changed=tuple(changed))


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


def _by_case(
    earlier: Iterable[CaseResult],
) -> defaultdict[tuple[str, str, str], list[CaseResult]]:
    found: defaultdict[tuple[str, str, str], list[CaseResult]] = defaultdict(list)
    for result in earlier:
        found[result.suite, result.case, result.provider].append(result)
    return found


def _case(job: Job) -> tuple[str, str, str]:
    return job.case.suite, job.case.id, job.provider.name


def _is_wanted(result: CaseResult, job: Job) -> bool:
    """Whether the run of today has such a conversation at all."""
    is_skipped = result.status is Status.SKIPPED
    return result.trial < job.trials and is_skipped == (job.case.skip is not None)


def _changes(result: CaseResult, job: Job, questions: Questions) -> Iterator[str]:
    """Name what is asked differently today."""
    if result.model != job.provider.model:
        yield "model"
    if result.transcript.given != job.case.given:
        yield "messages"
    before = result.transcript.asked or {}
    for part, digest in questions.asked(job.case, job.provider).items():
        if before.get(part) != digest:
            yield part

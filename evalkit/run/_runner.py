"""Cases against providers, many at once; one case never ends the run."""

from __future__ import annotations

import asyncio
import traceback
from collections.abc import AsyncGenerator, Callable, Iterable, Iterator
from contextlib import aclosing
from typing import TypeAlias

from msgspec import Struct
from msgspec.structs import replace

from evalkit.cassettes import Cassette
from evalkit.errors import CassetteMiss, EvalkitError, ProviderTimeout
from evalkit.providers import Provider, find_api
from evalkit.results import CaseResult, Status
from evalkit.run._exchange import Asker, World
from evalkit.run._log import ConversationLog
from evalkit.run._question import Questions
from evalkit.run._redacted import without_secrets
from evalkit.run._talk import Talk
from evalkit.stats import is_settled
from evalkit.suite import Case
from evalkit.transcript import JsonObject, Stop, Transcript, Trouble

Judge: TypeAlias = Callable[[Case, Transcript], CaseResult]

WAITING = 16
"""Results that may wait to be taken before the run pauses; it bounds the memory."""


class Job(Struct, frozen=True, kw_only=True):
    """One case for one provider, with all of its trials."""

    case: Case
    provider: Provider
    done: frozenset[int] = frozenset()
    """Trials that were held before and are not held again."""
    outcomes: tuple[Status, ...] = ()
    """What those came to."""

    @property
    def trials(self) -> int:
        return 1 if self.case.skip is not None else self.case.trials

    @property
    def is_settled(self) -> bool:
        """Whether the trials that are left can change the verdict on the case no more."""
        passed = self.outcomes.count(Status.PASSED)
        graded = passed + self.outcomes.count(Status.FAILED)
        left = self.trials - len(self.outcomes)
        return graded + left > 0 and is_settled(passed, graded, left, self.case.pass_rate)


class Runner:
    """Runs jobs; holds one connection for each provider until it is closed."""

    def __init__(
        self,
        cassette_of: Callable[[Job], Cassette],
        world: World,
        judge: Judge,
        *,
        stop_early: bool = False,
    ) -> None:
        """Prepare to run jobs.

        With `stop_early`, no further trial of a case is held once its verdict is settled.
        """
        self._cassette_of = cassette_of
        self._world = world
        self._judge = judge
        self._stop_early = stop_early
        self._askers: dict[str, Asker] = {}
        self._questions = Questions()

    async def run(self, jobs: Iterable[Job]) -> AsyncGenerator[CaseResult, None]:
        """Run jobs, of each provider as many at once as it takes.

        Yields results as they come, in no particular order.
        """
        done: asyncio.Queue[CaseResult | None] = asyncio.Queue(WAITING)
        running = asyncio.create_task(self._run_all(jobs, done))
        try:
            while (result := await done.get()) is not None:
                yield result
        finally:
            running.cancel()
            await asyncio.wait([running])
        running.result()

    async def run_job(self, job: Job) -> tuple[CaseResult, ...]:
        """Hold the trials of a case, one after the other.

        Trouble of any kind ends up in the transcript; only a bug in evalkit raises.
        """
        return tuple([result async for result in self._results(job)])

    async def close(self) -> None:
        for asker in self._askers.values():
            await asker.close()

    async def _run_all(self, jobs: Iterable[Job], done: asyncio.Queue[CaseResult | None]) -> None:
        by_provider: dict[str, list[Job]] = {}
        for job in jobs:
            by_provider.setdefault(job.provider.name, []).append(job)
        try:
            async with asyncio.TaskGroup() as group:
                for waiting in by_provider.values():
                    shared = iter(waiting)
                    for _ in range(min(waiting[0].provider.max_concurrency, len(waiting))):
                        group.create_task(self._work(shared, done))
        finally:
            task = asyncio.current_task()
            if task is None or not task.cancelling():  # else nobody takes what is in the queue
                await done.put(None)

    async def _work(self, jobs: Iterator[Job], done: asyncio.Queue[CaseResult | None]) -> None:
        for job in jobs:
            async with aclosing(self._results(job)) as results:
                async for result in results:
                    await done.put(result)

    async def _results(self, job: Job) -> AsyncGenerator[CaseResult, None]:
        """Judge the trials as they come; stop where no further one could change the verdict."""
        at_most = job.trials if self._stop_early and job.trials > 1 else None
        async with aclosing(self._trials(job)) as trials:
            async for transcript in trials:
                result = self._judge(job.case, transcript)
                yield replace(result, trials_at_most=at_most) if at_most else result
                job = replace(job, outcomes=(*job.outcomes, result.status))
                if at_most and job.is_settled:
                    return

    async def _trials(self, job: Job) -> AsyncGenerator[Transcript, None]:
        case = job.case
        if case.skip is not None:
            yield self._transcript(job, self._talk(job, 0))
            return
        try:
            cassette = self._cassette_of(job)
        except EvalkitError as error:
            yield self._transcript(job, self._talk(job, 0), trouble=_trouble(error))
            return
        with cassette:
            for trial in sorted(set(range(case.trials)) - job.done):
                yield await self._trial(job, cassette, trial)

    async def _trial(self, job: Job, cassette: Cassette, trial: int) -> Transcript:
        talk = self._talk(job, trial)
        log = ConversationLog(talk.conversation, _facts(job, trial), self._world.redaction)
        try:
            stop, trouble = await talk.hold(self._asker(job.provider), cassette, log), None
        except Exception as error:  # noqa: BLE001 - one case of a run: its trouble stays its own
            trouble = _trouble(error)
            stop = trouble.stop
        log.ended(stop, trouble)
        return self._transcript(job, talk, stop, trouble)

    def _talk(self, job: Job, trial: int) -> Talk:
        # The letter keeps an id of many digits from being taken for a card's number.
        conversation = f"c{self._world.chance.getrandbits(64):016x}"
        return Talk(conversation=conversation, case=job.case, trial=trial, world=self._world)

    def _asker(self, provider: Provider) -> Asker:
        if provider.name not in self._askers:
            api = find_api(provider.api)
            self._askers[provider.name] = Asker(provider, api, self._world)
        return self._askers[provider.name]

    def _transcript(
        self,
        job: Job,
        talk: Talk,
        stop: Stop = Stop.ANSWERED,
        trouble: Trouble | None = None,
    ) -> Transcript:
        recordings = [answer.recording for answer in talk.answers if answer.recording is not None]
        transcript = Transcript(
            suite=job.case.suite,
            case=job.case.id,
            provider=job.provider.name,
            model=job.provider.model,
            trial=talk.trial,
            given=job.case.given,
            messages=tuple(talk.course.messages),
            exchanges=tuple(answer.exchange for answer in talk.answers),
            stop=stop if trouble is None else trouble.stop,
            limits=tuple(talk.course.limits),
            alerts=tuple(talk.course.alerts),
            trouble=trouble,
            simulated=job.provider.simulate is not None
            or any(recording.facts.simulated for recording in recordings),
            recorded_at=min(filter(None, (r.facts.recorded_at for r in recordings)), default=None),
            conversation=talk.conversation,
            asked=self._questions.asked(job.case, job.provider),
        )
        return without_secrets(transcript, self._world.redaction.text)


def _trouble(error: Exception) -> Trouble:
    match error:
        case CassetteMiss():
            stop = Stop.CASSETTE_MISS
        case ProviderTimeout():
            stop = Stop.TIMEOUT
        case _:
            stop = Stop.PROVIDER_ERROR
    if isinstance(error, EvalkitError):
        what = f"{error.where}: {error.what}" if error.where else error.what
        return Trouble(stop=stop, error=type(error).__name__, what=what, hint=error.hint)
    return Trouble(
        stop=stop,
        error=type(error).__name__,
        what="".join(traceback.format_exception(error)),
        hint="this is a bug in evalkit or in a plugin, not in the model",
    )


def _facts(job: Job, trial: int) -> JsonObject:
    return {
        "suite": job.case.suite,
        "case": job.case.id,
        "provider": job.provider.name,
        "model": job.provider.model,
        "trial": trial,
    }

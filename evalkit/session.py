"""The parts of a run, wired together from the configuration; the command and pytest share it."""

from __future__ import annotations

import asyncio
import json
import random
import subprocess
import time
from collections.abc import AsyncGenerator, Callable, Iterable, Sequence
from contextlib import ExitStack
from datetime import UTC, datetime, timedelta
from pathlib import Path
from secrets import token_hex
from types import TracebackType
from typing import TYPE_CHECKING, Self, TypeVar, assert_never

from msgspec import Struct
from msgspec.structs import replace

from evalkit import __version__
from evalkit.cassettes import (
    Cassette,
    Mode,
    Redaction,
    Taping,
    Today,
    cassette_path,
    open_cassette,
    request_key,
    transport,
)
from evalkit.config import Config, Expiry
from evalkit.cost import price
from evalkit.errors import UsageError
from evalkit.grade import grade
from evalkit.providers import Provider, Sender, find_api
from evalkit.results import CaseResult
from evalkit.run import Job, Purse, Remainder, Runner, World, opening, remainder, unsettled
from evalkit.runfile import RunHeader, RunProvider, RunSuite, encode, load
from evalkit.suite import Case, Suite
from evalkit.transcript import JsonObject, Transcript, Usage

if TYPE_CHECKING:  # a replay follows no script
    from evalkit.simulator import Script

SIMULATED_KEY = "simulated"
"""What the SDKs send to a simulator, which reads no key."""


class Terms(Struct, frozen=True, kw_only=True):
    """What a run may spend, how fast it replays, and when it has seen enough."""

    budget_usd: float | None = None
    max_requests: int | None = None
    replay_speed: float | None = None
    """Against the time that the provider took; None waits for nothing."""
    stop_early: bool = False
    """Hold no further trial of a case whose verdict is settled."""


FREELY = Terms()


class Session:
    """Connections, cassettes and simulators of one run; use it as an async context manager."""

    def __init__(
        self,
        config: Config,
        mode: Mode,
        providers: Sequence[Provider],
        terms: Terms = FREELY,
        cassette_of: Callable[[Job], Cassette] | None = None,
    ) -> None:
        """Prepare a run; nothing is asked yet.

        `cassette_of` opens other cassettes than the one that each case and provider has.

        Raises:
            InvalidScript: a provider's script cannot be used, and the mode may need it.
            UnknownName: a provider's API is not known.
            UsageError: a budget is set, and nobody knows what a model costs.
        """
        self.config = config
        self.mode = mode
        self.providers = tuple(providers)
        self._redaction = config.redaction()
        self._taping = Taping(
            mode=mode,
            redaction=self._redaction,
            max_age=_rerecorded_age(config),
            speed=terms.replay_speed,
        )
        self._scripts = {} if mode is Mode.NONE else _scripts(providers)
        self._simulators = ExitStack()
        self._addresses: dict[str, str] = {}
        world = World(
            connect=self._connect,
            clock=time.monotonic,
            sleep=asyncio.sleep,
            chance=random.Random(),  # noqa: S311 - pauses, no secret
            prices=config.prices,
            redaction=self._redaction,
            purse=Purse(budget_usd=terms.budget_usd, max_requests=terms.max_requests),
        )
        if terms.budget_usd is not None and mode is not Mode.NONE:
            _check_prices(config, providers)
        for provider in providers:
            find_api(provider.api)
        self.stops_early = terms.stop_early
        self._runner = Runner(
            cassette_of or self._cassette, world, self._judged, stop_early=terms.stop_early
        )

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        await self.close()

    async def close(self) -> None:
        await self._runner.close()
        self._simulators.close()

    async def to_ask(self, jobs: Iterable[Job]) -> tuple[Job, ...]:
        """Return what of these jobs is not recorded as the mode wants it; nobody is asked."""
        jobs = tuple(jobs)
        match self.mode:
            case Mode.NONE:
                return ()
            case Mode.ONCE:
                return tuple(job for job in jobs if not self.cassette_path(job).exists())
            case Mode.ALL | Mode.LIVE:
                return jobs
            case Mode.MISSING:
                recorded = await self._replayed(jobs)
                left = remainder(jobs, recorded).jobs
                return unsettled(left, recorded) if self.stops_early else left
            case _:
                assert_never(self.mode)

    async def _replayed(self, jobs: Iterable[Job]) -> tuple[CaseResult, ...]:
        """Replay what is recorded and may answer still."""
        terms = Terms(stop_early=self.stops_early)
        replay = Session(self.config, Mode.NONE, self.providers, terms)
        recorded = [job for job in jobs if not find_api(job.provider.api).runs_code]
        results = [result async for result in replay.results(recorded)]
        if _rerecorded_age(self.config) is not None:
            expired = frozenset(map(id, self.expired(results)))
            results = [result for result in results if id(result) not in expired]
        return tuple(results)

    def expired(self, results: Iterable[CaseResult]) -> tuple[CaseResult, ...]:
        """Return the results whose recordings are older than the configuration allows."""
        if self.config.max_age is None:
            return ()
        oldest = datetime.now(UTC) - self.config.max_age.span
        return tuple(
            result
            for result in results
            if result.transcript.recorded_at is not None
            and datetime.fromisoformat(result.transcript.recorded_at) < oldest
        )

    async def results(self, jobs: Iterable[Job]) -> AsyncGenerator[CaseResult, None]:
        """Run jobs and judge them; results come as they are done, in no particular order."""
        async for result in self._runner.run(jobs):
            yield result

    async def results_of(self, job: Job) -> tuple[CaseResult, ...]:
        """Run and judge every trial of one job."""
        return await self._runner.run_job(job)

    def resume(
        self, jobs: Iterable[Job], earlier: Iterable[CaseResult]
    ) -> tuple[Remainder, tuple[CaseResult, ...]]:
        """Return what an earlier start of the run left to do, and its results that stand.

        Those are judged again, by what the suites expect today; nobody is asked for that.
        """
        rest = remainder(jobs, earlier)
        kept = tuple(self._judged(job.case, held) for job, held in rest.held)
        if not self.stops_early:
            return rest, kept
        kept = tuple(
            replace(result, trials_at_most=job.trials if job.trials > 1 else None)
            for result, (job, _) in zip(kept, rest.held, strict=True)
        )
        return replace(rest, jobs=unsettled(rest.jobs, kept)), kept

    def header(self, suites: Iterable[Suite], command: str) -> RunHeader:
        """Describe the run that starts now."""
        started_at = utc_now()
        header = RunHeader(
            id=f"{started_at[:19].replace('-', '').replace(':', '')}-{token_hex(2)}",
            started_at=started_at,
            evalkit_version=__version__,
            mode=self.mode.value,
            command=command,
            suites=tuple(map(_described, suites)),
            providers=tuple(
                RunProvider(name=p.name, api=p.api, model=p.model, simulated=p.simulate is not None)
                for p in self.providers
            ),
            commit=_commit(),
        )
        return _without_secrets(header, self._redaction)

    def cassette_path(self, job: Job) -> Path:
        provider, case = job.provider, job.case
        return cassette_path(
            self.config.cassettes,
            suite=case.suite,
            provider=provider.name,
            model=provider.model,
            case=case.id,
        )

    def today(self, jobs: Iterable[Job]) -> Today:
        """Return what the cassettes of these jobs are measured by now."""
        max_age = self.config.max_age
        return Today(
            keys={
                self.cassette_path(job): request_key(opening(job), self._redaction)
                for job in jobs
                if job.case.skip is None or self.cassette_path(job).exists()
            },
            now=datetime.now(UTC),
            max_age=None if max_age is None else max_age.span,
            redaction=self._redaction,
        )

    def _judged(self, case: Case, transcript: Transcript) -> CaseResult:
        return _without_secrets(grade(case, transcript), self._redaction)

    def simulator(self, provider: Provider) -> str:
        """Return where the simulator of a provider listens; it starts when first asked for."""
        from evalkit.simulator import serve

        if provider.name not in self._addresses:
            serving = serve(self._scripts[provider.name])
            self._addresses[provider.name] = self._simulators.enter_context(serving)
        return self._addresses[provider.name]

    def _cassette(self, job: Job) -> Cassette:
        return open_cassette(self.cassette_path(job), self._taping)

    def _connect(self, provider: Provider) -> Sender:
        api = find_api(provider.api)
        if provider.simulate is None:
            return api.connect(provider, self.config.api_key(provider), transport())
        from evalkit.simulator import redirected

        address = self.simulator(provider)
        return api.connect(provider, SIMULATED_KEY, transport(redirected(address)))


def utc_now() -> str:
    """Return the time as ISO 8601, to the millisecond."""
    return datetime.now(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


T = TypeVar("T", CaseResult, RunHeader)


def _without_secrets(value: T, redaction: Redaction) -> T:
    """Redact whatever a run writes or shows, wherever it came from."""
    written = encode(value)
    clean = redaction.body(written)
    return value if clean == written else load(type(value), json.loads(clean))


def _rerecorded_age(config: Config) -> timedelta | None:
    """How old recordings may be that are not recorded anew."""
    max_age = config.max_age
    return max_age.span if max_age is not None and max_age.then is Expiry.RERECORD else None


def _check_prices(config: Config, providers: Iterable[Provider]) -> None:
    """Refuse a budget that could not be held."""
    for provider in providers:
        url = find_api(provider.api).endpoint(provider)
        own = config.prices.get(provider.model)
        if price(Usage(input=1, output=1), provider.model, url, own) is None:
            raise UsageError(
                f"nobody knows what {provider.model!r} costs, so a budget cannot be held",
                where=f"provider {provider.name}",
                hint=f"name its price under `prices: {provider.model}`, or use --max-requests",
            )


def _scripts(providers: Iterable[Provider]) -> dict[str, Script]:
    from evalkit.simulator import load_script

    return {p.name: load_script(p.simulate) for p in providers if p.simulate is not None}


def _described(suite: Suite) -> RunSuite:
    tools: tuple[JsonObject, ...] = tuple(
        {"name": tool.name, "description": tool.description, "parameters": tool.parameters}
        for tool in suite.tools
    )
    return RunSuite(
        name=suite.name, file=str(suite.file), description=suite.description, tools=tools
    )


def _commit() -> str | None:
    """Return the revision of the working tree, or None outside of one or without git."""
    try:
        git = subprocess.run(
            ["git", "rev-parse", "--short", "HEAD"],  # noqa: S607 - whichever git the user has
            capture_output=True,
            check=True,
            text=True,
            timeout=5,
        )
    except (OSError, subprocess.SubprocessError):
        return None
    return git.stdout.strip()

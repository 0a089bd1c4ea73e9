"""The parts of a run, wired together from the configuration; the command and pytest share it."""

from __future__ import annotations

import asyncio
import random
import subprocess
import time
from collections.abc import AsyncGenerator, Iterable, Sequence
from contextlib import ExitStack
from datetime import UTC, datetime
from secrets import token_hex
from types import TracebackType
from typing import TYPE_CHECKING, Self

from evalkit import __version__
from evalkit.cassettes import (
    Cassette,
    Mode,
    Redaction,
    Taping,
    cassette_path,
    open_cassette,
    transport,
)
from evalkit.config import Config
from evalkit.grade import grade
from evalkit.providers import Provider, Sender, find_api
from evalkit.results import CaseResult
from evalkit.run import Job, Runner, World, remainder
from evalkit.runfile import RunHeader, RunProvider, RunRecord, RunSuite
from evalkit.suite import Suite
from evalkit.transcript import JsonObject

if TYPE_CHECKING:  # a replay follows no script
    from evalkit.simulator import Script

SIMULATED_KEY = "simulated"
"""What the SDKs send to a simulator, which reads no key."""


class Session:
    """Connections, cassettes and simulators of one run; use it as an async context manager."""

    def __init__(self, config: Config, mode: Mode, providers: Sequence[Provider]) -> None:
        """Prepare a run; nothing is asked yet.

        Raises:
            InvalidScript: a provider's script cannot be used, and the mode may need it.
            UnknownName: a provider's API is not known.
        """
        self.config = config
        self.mode = mode
        self.providers = tuple(providers)
        self._taping = Taping(mode=mode, redaction=Redaction(config.secrets))
        self._scripts = {} if mode is Mode.NONE else _scripts(providers)
        self._simulators = ExitStack()
        world = World(
            connect=self._connect,
            clock=time.monotonic,
            sleep=asyncio.sleep,
            chance=random.Random(),  # noqa: S311 - pauses, no secret
            prices=config.prices,
        )
        for provider in providers:
            find_api(provider.api)
        self._runner = Runner(self._cassette, world)

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

    async def results(self, jobs: Iterable[Job]) -> AsyncGenerator[CaseResult, None]:
        """Run jobs and judge them; results come as they are done, in no particular order."""
        jobs = tuple(jobs)
        cases = {(job.case.suite, job.case.id): job.case for job in jobs}
        async for transcript in self._runner.run(jobs):
            yield grade(cases[transcript.suite, transcript.case], transcript)

    async def results_of(self, job: Job) -> tuple[CaseResult, ...]:
        """Run and judge every trial of one job."""
        return tuple(grade(job.case, transcript) for transcript in await self._runner.run_job(job))

    def resume(
        self, jobs: Iterable[Job], earlier: RunRecord, header: RunHeader
    ) -> tuple[tuple[Job, ...], tuple[CaseResult, ...]]:
        """Return what an earlier start of the run left to do, and its results that stand.

        Those are judged again, by what the suites expect today; nobody is asked for that.
        """
        parts = remainder(jobs, earlier, header)
        return parts.jobs, tuple(grade(job.case, held) for job, held in parts.held)

    def header(self, suites: Iterable[Suite], command: str) -> RunHeader:
        """Describe the run that starts now."""
        started_at = utc_now()
        return RunHeader(
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

    def _cassette(self, job: Job) -> Cassette:
        provider, case = job.provider, job.case
        path = cassette_path(
            self.config.cassettes,
            suite=case.suite,
            provider=provider.name,
            model=provider.model,
            case=case.id,
        )
        return open_cassette(path, self._taping)

    def _connect(self, provider: Provider) -> Sender:
        api = find_api(provider.api)
        if provider.simulate is None:
            return api.connect(provider, self.config.api_key(provider), transport())
        from evalkit.simulator import redirected, serve

        address = self._simulators.enter_context(serve(self._scripts[provider.name]))
        return api.connect(provider, SIMULATED_KEY, transport(redirected(address)))


def utc_now() -> str:
    """Return the time as ISO 8601, to the millisecond."""
    return datetime.now(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


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

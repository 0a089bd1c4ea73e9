"""The items of a suite: one for each case and provider."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator, Sequence
from contextlib import ExitStack
from pathlib import Path
from typing import Self

import pytest

from evalkit.cassettes import Mode
from evalkit.config import Config, load_config
from evalkit.errors import EvalkitError
from evalkit.grade import explain
from evalkit.measures import failed_cases
from evalkit.providers import Provider
from evalkit.results import CaseResult, Status
from evalkit.run import Job
from evalkit.session import Session
from evalkit.suite import Case, load_suite
from evalkit.transcript import Prompt

SHARED = pytest.StashKey["dict[Path, Shared]"]()


class Shared:
    """What all items of a session share: configuration, connections and the event loop."""

    def __init__(self, pytest_config: pytest.Config, config: Config) -> None:
        self.allow_python: bool = pytest_config.getoption("evalkit_allow_python")
        self.providers = config.select(tuple(pytest_config.getoption("evalkit_provider")))
        mode = Mode(pytest_config.getoption("evalkit_record"))
        cleanup = ExitStack()
        pytest_config.add_cleanup(cleanup.close)
        self._loop = cleanup.enter_context(asyncio.Runner())
        self._session = Session(config, mode, self.providers)
        cleanup.callback(lambda: self._loop.run(self._session.close()))

    @staticmethod
    def near(suite: Path, pytest_config: pytest.Config) -> Shared:
        """Return what the suites of one `evalkit.yaml` share, made for the first of them."""
        config = load_config(near=[suite.parent])
        by_folder = pytest_config.stash.setdefault(SHARED, {})
        if config.folder not in by_folder:
            by_folder[config.folder] = Shared(pytest_config, config)
        return by_folder[config.folder]

    def results(self, job: Job) -> tuple[CaseResult, ...]:
        return self._loop.run(self._session.results_of(job))


class SuiteFile(pytest.File):
    """A suite: every case of it, for every provider."""

    def collect(self) -> Iterator[CaseItem]:
        try:
            shared = Shared.near(self.path, self.config)
            suite = load_suite(self._short_path(), allow_python=shared.allow_python)
        except EvalkitError as error:
            raise self.CollectError(str(error)) from error
        for case in suite.cases:
            for provider in shared.providers:
                yield CaseItem.of(self, Job(case=case, provider=provider), shared)

    def _short_path(self) -> Path:
        """Return the path as messages should show it: relative to where pytest was started."""
        start = self.config.invocation_params.dir
        return self.path.relative_to(start) if self.path.is_relative_to(start) else self.path


class CaseItem(pytest.Item):
    """One case for one provider; `setup` asks, `runtest` judges.

    So trouble of the harness is pytest's error, and a wrong call is a failure.
    """

    job: Job
    shared: Shared

    @classmethod
    def of(cls, parent: SuiteFile, job: Job, shared: Shared) -> Self:
        name = _name(job.case, job.provider)
        # As text, so that pytest reads the bracket as parameters: --lf compares ids that it parsed.
        item: Self = cls.from_parent(parent, name=name, nodeid=f"{parent.nodeid}::{name}")
        item.job = job
        item.shared = shared
        for tag in job.case.tags:
            parent.config.addinivalue_line("markers", f"{tag}: a tag of a suite")
            item.add_marker(tag)
        if job.case.skip is not None:
            item.add_marker(pytest.mark.skip(reason=job.case.skip))
        return item

    def setup(self) -> None:
        self.results = self.shared.results(self.job)
        errored = [result for result in self.results if result.status is Status.ERRORED]
        if errored:
            pytest.fail(_explanation(errored), pytrace=False)

    def runtest(self) -> None:
        failed = [result for result in self.results if result.status is Status.FAILED]
        if failed_cases(self.results):
            pytest.fail(_explanation(failed), pytrace=False)

    def reportinfo(self) -> tuple[str, int, str]:
        line = int(self.job.case.where.split(":")[-2])
        return str(self.path), line - 1, self.name


def _name(case: Case, provider: Provider) -> str:
    """Return `greeting[gpt]`, or `two-cities[Paris-gpt]` for a case of a matrix."""
    if case.id.endswith("]"):
        return f"{case.id[:-1]}-{provider.name}]"
    return f"{case.id}[{provider.name}]"


def _explanation(results: Sequence[CaseResult]) -> str:
    return "\n".join(line for result in results for line in _lines(result))


def _lines(result: CaseResult) -> Iterator[str]:
    """Say what is wrong first: pytest's summary shows no more than the first line."""
    trouble = result.transcript.trouble
    if trouble is None:
        yield from explain(result)
    else:
        yield f"{trouble.error}: {trouble.what}"
        if trouble.hint:
            yield f"  hint: {trouble.hint}"
    trial = f", trial {result.trial + 1}" if result.trial else ""
    simulated = ", simulated" if result.transcript.simulated else ""
    prompts = [message.text for message in result.transcript.given if isinstance(message, Prompt)]
    asked = prompts[-1] if prompts else "(nothing)"
    yield f"{result.provider} ({result.model}{simulated}{trial}) was asked: {asked}"

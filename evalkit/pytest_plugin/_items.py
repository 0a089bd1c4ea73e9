"""The items of a suite: one for each case and provider."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from contextlib import ExitStack
from typing import Literal, Self, TypeAlias

import pytest

from evalkit.cassettes import Mode
from evalkit.config import load_config
from evalkit.errors import EvalkitError
from evalkit.grade import explain
from evalkit.providers import Provider
from evalkit.results import CaseResult, Status
from evalkit.run import Job
from evalkit.session import Session
from evalkit.suite import Case, load_suite

TracebackStyle: TypeAlias = Literal["long", "short", "line", "no", "native", "value", "auto"]
SHARED = pytest.StashKey["Shared"]()


class CaseFailed(Exception):
    """The model did not do what the case expects; the text is the whole explanation."""


class CaseErrored(Exception):
    """The case could not be judged: trouble of the harness or the provider."""


class Shared:
    """What all items of a session share: configuration, connections and the event loop."""

    def __init__(self, pytest_config: pytest.Config) -> None:
        config = load_config()
        self.allow_python: bool = pytest_config.getoption("evalkit_allow_python")
        self.providers = config.select(tuple(pytest_config.getoption("evalkit_provider")))
        mode = Mode(pytest_config.getoption("evalkit_record"))
        cleanup = ExitStack()
        pytest_config.add_cleanup(cleanup.close)
        self._loop = cleanup.enter_context(asyncio.Runner())
        self._session = Session(config, mode, self.providers)
        cleanup.callback(lambda: self._loop.run(self._session.close()))

    @staticmethod
    def of(pytest_config: pytest.Config) -> Shared:
        """Return the one of this pytest session, made when the first suite is collected."""
        if SHARED not in pytest_config.stash:
            pytest_config.stash[SHARED] = Shared(pytest_config)
        return pytest_config.stash[SHARED]

    def results(self, job: Job) -> tuple[CaseResult, ...]:
        return self._loop.run(self._session.results_of(job))


class SuiteFile(pytest.File):
    """A suite: every case of it, for every provider."""

    def collect(self) -> Iterator[CaseItem]:
        try:
            shared = Shared.of(self.config)
            suite = load_suite(self.path, allow_python=shared.allow_python)
        except EvalkitError as error:
            raise self.CollectError(str(error)) from error
        for case in suite.cases:
            for provider in shared.providers:
                yield CaseItem.of(self, Job(case=case, provider=provider))


class CaseItem(pytest.Item):
    """One case for one provider; `setup` asks, `runtest` judges.

    So trouble of the harness is pytest's error, and a wrong call is a failure.
    """

    job: Job

    @classmethod
    def of(cls, parent: SuiteFile, job: Job) -> Self:
        item: Self = cls.from_parent(parent, name=_name(job.case, job.provider))
        item.job = job
        for tag in job.case.tags:
            parent.config.addinivalue_line("markers", f"{tag}: a tag of a suite")
            item.add_marker(tag)
        if job.case.skip is not None:
            item.add_marker(pytest.mark.skip(reason=job.case.skip))
        return item

    def setup(self) -> None:
        self.results = Shared.of(self.config).results(self.job)
        errored = [result for result in self.results if result.status is Status.ERRORED]
        if errored:
            raise CaseErrored(_explanation(errored))

    def runtest(self) -> None:
        failed = [result for result in self.results if result.status is Status.FAILED]
        passed_share = 1 - len(failed) / len(self.results)
        if passed_share < self.job.case.pass_rate:
            raise CaseFailed(_explanation(failed))

    def repr_failure(
        self, excinfo: pytest.ExceptionInfo[BaseException], style: TracebackStyle | None = None
    ) -> str:
        """Show our explanation in place of a traceback through evalkit."""
        if isinstance(excinfo.value, CaseFailed | CaseErrored):
            return str(excinfo.value)
        return str(super().repr_failure(excinfo, style))

    def reportinfo(self) -> tuple[str, int, str]:
        line = int(self.job.case.where.split(":")[-2])
        return str(self.path), line - 1, self.name


def _name(case: Case, provider: Provider) -> str:
    """Return `greeting[gpt]`, or `two-cities[Paris-gpt]` for a case of a matrix."""
    if case.id.endswith("]"):
        return f"{case.id[:-1]}-{provider.name}]"
    return f"{case.id}[{provider.name}]"


def _explanation(results: list[CaseResult]) -> str:
    lines = []
    for result in results:
        if len(results) > 1:
            lines.append(f"trial {result.trial + 1}:")
        lines += explain(result)
    return "\n".join(lines)

"""What the items and fixtures of one pytest process share."""

from __future__ import annotations

import asyncio
import shlex
from collections.abc import Coroutine, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from pathlib import Path
from typing import TypeVar

import pytest

from evalkit.cassettes import Mode
from evalkit.config import Config, load_config
from evalkit.providers import Provider
from evalkit.pytest_plugin._known import Baseline
from evalkit.pytest_plugin._run_parts import RunPart
from evalkit.results import CaseResult
from evalkit.run import Job
from evalkit.runfile import RunHeader
from evalkit.session import Session, Terms
from evalkit.suite import Suite

T = TypeVar("T")

SHARED = pytest.StashKey["dict[Path, Shared]"]()


class Shared:
    """What all tests under one `evalkit.yaml` share: configuration, connections, the event loop."""

    def __init__(self, pytest_config: pytest.Config, config: Config) -> None:
        self.config = config
        self.allow_python: bool = pytest_config.getoption("evalkit_allow_python")
        self.mode = Mode(pytest_config.getoption("evalkit_record"))
        self._baseline = Baseline.of(pytest_config)
        self._terms = Terms(stop_early=pytest_config.getoption("evalkit_stop_early"))
        self._cleanup = ExitStack()
        pytest_config.add_cleanup(self._cleanup.close)
        self._loop = self._cleanup.enter_context(asyncio.Runner())
        self._selected = tuple(
            pytest_config.getoption("evalkit_provider") or pytest_config.getini("evalkit_provider")
        )
        self._session: Session | None = None
        self._suites: list[Suite] = []
        self._command = shlex.join(["pytest", *pytest_config.invocation_params.args])
        self._part = RunPart.of(pytest_config)

    @staticmethod
    def near(folder: Path, pytest_config: pytest.Config) -> Shared:
        """Return what the tests of one `evalkit.yaml` share, made for the first of them."""
        config = load_config(_named(pytest_config), near=[folder])
        by_folder = pytest_config.stash.setdefault(SHARED, {})
        if config.folder not in by_folder:
            by_folder[config.folder] = Shared(pytest_config, config)
        return by_folder[config.folder]

    @property
    def providers(self) -> tuple[Provider, ...]:
        """The providers that suites are run with."""
        return self.session.providers

    @property
    def session(self) -> Session:
        """The session of the suites, made for the first of them."""
        if self._session is None:
            providers = self.config.select(self._selected, allow_python=self.allow_python)
            session = Session(self.config, self.mode, providers, self._terms)
            self._session = self.open_session(session)
        return self._session

    def open_session(self, session: Session) -> Session:
        """Close a session when pytest ends."""
        self._cleanup.callback(lambda: self.wait_for(session.close()))
        return session

    def wait_for(self, coroutine: Coroutine[object, object, T]) -> T:
        try:
            asyncio.get_running_loop()
        except RuntimeError:
            return self._loop.run(coroutine)
        # A test that is a coroutine holds the loop of this thread.
        with ThreadPoolExecutor(1) as other:
            return other.submit(self._loop.run, coroutine).result()

    def has(self, suite: Suite) -> None:
        """Take note of a suite, for the report."""
        self._suites.append(suite)

    def results(self, job: Job) -> tuple[CaseResult, ...]:
        results = self.wait_for(self.session.results_of(job))
        if self._part is not None:
            self._part.add(results, self._header)
        return results

    def excuse(self, results: Sequence[CaseResult]) -> str | None:
        """Say why a case that fails is no regression; None where it is, or nothing says so."""
        if self._baseline is None:
            return None
        return self._baseline.excuse(results, is_only_provider=len(self.providers) == 1)

    def _header(self) -> RunHeader:
        return self.session.header(self._suites, self._command)


def _named(pytest_config: pytest.Config) -> Path | None:
    """Return the `evalkit.yaml` that the command line or the ini file names."""
    given: str | None = pytest_config.getoption("evalkit_config")
    if given:
        return pytest_config.invocation_params.dir / given
    configured: str = pytest_config.getini("evalkit_config")
    return pytest_config.rootpath / configured if configured else None


def short_path(path: Path, pytest_config: pytest.Config) -> Path:
    """Return a path as messages should show it: relative to where pytest was started."""
    start = pytest_config.invocation_params.dir
    return path.relative_to(start) if path.is_relative_to(start) else path


def counted(results: Sequence[CaseResult]) -> list[tuple[str, object]]:
    """Return what JUnit and the summary are told of a case, as pytest's properties."""
    result = results[0]
    return [
        ("evalkit", "case"),
        ("provider", result.provider),
        ("model", result.model),
        ("simulated", result.transcript.simulated),
    ]

"""The items of a suite: one for each case and provider."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Self

import pytest

from evalkit.errors import EvalkitError
from evalkit.measures import failed_cases
from evalkit.providers import Provider
from evalkit.pytest_plugin._explanation import explained, in_pytests_words
from evalkit.pytest_plugin._shared import Shared, counted, short_path
from evalkit.results import Status
from evalkit.run import Job
from evalkit.suite import Case, load_suite

PYTESTS_OWN = frozenset({"filterwarnings", "parametrize", "skip", "skipif", "usefixtures", "xfail"})
"""Markers by which pytest would do something to a case."""
MARKER = re.compile(r"(?!_)[\w.+-]+")
"""What pytest takes for the name of a marker, on its list of them and behind `-m`."""


class SuiteFile(pytest.File):
    """A suite: every case of it, for every provider."""

    def collect(self) -> Iterator[CaseItem]:
        try:
            shared = Shared.near(self.path.parent, self.config)
            path = short_path(self.path, self.config)
            suite = load_suite(path, allow_python=shared.allow_python)
            providers = shared.providers
        except EvalkitError as error:
            raise self.CollectError(in_pytests_words(str(error))) from error
        shared.has(suite)
        for tag in sorted({tag for case in suite.cases for tag in case.tags if _is_marker(tag)}):
            self.config.addinivalue_line("markers", f"{tag}: a tag of a suite")
        for case in suite.cases:
            for provider in providers:
                yield CaseItem.of(self, Job(case=case, provider=provider), shared)


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
        item.extra_keyword_matches.update(job.case.tags)
        for tag in filter(_is_marker, job.case.tags):
            item.add_marker(tag)
        return item

    def setup(self) -> None:
        try:
            self.results = self.shared.results(self.job)
        except EvalkitError as error:
            what = in_pytests_words(f"{type(error).__name__}: {error}")
            raise pytest.fail.Exception(what, pytrace=False) from None
        if self.job.case.skip is not None:
            # The argument is pytest's own: without it the place would be this line.
            raise pytest.skip.Exception(self.job.case.skip, _use_item_location=True)
        self.user_properties += counted(self.results)
        self._fail_if(Status.ERRORED)

    def runtest(self) -> None:
        if not failed_cases(self.results):
            return
        excuse = self.shared.excuse(self.results)
        if excuse is not None:
            pytest.xfail(excuse)
        self._fail_if(Status.FAILED)

    def reportinfo(self) -> tuple[str, int, str]:
        file, line, _ = self.job.case.where.rsplit(":", 2)
        return str(self.config.invocation_params.dir / file), int(line) - 1, self.name

    def _fail_if(self, status: Status) -> None:
        found = [result for result in self.results if result.status is status]
        if found:
            is_verbose = self.config.get_verbosity() > 0
            pytest.fail(explained(found, with_conversation=is_verbose), pytrace=False)


def _is_marker(tag: str) -> bool:
    """Tell the tags that `-m` can select; the others are words for `-k` only."""
    return tag not in PYTESTS_OWN and MARKER.fullmatch(tag) is not None


def _name(case: Case, provider: Provider) -> str:
    """Return `greeting[gpt]`, or `two-cities[Paris-gpt]` for a case of a matrix."""
    if case.id.endswith("]"):
        return f"{case.id[:-1]}-{provider.name}]"
    return f"{case.id}[{provider.name}]"

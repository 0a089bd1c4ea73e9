"""The baseline that a pytest run is held against: only what broke fails."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import pytest

from evalkit.baseline import CaseRecord, Change, scan_run, what_became
from evalkit.errors import UsageError
from evalkit.results import CaseResult, Status


class Baseline:
    """What an earlier run came to, case by case."""

    def __init__(self, path: Path) -> None:
        """Read a run file.

        Raises:
            InvalidRunFile: it cannot be read.
        """
        self._cases = scan_run(path).cases

    @staticmethod
    def of(config: pytest.Config) -> Baseline | None:
        """Return the baseline that the command line names.

        Raises:
            EvalkitError: it cannot be used.
        """
        given: str | None = config.getoption("evalkit_baseline")
        if given is None:
            return None
        if config.getoption("evalkit_stop_early"):
            raise UsageError(
                "--evalkit-stop-early and --evalkit-baseline do not go together",
                hint="leave one of them out: only all trials tell broken from flaky",
            )
        return Baseline(config.invocation_params.dir / given)

    def excuse(self, results: Sequence[CaseResult], *, is_only_provider: bool) -> str | None:
        """Say why a case that fails now is no regression; None where it is broken.

        `is_only_provider` matches it with the baseline's only provider, whatever that is called.
        """
        passed = sum(result.status is Status.PASSED for result in results)
        graded = passed + sum(result.status is Status.FAILED for result in results)
        then = self._record(results[0], is_only_provider=is_only_provider)
        match what_became(then, passed, graded):
            case Change.BROKEN:
                return None
            case Change.FLAKY if then is not None:
                now = f"{passed} of {graded} now"
                return f"flaky: {then.passed} of {then.graded} trials passed in the baseline, {now}"
            case Change.NEW:
                return "fails, but is not in the baseline"
            case Change.UNJUDGED:
                return "fails, but could not be judged in the baseline"
            case _:
                return "fails in the baseline, too"

    def _record(self, result: CaseResult, *, is_only_provider: bool) -> CaseRecord | None:
        of_one = self._cases.get(result.provider, {})
        if is_only_provider and len(self._cases) == 1:
            (of_one,) = self._cases.values()
        return of_one.get((result.suite, result.case))

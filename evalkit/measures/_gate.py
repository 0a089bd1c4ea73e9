"""Which cases passed in fewer of their trials than their suite asks for."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from typing import TypeAlias

from evalkit.results import CaseResult, Status
from evalkit.stats import reaches

ProviderCase: TypeAlias = tuple[str, str, str]
"""Provider, suite and case."""


def failed_cases(results: Iterable[CaseResult]) -> frozenset[ProviderCase]:
    """Return the cases that failed; an errored or skipped trial counts neither way."""
    passed: Counter[ProviderCase] = Counter()
    graded: Counter[ProviderCase] = Counter()
    wanted: dict[ProviderCase, float] = {}
    for result in results:
        if result.status in (Status.PASSED, Status.FAILED):
            case = (result.provider, result.suite, result.case)
            graded[case] += 1
            passed[case] += result.status is Status.PASSED
            wanted[case] = result.pass_rate
    return frozenset(
        case for case in graded if not reaches(passed[case], graded[case], wanted[case])
    )

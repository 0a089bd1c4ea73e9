"""How often a provider is right: over cases, over the trials of a case, and by tag."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from statistics import fmean
from typing import TypeAlias

from evalkit.results import CaseResult, Status
from evalkit.stats import pass_hat_k, wilson

CaseKey: TypeAlias = tuple[str, str]
"""The suite and the id of a case."""

GRADED = frozenset({Status.PASSED, Status.FAILED})


@dataclass(frozen=True, slots=True, kw_only=True)
class Accuracy:
    """The mean of the pass rates of the cases that were graded."""

    value: float | None
    """None where no case was graded."""
    low: float | None
    high: float | None
    """The 95 % interval by Wilson, over cases."""
    cases: int
    """Cases with a graded trial."""
    passed: int
    """Cases that passed in every graded trial."""
    flaky: int
    """Cases that passed in some of their trials and failed in others."""
    trials: int
    """The number of graded trials that every case had at least."""
    pass_hat_k: float | None
    """How often as many trials as `trials` would all pass."""


@dataclass(frozen=True, slots=True, kw_only=True)
class TagAccuracy:
    tag: str
    accuracy: Accuracy
    errored: int
    """Trials that could not be judged."""


@dataclass(frozen=True, slots=True)
class CaseTrials:
    """The graded trials of one case."""

    graded: int
    passed: int

    @property
    def all_passed(self) -> bool:
        return self.passed == self.graded


def trials_by_case(results: Iterable[CaseResult]) -> dict[CaseKey, CaseTrials]:
    """Count the graded trials of each case; a case without any is left out."""
    graded: dict[CaseKey, int] = {}
    passed: dict[CaseKey, int] = {}
    for result in results:
        if result.status in GRADED:
            key = (result.suite, result.case)
            graded[key] = graded.get(key, 0) + 1
            passed[key] = passed.get(key, 0) + (result.status is Status.PASSED)
    return {key: CaseTrials(count, passed[key]) for key, count in graded.items()}


def accuracy(cases: Mapping[CaseKey, CaseTrials]) -> Accuracy:
    trials = min((case.graded for case in cases.values()), default=0)
    mean = low = high = every = None
    if cases:
        rates = [case.passed / case.graded for case in cases.values()]
        mean = fmean(rates)
        low, high = wilson(min(sum(rates), len(rates)), len(rates))
        every = fmean(pass_hat_k(case.graded, case.passed, trials) for case in cases.values())
    return Accuracy(
        value=mean,
        low=low,
        high=high,
        cases=len(cases),
        passed=sum(case.all_passed for case in cases.values()),
        flaky=sum(0 < case.passed < case.graded for case in cases.values()),
        trials=trials,
        pass_hat_k=every,
    )


def accuracy_by_tag(results: Sequence[CaseResult]) -> tuple[TagAccuracy, ...]:
    """Measure each tag for itself, tags in the order of the alphabet."""
    tagged: dict[str, list[CaseResult]] = {}
    for result in results:
        for tag in result.tags:
            tagged.setdefault(tag, []).append(result)
    return tuple(
        TagAccuracy(
            tag=tag,
            accuracy=accuracy(trials_by_case(tagged[tag])),
            errored=sum(result.status is Status.ERRORED for result in tagged[tag]),
        )
        for tag in sorted(tagged)
    )

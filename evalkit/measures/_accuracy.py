"""How often a provider is right: over cases, over the trials of a case, and by tag."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from statistics import fmean
from typing import TypeAlias

from msgspec import Struct

from evalkit.results import CaseResult, Status
from evalkit.stats import pass_hat_k, reaches, settled_pass_hat_k, wilson

CaseKey: TypeAlias = tuple[str, str]
"""The suite and the id of a case."""

GRADED = frozenset({Status.PASSED, Status.FAILED})


class Accuracy(Struct, frozen=True, kw_only=True):
    """The mean of the pass rates of the cases that were graded."""

    value: float | None
    """None where no case was graded."""
    low: float | None
    high: float | None
    """The 95 % interval by Wilson, over cases."""
    cases: int
    """Cases with a graded trial."""
    passed: int
    """Cases that passed in every graded trial; where trials stop early, by their `pass`."""
    flaky: int
    """Cases that passed in some of their trials and failed in others."""
    trials: int
    """The number of trials that `pass_hat_k` is about: that every case had at least.

    Where trials stopped early, the number of passes that settled every case at least."""
    pass_hat_k: float | None
    """How often as many trials as `trials` would all pass."""
    stopped: int = 0
    """Cases whose trials stopped early, because their verdict was settled."""


class TagAccuracy(Struct, frozen=True, kw_only=True):
    tag: str
    accuracy: Accuracy
    errored: int
    """Trials that could not be judged."""


class CaseTrials(Struct, frozen=True):
    """The graded trials of one case."""

    graded: int
    passed: int
    is_right: bool
    """Whether all trials passed; where they stop early, whether as many as the case asks for.

    What the trials that were not held would have come to, nobody knows."""
    stops_at: int | None = None
    """How many passes settle the case; None where all of its trials are held whatever comes."""
    is_last_passed: bool = False
    is_stopped: bool = False
    """Whether fewer trials were held than there might have been."""

    @property
    def most_k(self) -> int:
        """The largest k of which the trials tell how often k in a row would pass."""
        return self.graded if self.stops_at is None else self.stops_at

    def pass_hat(self, k: int) -> float:
        """Estimate without bias how often `k` trials would all pass; with 1, the pass rate."""
        if self.stops_at is None:
            return pass_hat_k(self.graded, self.passed, k)
        return settled_pass_hat_k(self.graded, self.passed, k, is_last_passed=self.is_last_passed)


def trials_by_case(results: Iterable[CaseResult]) -> dict[CaseKey, CaseTrials]:
    """Count the graded trials of each case; a case without any is left out."""
    graded: dict[CaseKey, list[CaseResult]] = {}
    held: Counter[CaseKey] = Counter()
    for result in results:
        key = (result.suite, result.case)
        held[key] += 1
        if result.status in GRADED:
            graded.setdefault(key, []).append(result)
    return {key: _count(trials, held[key]) for key, trials in graded.items()}


_ALONE = {
    Status.PASSED: CaseTrials(1, 1, is_right=True),
    Status.FAILED: CaseTrials(1, 0, is_right=False),
}
"""What most cases come to, which have one trial."""


def _count(graded: Sequence[CaseResult], held: int) -> CaseTrials:
    if len(graded) == 1 and graded[0].trials_at_most is None:
        return _ALONE[graded[0].status]
    last = max(graded, key=lambda result: result.trial)
    passed = sum(result.status is Status.PASSED for result in graded)
    most = last.trials_at_most
    if most is None:
        return CaseTrials(len(graded), passed, is_right=passed == len(graded))
    judged = most - held + len(graded)
    return CaseTrials(
        graded=len(graded),
        passed=passed,
        is_right=reaches(passed, len(graded), last.pass_rate),
        stops_at=next(n for n in range(1, judged + 1) if reaches(n, judged, last.pass_rate)),
        is_last_passed=last.status is Status.PASSED,
        is_stopped=held < most,
    )


def accuracy(cases: Mapping[CaseKey, CaseTrials]) -> Accuracy:
    k = min((case.most_k for case in cases.values()), default=0)
    mean = low = high = every = None
    if cases:
        rates = [case.pass_hat(1) for case in cases.values()]
        mean = fmean(rates)
        low, high = wilson(min(sum(rates), len(rates)), len(rates))
        every = mean if k == 1 else fmean(case.pass_hat(k) for case in cases.values())
    return Accuracy(
        value=mean,
        low=low,
        high=high,
        cases=len(cases),
        passed=sum(case.is_right for case in cases.values()),
        flaky=sum(0 < case.passed < case.graded for case in cases.values()),
        trials=k,
        pass_hat_k=every,
        stopped=sum(case.is_stopped for case in cases.values()),
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

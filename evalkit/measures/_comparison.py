"""Two providers, or two runs, on the cases that both graded."""

from __future__ import annotations

from collections.abc import Iterable
from itertools import combinations

from msgspec import Struct
from msgspec.structs import replace

from evalkit.measures._accuracy import CaseKey, trials_by_case
from evalkit.measures._summary import by_provider
from evalkit.results import CaseResult
from evalkit.stats import Interval, holm, mcnemar_exact, newcombe_paired

SIGNIFICANT = 0.05


class Comparison(Struct, frozen=True, kw_only=True):
    """`first` against `second`; a case is right when all of its graded trials passed.

    Where trials stop early, it is right when as many passed as its suite asks for.
    """

    first: str
    second: str
    both: int
    """Cases that both got right."""
    only_first: tuple[CaseKey, ...]
    only_second: tuple[CaseKey, ...]
    neither: int
    left_out: int
    """Cases that only one side graded, or neither: errored, skipped or not asked."""
    p: float
    """Of the exact McNemar test, two-sided."""
    p_adjusted: float
    """The same after Holm, where several comparisons were made together."""
    interval: Interval | None
    """Newcombe's 95 % interval of the difference in share; None without a common case."""

    @property
    def cases(self) -> int:
        return self.both + len(self.only_first) + len(self.only_second) + self.neither

    @property
    def difference(self) -> float | None:
        """The share that the first gets right minus that of the second."""
        if not self.cases:
            return None
        return (len(self.only_first) - len(self.only_second)) / self.cases

    @property
    def is_significant(self) -> bool:
        return self.p_adjusted < SIGNIFICANT


class _Side:
    """The outcomes of one provider by case, counted once for all of its comparisons."""

    def __init__(self, name: str, results: Iterable[CaseResult]) -> None:
        kept = list(results)
        self.name = name
        self.asked = {(result.suite, result.case) for result in kept}
        self.is_right = {key: case.is_right for key, case in trials_by_case(kept).items()}

    def against(self, other: _Side) -> Comparison:
        ours, theirs = self.is_right, other.is_right
        shared = [key for key in ours if key in theirs]
        only_first = tuple(key for key in shared if ours[key] and not theirs[key])
        only_second = tuple(key for key in shared if theirs[key] and not ours[key])
        both = sum(ours[key] and theirs[key] for key in shared)
        neither = len(shared) - both - len(only_first) - len(only_second)
        p = mcnemar_exact(len(only_first), len(only_second))
        pairs = (both, len(only_first), len(only_second), neither)
        return Comparison(
            first=self.name,
            second=other.name,
            both=both,
            only_first=only_first,
            only_second=only_second,
            neither=neither,
            left_out=len(self.asked | other.asked) - len(shared),
            p=p,
            p_adjusted=p,
            interval=newcombe_paired(*pairs) if shared else None,
        )


def compare(
    first: Iterable[CaseResult], second: Iterable[CaseResult], *, names: tuple[str, str]
) -> Comparison:
    """Compare two sets of results by case."""
    return _Side(names[0], first).against(_Side(names[1], second))


def compare_all(results: Iterable[CaseResult]) -> tuple[Comparison, ...]:
    """Compare every two providers of a run, with p-values adjusted for being several."""
    sides = [_Side(name, group) for name, group in by_provider(results).items()]
    comparisons = [one.against(other) for one, other in combinations(sides, 2)]
    adjusted = holm([comparison.p for comparison in comparisons])
    return tuple(
        replace(comparison, p_adjusted=p)
        for comparison, p in zip(comparisons, adjusted, strict=True)
    )

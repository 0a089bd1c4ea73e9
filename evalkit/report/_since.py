"""What changed since a baseline, as the reports tell it."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from urllib.parse import urlencode

from msgspec import Struct

from evalkit.baseline import (
    CaseChange,
    Cause,
    Change,
    ProviderComparison,
    RunComparison,
    load_results,
)
from evalkit.measures import SIGNIFICANT
from evalkit.report._overview import reasons
from evalkit.results import CaseResult, Status

_CAUSES = {
    Cause.ANSWER: "the same question, another answer",
    Cause.QUESTION: "the question changed",
    Cause.EXPECTATION: "the expectation changed",
    Cause.JUDGEMENT: "the same answer, judged otherwise",
}
_SMALLEST_P = 0.0001
_ORDER = tuple(Change)


class ChangedCase(Struct, frozen=True, kw_only=True):
    """One case whose outcome with one provider is another than in the baseline."""

    suite: str
    case: str
    provider: str
    """As the newer run names it."""
    change: Change
    cause: str
    """Why, in words; empty where there is nothing to compare."""
    trials: str
    """How many trials passed before and now, where there were several."""
    before: CaseResult | None
    """The telling trial: one that failed, else one that was graded."""
    after: CaseResult | None

    @property
    def title(self) -> str:
        return f"{self.suite}::{self.case}"

    @property
    def reasons(self) -> tuple[tuple[str, str], ...]:
        """Why it fails now or, where it does not, why it failed before."""
        sides = [side for side in (self.after, self.before) if side is not None]
        telling = [side for side in sides if side.status is not Status.PASSED]
        return reasons(telling[0]) if telling else ()

    @property
    def address(self) -> str:
        """The fragment of the page that opens the case with both sides."""
        return case_address(self.suite, self.case, self.provider) + "&beside=before"


class Since(Struct, frozen=True, kw_only=True):
    """A run against its baseline."""

    comparison: RunComparison
    verdict: str
    cases: tuple[ChangedCase, ...]
    """Every case that changed, broken ones first."""

    def of(self, change: str) -> tuple[ChangedCase, ...]:
        """Return the cases that changed so; templates name a `Change` by its value."""
        return tuple(each for each in self.cases if each.change == change)


def since(comparison: RunComparison) -> Since:
    """Gather what changed, with both conversations of each case.

    Raises:
        InvalidRunFile: a line of either run is damaged.
    """
    changes = [(each, change) for each in comparison.providers for change in each.changes]
    before = _results(comparison.base.path, (change.base_offset for _, change in changes))
    after = _results(comparison.head.path, (change.head_offset for _, change in changes))
    cases = [
        ChangedCase(
            suite=change.suite,
            case=change.case,
            provider=compared.head,
            change=change.change,
            cause=_CAUSES[change.cause] if change.cause else "",
            trials=_trials(change),
            before=None if change.base_offset is None else before[change.base_offset],
            after=None if change.head_offset is None else after[change.head_offset],
        )
        for compared, change in changes
    ]
    cases.sort(key=lambda each: _ORDER.index(each.change))
    return Since(comparison=comparison, verdict=change_verdict(comparison), cases=tuple(cases))


def sides(comparison: RunComparison) -> tuple[str, str]:
    """Name both sides: before and now or, where two providers are compared, these."""
    first = comparison.providers[0]
    return ("before", "now") if first.base == first.head else (first.base, first.head)


def change_verdict(comparison: RunComparison) -> str:
    """Say in a sentence what broke and what was fixed."""
    providers = comparison.providers
    if sides(comparison) != ("before", "now"):
        return _between(providers[0])
    moved = [each for each in providers if each.of(Change.BROKEN) or each.of(Change.FIXED)]
    moved.sort(key=lambda each: -len(each.of(Change.BROKEN)))
    if not moved:
        flaky = sum(len(each.of(Change.FLAKY)) for each in providers)
        steadier = f"; {_cases(flaky)} became flaky or steadier" if flaky else ""
        return f"No case is broken and none is fixed since the baseline{steadier}."
    return f"Since the baseline {'; '.join(map(_moved, moved))}."


def case_address(suite: str, case: str, provider: str) -> str:
    """Return the fragment of the page that opens a conversation."""
    fields = {"case": f"{suite}::{case}", "provider": provider}
    whole = {key: value.encode("utf-16", "surrogatepass") for key, value in fields.items()}
    return "#" + urlencode({key: value.decode("utf-16", "replace") for key, value in whole.items()})


def chance(p: float) -> str:
    """Say whether a difference with this p is more than chance."""
    side = "beyond" if p < SIGNIFICANT else "within"
    exact = f"p < {_SMALLEST_P}" if p < _SMALLEST_P else f"p = {p:.2g}"
    return f"{side} chance, {exact}"


def _moved(compared: ProviderComparison) -> str:
    broken, fixed = len(compared.of(Change.BROKEN)), len(compared.of(Change.FIXED))
    said = [f"breaks {_cases(broken)}"] if broken else []
    said += [f"fixes {fixed if broken else _cases(fixed)}"] if fixed else []
    return f"{compared.head} {' and '.join(said)} ({chance(compared.p_adjusted)})"


def _between(compared: ProviderComparison) -> str:
    if not compared.changes:
        return f"{compared.base} and {compared.head} pass and fail the same cases."
    only_base, only_head = len(compared.of(Change.BROKEN)), len(compared.of(Change.FIXED))
    return (
        f"Only {compared.base} passes {_cases(only_base)}, only {compared.head} {only_head}: "
        f"{chance(compared.p_adjusted)}."
    )


def _cases(number: int) -> str:
    return f"{number:,} case" if number == 1 else f"{number:,} cases"


def _results(path: Path, offsets: Iterable[int | None]) -> dict[int, CaseResult]:
    return load_results(path, (offset for offset in offsets if offset is not None))


def _trials(change: CaseChange) -> str:
    if change.before is None or change.after is None or max(change.before[1], change.after[1]) < 2:  # noqa: PLR2004 - one trial needs no count
        return ""
    (passed, graded), (passes, grades) = change.before, change.after
    return f"{passed} of {graded} before, {passes} of {grades} now"

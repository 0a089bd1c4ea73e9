"""The run in a sentence."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from itertools import groupby

from evalkit.measures._comparison import Comparison
from evalkit.measures._summary import ProviderSummary

_SMALLEST_P = 0.0001


def verdict(summaries: Sequence[ProviderSummary], comparisons: Sequence[Comparison]) -> str:
    """Say who passes how many cases, and what of the difference may be chance."""
    if not summaries:
        return "Nothing was run."
    ranked = sorted(summaries, key=lambda summary: -(summary.accuracy.value or 0))
    judged = [summary for summary in ranked if summary.graded]
    if not judged:
        return "No case could be judged."
    return f"{_scores(judged)}{_chance([s.provider for s in judged], comparisons)}."


def _scores(judged: Sequence[ProviderSummary]) -> str:
    """Name those together that stand beside one another with the same score."""
    groups = [
        (score, [summary.provider for summary in equal])
        for score, equal in groupby(judged, key=_score)
    ]
    (score, names), *rest = groups
    noun = " cases" if len(judged) == 1 else ""
    scores = [f"{_listed(names)} {'pass' if len(names) > 1 else 'passes'} {score}{noun}"]
    scores += [f"{_listed(names)} {score}" for score, names in rest]
    trials = min(summary.accuracy.trials for summary in judged)
    if any(summary.accuracy.stopped for summary in judged):
        return ", ".join(scores) + ", with trials stopped once that was settled"
    return ", ".join(scores) + (f" in every one of {trials} trials" if trials > 1 else "")


def _score(summary: ProviderSummary) -> str:
    return f"{summary.accuracy.passed} of {summary.accuracy.cases}"


def _chance(ranked: Sequence[str], comparisons: Sequence[Comparison]) -> str:
    best, *others = ranked
    pairs = [(other, _between(best, other, comparisons)) for other in others]
    found = [(other, comparison) for other, comparison in pairs if comparison is not None]
    match found:
        case []:
            return ""
        case [(_, only)]:
            side = "beyond" if only.is_significant else "within"
            return f"; the difference is {side} chance ({_p(only.p_adjusted)})"
        case _:
            return "; " + _several(best, found)


def _several(best: str, found: Sequence[tuple[str, Comparison]]) -> str:
    behind = [f"{name} ({_p(c.p_adjusted)})" for name, c in found if c.is_significant]
    level = [name for name, comparison in found if not comparison.is_significant]
    if not behind:
        return f"the differences to {best} are within chance"
    verb = "is" if len(behind) == 1 else "are"
    sentence = f"{_listed(behind)} {verb} behind {best} beyond chance"
    return f"{sentence}, {_listed(level)} within it" if level else sentence


def _between(first: str, second: str, comparisons: Iterable[Comparison]) -> Comparison | None:
    names = {first, second}
    return next((c for c in comparisons if c.cases and {c.first, c.second} == names), None)


def _p(p: float) -> str:
    return f"p < {_SMALLEST_P}" if p < _SMALLEST_P else f"p = {p:.2g}"


def _listed(names: Sequence[str]) -> str:
    return " and ".join([", ".join(names[:-1]), names[-1]] if len(names) > 1 else names)

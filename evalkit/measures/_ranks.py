"""The place of each provider among the others, shared where chance could have made it."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from msgspec import Struct

from evalkit.measures._comparison import Comparison
from evalkit.measures._summary import ProviderSummary


class Rank(Struct, frozen=True, kw_only=True):
    """The places that a provider may hold, as far as the comparisons can tell."""

    provider: str
    best: int
    """One more than the number of providers that are better beyond chance: the rank."""
    worst: int
    """The last place that is left for it: nobody beyond chance worse stands before it."""
    tied: tuple[str, ...]
    """The providers that it cannot be told from."""

    @property
    def is_tied(self) -> bool:
        return bool(self.tied)


def rank(
    summaries: Sequence[ProviderSummary], comparisons: Iterable[Comparison]
) -> tuple[Rank, ...]:
    """Rank the providers that were judged, in the order of `summaries`.

    One provider is better than another where McNemar's exact test says so, after Holm over all
    pairs. Being tied is not transitive: the first may be tied with the second, the second with
    the third, and the first still be better than the third. Then they rank 1, 1 and 2, with
    1 to 2, 1 to 3 and 2 to 3 as the places left for them. As Holm bounds the chance that any pair
    at all is told apart wrongly, all of these ranges hold together in 95 of 100 runs.

    D. Al Mohamad, J. J. Goeman, E. W. van Zwet (2022), "Simultaneous confidence intervals for
    ranks with application to ranking institutions", Biometrics 78, 238-247.
    """
    judged = [summary.provider for summary in summaries if summary.graded]
    beats = {_winner_first(each) for each in comparisons if each.is_significant}
    return tuple(_rank(name, judged, beats) for name in judged)


def _winner_first(comparison: Comparison) -> tuple[str, str]:
    if len(comparison.only_first) > len(comparison.only_second):
        return comparison.first, comparison.second
    return comparison.second, comparison.first


def _rank(name: str, judged: Sequence[str], beats: set[tuple[str, str]]) -> Rank:
    better = [other for other in judged if (other, name) in beats]
    worse = [other for other in judged if (name, other) in beats]
    told_apart = {name, *better, *worse}
    return Rank(
        provider=name,
        best=1 + len(better),
        worst=len(judged) - len(worse),
        tied=tuple(other for other in judged if other not in told_apart),
    )

"""The numbers behind the pictures of the page; the templates draw them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Sequence

from msgspec import Struct

from evalkit.measures import Confusion, ProviderSummary
from evalkit.results import Kind

_MOST_TOOLS = 10
NO_CALL = "no call"
OTHER = "other tools"


class KindCounts(Struct, frozen=True, kw_only=True):
    """How many conversations of each provider failed in one way."""

    kind: Kind
    counts: tuple[int, ...]


class Cell(Struct, frozen=True, kw_only=True):
    expected: str
    called: str
    count: int
    weight: float
    """The share of its row, from 0 to 1."""
    is_right: bool
    """Every call here was of the tool that was due."""


class Matrix(Struct, frozen=True, kw_only=True):
    """Expected tools as rows, called tools as columns, "no call" last in both."""

    provider: str
    expected: tuple[str, ...]
    called: tuple[str, ...]
    cells: tuple[tuple[Cell, ...], ...]


def kind_counts(summaries: Sequence[ProviderSummary]) -> tuple[KindCounts, ...]:
    """List the ways of failing, the most frequent first."""
    counted = [dict(summary.kinds) for summary in summaries]
    rows = [
        KindCounts(kind=kind, counts=tuple(kinds.get(kind, 0) for kinds in counted))
        for kind in sorted({kind for kinds in counted for kind in kinds})
    ]
    return tuple(sorted(rows, key=lambda row: -sum(row.counts)))


def confusion_matrix(summary: ProviderSummary) -> Matrix:
    """Lay out the confusion; beyond ten tools the rarer ones share a row and a column."""
    shown = _frequent(summary.confusion)
    counts: Counter[tuple[str, str]] = Counter()
    wrong: set[tuple[str, str]] = set()
    for entry in summary.confusion:
        place = _name(entry.expected, shown), _name(entry.called, shown)
        counts[place] += entry.count
        if entry.expected != entry.called:
            wrong.add(place)
    order = [*sorted(shown), OTHER, NO_CALL]
    rows = [name for name in order if any(expected == name for expected, _ in counts)]
    columns = [name for name in order if any(called == name for _, called in counts)]
    return Matrix(
        provider=summary.provider,
        expected=tuple(rows),
        called=tuple(columns),
        cells=tuple(tuple(_row(row, columns, counts, wrong)) for row in rows),
    )


def _row(
    row: str,
    columns: Iterable[str],
    counts: Counter[tuple[str, str]],
    wrong: Collection[tuple[str, str]],
) -> Iterable[Cell]:
    total = sum(number for (expected, _), number in counts.items() if expected == row)
    for column in columns:
        number = counts[row, column]
        yield Cell(
            expected=row,
            called=column,
            count=number,
            weight=number / total if total else 0,
            is_right=(row, column) not in wrong,
        )


def _frequent(confusion: Iterable[Confusion]) -> frozenset[str]:
    seen: Counter[str] = Counter()
    for entry in confusion:
        for name in (entry.expected, entry.called):
            if name is not None:
                seen[name] += entry.count
    return frozenset(name for name, _ in seen.most_common(_MOST_TOOLS))


def _name(tool: str | None, shown: frozenset[str]) -> str:
    if tool is None:
        return NO_CALL
    return tool if tool in shown else OTHER

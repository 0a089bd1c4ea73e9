"""Whether the right tools were called, whatever their arguments."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence

from msgspec import Struct

from evalkit.measures._rates import rate
from evalkit.results import CaseResult, Rate


class Selection(Struct, frozen=True, kw_only=True):
    """Called names against expected names, as multisets within each conversation."""

    precision: Rate
    """Calls of a tool that was due, of all calls."""
    recall: Rate
    """Expected calls whose tool was called, of all expected calls."""
    f1: float | None
    """The harmonic mean of both; None where no call was expected and none made."""


class ToolSelection(Struct, frozen=True, kw_only=True):
    tool: str
    selection: Selection


class Confusion(Struct, frozen=True, kw_only=True):
    """How often `called` stood where `expected` was due; None is "no call" on either side."""

    expected: str | None
    called: str | None
    count: int


class _Tally:
    """Counts expected, called and agreeing names over conversations."""

    def __init__(self, graded: Iterable[CaseResult]) -> None:
        expected_names: list[str] = []
        called_names: list[str] = []
        agreeing: list[str] = []
        for result in graded:
            expected = [p.expected for p in result.pairings if p.expected is not None]
            called = [p.called for p in result.pairings if p.called is not None]
            expected_names += expected
            called_names += called
            agreeing += _agreeing(expected, called)
        self._expected = Counter(expected_names)
        self._called = Counter(called_names)
        self._agreeing = Counter(agreeing)

    def tools(self) -> list[str]:
        return sorted(self._expected | self._called)

    def of(self, tool: str) -> Selection:
        return _selection(self._agreeing[tool], self._called[tool], self._expected[tool])

    def overall(self) -> Selection:
        return _selection(self._agreeing.total(), self._called.total(), self._expected.total())


def select(graded: Iterable[CaseResult]) -> tuple[Selection, tuple[ToolSelection, ...]]:
    """Measure the choice of tools overall and for each tool by name."""
    tally = _Tally(graded)
    by_tool = (ToolSelection(tool=tool, selection=tally.of(tool)) for tool in tally.tools())
    return tally.overall(), tuple(by_tool)


def confuse(graded: Iterable[CaseResult]) -> tuple[Confusion, ...]:
    """Count expected against called tools; a rightly silent conversation is (None, None)."""
    counts: Counter[tuple[str | None, str | None]] = Counter()
    for result in graded:
        counts.update((p.expected, p.called) for p in result.pairings)
        counts[None, None] += result.expects_no_call and not result.transcript.calls
    return tuple(
        Confusion(expected=expected, called=called, count=counts[expected, called])
        for expected, called in sorted(counts, key=_no_call_last)
        if counts[expected, called]
    )


def argument_accuracy(graded: Sequence[CaseResult]) -> Rate:
    """Calls of the right tool whose arguments all match, of the calls of the right tool."""
    right = [
        pairing
        for result in graded
        for pairing in result.pairings
        if pairing.expected is not None and pairing.expected == pairing.called
    ]
    return rate(sum(pairing.arguments_match for pairing in right), len(right))


def _agreeing(expected: list[str], called: list[str]) -> Iterable[str]:
    """Return the names on both sides, as often as on both."""
    return expected if expected == called else (Counter(expected) & Counter(called)).elements()


def _selection(agreeing: int, called: int, expected: int) -> Selection:
    return Selection(
        precision=rate(agreeing, called),
        recall=rate(agreeing, expected),
        f1=2 * agreeing / (called + expected) if called + expected else None,
    )


def _no_call_last(pair: tuple[str | None, str | None]) -> tuple[bool, str, bool, str]:
    expected, called = pair
    return expected is None, expected or "", called is None, called or ""

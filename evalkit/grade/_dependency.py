"""Calls that need the results of other calls first."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from evalkit.grade._matching import Matching, Problem, Slot, match_calls
from evalkit.grade._pairs import Fit, Pair
from evalkit.suite import CallExpectation

MAX_STEPS = 20_000
"""How far the search for an order goes; only a crafted suite with crafted answers gets there."""


def in_dependency_order(problem: Problem) -> Matching | None:
    """The exact matching in which each call follows the results that it needs, or None."""
    found = match_calls(problem)
    if not found.holds:
        return None
    if not any(early_calls(problem.expected, found)):
        return found
    return _Search(problem).run()


def early_calls(
    expected: Sequence[CallExpectation], matching: Matching
) -> Iterator[tuple[Pair, Pair]]:
    """Each call that was made too early, and the call whose result it had to wait for."""
    for pair in matching.pairs:
        needs = expected[pair.expected].after
        for other in matching.pairs:
            waited_for = expected[other.expected].id in needs
            if waited_for and other.placed.turn >= pair.placed.turn:
                yield pair, other


class _Search:
    """Tries the calls of each slot, those that others wait for first, and steps back."""

    def __init__(self, problem: Problem) -> None:
        self._problem = problem
        self._slots = _by_dependency(problem)
        self._likenesses = [self._likeness(column) for column in range(len(problem.calls))]
        self._steps = 0

    def run(self) -> Matching | None:
        return self._extend(())

    def _extend(self, chosen: tuple[int | None, ...]) -> Matching | None:
        self._steps += 1
        if self._steps > MAX_STEPS:
            return None
        if len(chosen) == len(self._slots):
            return self._finished(chosen)
        for column in self._candidates(chosen):
            found = self._extend((*chosen, column))
            if found is not None:
                return found
        return None

    def _finished(self, chosen: tuple[int | None, ...]) -> Matching | None:
        found = self._problem.matching(list(zip(self._slots, chosen, strict=True)))
        early = any(early_calls(self._problem.expected, found))
        return found if found.holds and not early else None

    def _candidates(self, chosen: tuple[int | None, ...]) -> Iterator[int | None]:
        """The calls that may answer the next slot; of several that are alike only one."""
        slot = self._slots[len(chosen)]
        earliest = self._earliest(slot, chosen)
        tried = set()
        for column, likeness in enumerate(self._likenesses):
            fits = self._problem.pair(slot.expected, column).fit is Fit.EXACT
            free = column not in chosen and likeness not in tried
            if fits and free and self._problem.calls[column].turn >= earliest:
                tried.add(likeness)
                yield column
        if not slot.required:
            yield None

    def _earliest(self, slot: Slot, chosen: tuple[int | None, ...]) -> int:
        """The first turn in which everything that the slot needs has been answered."""
        needs = self._problem.expected[slot.expected].after
        turns = [
            self._problem.calls[column].turn
            for before, column in zip(self._slots, chosen, strict=False)
            if column is not None and self._problem.expected[before.expected].id in needs
        ]
        return max(turns, default=-1) + 1

    def _likeness(self, column: int) -> tuple[object, ...]:
        """What makes two calls interchangeable in this problem."""
        meets = [
            self._problem.pair(index, column).fit is Fit.EXACT
            for index in range(len(self._problem.expected))
        ]
        return (self._problem.calls[column].turn, self._problem.unused[column], *meets)


def _by_dependency(problem: Problem) -> list[Slot]:
    """What others wait for comes first."""
    depths: dict[str | None, int] = {}
    for _ in problem.expected:
        for expected in problem.expected:
            depths[expected.id] = _depth(expected, depths)
    return sorted(problem.slots, key=lambda slot: _depth(problem.expected[slot.expected], depths))


def _depth(expected: CallExpectation, depths: dict[str | None, int]) -> int:
    return max((depths.get(name, 0) + 1 for name in expected.after), default=0)

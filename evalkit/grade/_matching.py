"""Which call answers which expectation: never by the order in which either is written."""

from __future__ import annotations

import json
from collections.abc import Callable, Collection, Iterator, Sequence
from functools import cached_property
from math import inf
from typing import TypeAlias

from msgspec import Struct

from evalkit.grade._assignment import assign
from evalkit.grade._pairs import EXTRA, MISSING, Fit, Pair, pair
from evalkit.grade._scene import Placed
from evalkit.matchers import show
from evalkit.suite import CallExpectation


class Slot(Struct, frozen=True, kw_only=True):
    """Room for one call of an expectation."""

    expected: int
    """The index of the expectation."""
    required: bool


Answer: TypeAlias = tuple[Slot, int | None]
"""A slot and the column of the call that answers it, if one does."""


class Matching(Struct, frozen=True, kw_only=True):
    """The best explanation of the calls by the expectations."""

    pairs: tuple[Pair, ...]
    """In the order of the expectations, then of the calls."""
    missing: tuple[int, ...]
    """The expectations that lack a call, once for each call they lack."""
    left: tuple[Placed, ...]
    """The calls that nobody expected and that are not permitted either."""

    @property
    def holds(self) -> bool:
        return (
            not self.missing and not self.left and all(pair.fit is Fit.EXACT for pair in self.pairs)
        )


class Problem:
    """Expected calls, calls that were made, and what each pair of them costs."""

    def __init__(
        self,
        expected: Sequence[CallExpectation],
        calls: Sequence[Placed],
        permitted: Callable[[Placed], bool],
        known: Collection[str],
    ) -> None:
        self.expected = expected
        self.calls = calls
        self._permitted = permitted
        self._known = known
        self._pairs: dict[tuple[int, int], Pair] = {}
        self.slots = tuple(
            slot for index, one in enumerate(expected) for slot in _slots(index, one, len(calls))
        )
        """Room for the calls of every expectation, in the order of the expectations."""

    def pair(self, expected: int, column: int) -> Pair:
        """The pair of an expectation and the call in that column."""
        found = self._pairs.get((expected, column))
        if found is None:
            found = pair(expected, self.expected[expected], self.calls[column])
            self._pairs[expected, column] = found
        return found

    @cached_property
    def sorted_slots(self) -> tuple[Slot, ...]:
        """In an order that depends on what is expected, not on where it stands."""
        if len(self.slots) == 1:
            return self.slots
        return tuple(sorted(self.slots, key=lambda slot: self._rank(slot.expected)))

    @cached_property
    def columns(self) -> tuple[int, ...]:
        """The calls in an order that depends on what they say, not on when they were made."""
        if len(self.calls) == 1:
            return (0,)
        return tuple(sorted(range(len(self.calls)), key=lambda column: _said(self.calls[column])))

    @cached_property
    def unused(self) -> tuple[float, ...]:
        """What each call costs that answers no slot."""
        return tuple(
            0 if self.permits(column) or self.absorber(column) is not None else EXTRA
            for column in range(len(self.calls))
        )

    def permits(self, column: int) -> bool:
        """Whether the call may be made without being expected."""
        return self._permitted(self.calls[column])

    def absorber(self, column: int) -> int | None:
        """The expectation without an upper bound that this call meets, if there is one."""
        for index, expected in enumerate(self.expected):
            if expected.times.max is None and self.pair(index, column).fit is Fit.EXACT:
                return index
        return None

    def cost(self, slot: Slot, column: int) -> float:
        """What it costs that this call answers this slot."""
        if not self._is_called(slot.expected, column) and not self._may_stand_in(column):
            return inf
        return self.pair(slot.expected, column).cost

    def fits(self, slot: Slot, column: int) -> bool:
        """Whether this call is all that this slot asks for."""
        return (
            self._is_called(slot.expected, column)
            and self.pair(slot.expected, column).fit is Fit.EXACT
        )

    def _is_called(self, expected: int, column: int) -> bool:
        """Whether the tool is the expected one; two calls of different tools need no comparing."""
        return self.calls[column].call.name == self.expected[expected].tool

    def _may_stand_in(self, column: int) -> bool:
        """Whether a call of another tool explains why the expected one was not made."""
        return bool(self.unused[column]) and self.calls[column].call.name in self._known

    def matching(self, answered: Sequence[Answer]) -> Matching:
        """Tell what an assignment of calls to slots amounts to."""
        pairs = [
            self.pair(slot.expected, column) for slot, column in answered if column is not None
        ]
        used = {column for _, column in answered}
        pairs += [
            self.pair(index, column)
            for column in range(len(self.calls))
            if column not in used and (index := self.absorber(column)) is not None
        ]
        return Matching(
            pairs=tuple(sorted(pairs, key=lambda found: (found.expected, found.placed.index))),
            missing=tuple(
                sorted(
                    slot.expected for slot, column in answered if column is None and slot.required
                )
            ),
            left=tuple(
                placed
                for column, placed in enumerate(self.calls)
                if column not in used and self.unused[column]
            ),
        )

    def _rank(self, index: int) -> tuple[str, str]:
        expected = self.expected[index]
        return expected.tool, json.dumps(expected.args.source, sort_keys=True, default=str)


def in_one_turn(problem: Problem) -> Matching | None:
    """The exact matching whose expected calls all come from one turn, or None."""
    for turn in sorted({placed.turn for placed in problem.calls}):
        found = optimal(problem, only_turn=turn)
        if found.holds and all(pair.placed.turn == turn for pair in found.pairs):
            return found
    return None


def match_calls(problem: Problem) -> Matching:
    """Explain the calls at the least cost; an exact explanation is found if there is one."""
    return at_first_sight(problem) or optimal(problem)


def at_first_sight(problem: Problem) -> Matching | None:
    """The exact matching that is seen by taking each expectation's first call, or None."""
    answered: list[Answer] = []
    free = list(range(len(problem.calls)))
    for slot in problem.slots:
        column = next((c for c in free if problem.fits(slot, c)), None)
        if column is None and slot.required:
            return None
        if column is not None:
            free.remove(column)
        answered.append((slot, column))
    found = problem.matching(answered)
    return found if found.holds else None


def optimal(problem: Problem, *, only_turn: int | None = None) -> Matching:
    """Match at the least cost; with `only_turn`, only its calls may answer a slot."""
    columns, slots = problem.columns, problem.sorted_slots
    shut = {c for c in columns if only_turn not in (None, problem.calls[c].turn)}
    assigned = assign(
        [[inf if c in shut else problem.cost(slot, c) for c in columns] for slot in slots],
        [MISSING if slot.required else 0 for slot in slots],
        [problem.unused[c] for c in columns],
    )
    return problem.matching(
        [
            (slot, None if place is None else columns[place])
            for slot, place in zip(slots, assigned, strict=True)
        ]
    )


def _slots(index: int, expected: CallExpectation, calls: int) -> Iterator[Slot]:
    """One more than there are calls is enough to tell that too few were made."""
    least = 0 if expected.optional else min(expected.times.min, calls + 1)
    most = least if expected.times.max is None else max(least, min(expected.times.max, calls))
    for count in range(most):
        yield Slot(expected=index, required=count < least)


def _said(placed: Placed) -> tuple[str, str]:
    call = placed.call
    return call.name, call.raw or show(call.arguments)

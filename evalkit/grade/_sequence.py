"""Calls in the order in which the suite writes them."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise

from evalkit.grade._matching import Answer, Matching, Problem, Slot
from evalkit.grade._pairs import Fit, Pair


def in_sequence(problem: Problem) -> Matching | None:
    """The exact matching in which the calls come as the expectations are written, or None."""
    answers = _aligned(problem, _written(problem))
    return None if answers is None else problem.matching(answers)


def first_out_of_sequence(matching: Matching) -> tuple[Pair, Pair] | None:
    """The first two calls that came the wrong way round, the one written first in front."""
    for above, below in pairwise(matching.pairs):
        if below.placed.index < above.placed.index:
            return above, below
    return None


def _written(problem: Problem) -> list[Slot]:
    """The slots as written; an expectation without an upper bound has one more for every call."""
    slots = list(problem.slots)
    for index, expected in enumerate(problem.expected):
        if expected.times.max is None:
            slots += [Slot(expected=index, required=False)] * len(problem.calls)
    return sorted(slots, key=lambda slot: (slot.expected, not slot.required))


def _aligned(problem: Problem, slots: Sequence[Slot]) -> list[Answer] | None:
    """Give each slot a later call than the slot before it, or return None."""
    fits = _alignable(problem, slots)
    if not fits[0][0]:
        return None
    answers: list[Answer] = []
    column = 0
    for row, slot in enumerate(slots):
        while not (_meets(problem, slot, column) and fits[row + 1][column + 1]):
            if not slot.required and fits[row + 1][column]:
                answers.append((slot, None))
                break
            column += 1
        else:
            answers.append((slot, column))
            column += 1
    return answers


def _alignable(problem: Problem, slots: Sequence[Slot]) -> list[list[bool]]:
    """Whether the slots from a row on can be given the calls from a column on."""
    width = len(problem.calls)
    fits = [[False] * (width + 1) for _ in range(len(slots) + 1)]
    fits[-1][-1] = True
    for column in reversed(range(width)):
        fits[-1][column] = problem.permits(column) and fits[-1][column + 1]
    for row in reversed(range(len(slots))):
        below, required = fits[row + 1], slots[row].required
        for column in reversed(range(width + 1)):
            fits[row][column] = (
                (not required and below[column])
                or (_meets(problem, slots[row], column) and below[column + 1])
                or (column < width and problem.permits(column) and fits[row][column + 1])
            )
    return fits


def _meets(problem: Problem, slot: Slot, column: int) -> bool:
    return column < len(problem.calls) and problem.pair(slot.expected, column).fit is Fit.EXACT

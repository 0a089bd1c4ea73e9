"""The cheapest way to match expectations with calls, each used at most once."""

from __future__ import annotations

from collections.abc import Sequence
from math import inf


def assign(
    pairs: Sequence[Sequence[float]], unmatched: Sequence[float], unused: Sequence[float]
) -> list[int | None]:
    """Return the column of each row, or None, such that the total cost is the least possible.

    `pairs[row][column]` is the cost of matching the two, `unmatched[row]` that of leaving a row
    without a column, `unused[column]` that of leaving a column without a row.
    """
    columns = len(unused)
    table = [
        [cost - unused[column] for column, cost in enumerate(row)]
        + [unmatched[index] if spare == index else inf for spare in range(len(pairs))]
        for index, row in enumerate(pairs)
    ]
    return [column if column < columns else None for column in _least(table)]


def total(
    matched: Sequence[int | None],
    pairs: Sequence[Sequence[float]],
    unmatched: Sequence[float],
    unused: Sequence[float],
) -> float:
    """What an assignment costs."""
    spent = [
        unmatched[row] if column is None else pairs[row][column]
        for row, column in enumerate(matched)
    ]
    used = set(matched)
    return sum(spent) + sum(cost for column, cost in enumerate(unused) if column not in used)


def _least(table: Sequence[Sequence[float]]) -> list[int]:
    """Kuhn and Munkres: rows join one by one, each along the shortest augmenting path.

    There are at least as many columns as rows, and every row has a column of finite cost that
    no other row can use. Cubic in the rows, linear in the columns.
    """
    width = len(table[0]) if table else 0
    row_price, column_price = [0.0] * len(table), [0.0] * width
    owner: list[int | None] = [None] * width
    for start in range(len(table)):
        _augment(table, start, owner, (row_price, column_price))
    return [owner.index(row) for row in range(len(table))]


def _augment(
    table: Sequence[Sequence[float]],
    start: int,
    owner: list[int | None],
    prices: tuple[list[float], list[float]],
) -> None:
    """Find the cheapest way to a column for one more row; rows on the way move over."""
    row_price, column_price = prices
    distance = [inf] * len(owner)
    came_from: list[int | None] = [None] * len(owner)
    visited: list[tuple[int, int]] = []
    unvisited = list(range(len(owner)))
    row, last = start, None
    while True:
        for column in unvisited:
            cost = table[row][column] - row_price[row] - column_price[column]
            if cost < distance[column]:
                distance[column], came_from[column] = cost, last
        last = min(unvisited, key=distance.__getitem__)
        step = distance[last]
        row_price[start] += step
        for column, taker in visited:
            column_price[column] -= step
            row_price[taker] += step
        for column in unvisited:
            distance[column] -= step
        unvisited.remove(last)
        taker_of_last = owner[last]
        if taker_of_last is None:
            break
        visited.append((last, taker_of_last))
        row = taker_of_last
    _move_over(owner, came_from, last, start)


def _move_over(
    owner: list[int | None], came_from: Sequence[int | None], last: int, start: int
) -> None:
    """Hand each column on the way to the row before it, and the first one to the new row."""
    column: int | None = last
    while column is not None:
        before = came_from[column]
        owner[column] = start if before is None else owner[before]
        column = before

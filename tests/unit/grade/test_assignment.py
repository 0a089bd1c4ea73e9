from __future__ import annotations

from itertools import permutations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from evalkit.grade._assignment import assign, total

COSTS = st.sampled_from([0, 100, 350, 900, 1500])
ENDS = st.sampled_from([0, 1000])


@st.composite
def problems(draw):
    rows, columns = draw(st.integers(0, 4)), draw(st.integers(0, 4))
    pairs = [draw(st.lists(COSTS, min_size=columns, max_size=columns)) for _ in range(rows)]
    unmatched = draw(st.lists(ENDS, min_size=rows, max_size=rows))
    unused = draw(st.lists(ENDS, min_size=columns, max_size=columns))
    return pairs, unmatched, unused


def every_assignment(rows, columns):
    places = [*range(columns), *[None] * rows]
    return {found[:rows] for found in permutations(places, rows)}


@given(problems())
def test_no_other_assignment_is_cheaper(problem):
    pairs, unmatched, unused = problem

    found = assign(pairs, unmatched, unused)

    others = [total(other, *problem) for other in every_assignment(len(pairs), len(unused))]
    assert total(found, *problem) == min(others)


@given(problems())
def test_no_column_is_used_twice(problem):
    found = [column for column in assign(*problem) if column is not None]

    assert len(found) == len(set(found))


@pytest.mark.parametrize(
    ("pairs", "unmatched", "unused", "found"),
    [
        pytest.param([[0, 0], [0, 900]], [1000, 1000], [0, 0], [1, 0], id="the first gives way"),
        pytest.param([[900]], [0], [0], [None], id="leaving out is cheaper"),
        pytest.param([], [], [1000], [], id="nothing expected"),
        pytest.param([[], []], [1000, 0], [], [None, None], id="nothing called"),
    ],
)
def test_rows_get_their_columns(pairs, unmatched, unused, found):
    assert assign(pairs, unmatched, unused) == found


def test_thousands_of_columns_take_no_time_to_speak_of():
    pairs = [[(row * column) % 7 * 100 for column in range(5000)] for row in range(5)]

    found = assign(pairs, [1000] * 5, [1000] * 5000)

    assert [pairs[row][column] for row, column in enumerate(found)] == [0] * 5

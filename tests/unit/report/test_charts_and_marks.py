from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace
from shop_run import shop_run

from evalkit.measures import Confusion, summarise
from evalkit.report._charts import confusion_matrix, kind_counts
from evalkit.report._marks import mark_defects
from evalkit.transcript import ToolCall


def call(raw, arguments=None):
    return ToolCall(id="c", name="t", raw=raw, arguments=arguments)


def test_ways_of_failing_come_most_frequent_first_with_a_count_for_each_provider():
    kinds = kind_counts(summarise(shop_run().results))

    assert [(entry.kind.value, entry.counts) for entry in kinds][:2] == [
        ("malformed_json", (0, 0, 2)),
        ("missing_call", (0, 0, 2)),
    ]


def test_the_matrix_has_no_call_last_and_weighs_each_row():
    *_, hasty = summarise(shop_run().results)

    matrix = confusion_matrix(hasty)

    assert matrix.expected[-1] == matrix.called[-1] == "no call"
    assert all(sum(cell.weight for cell in row) == pytest.approx(1) for row in matrix.cells)
    wrong = {(c.expected, c.called): c.count for row in matrix.cells for c in row
             if c.count and not c.is_right}  # fmt: skip
    assert wrong["search_products", "get_order"] == 1
    assert wrong["no call", "process_refund"] == 1


def test_rare_tools_share_a_row_and_a_column_that_is_right_when_each_was_called_for_itself():
    first = summarise(shop_run().results)[0]
    many = tuple(
        Confusion(expected=f"tool_{n}", called=f"tool_{n}", count=100 - n) for n in range(15)
    )
    mixed_up = Confusion(expected="tool_13", called="tool_14", count=1)

    right = confusion_matrix(replace(first, confusion=many))
    wrong = confusion_matrix(replace(first, confusion=(*many, mixed_up)))

    assert len(right.expected) == 11
    assert right.expected[-1] == "other tools"
    assert right.cells[-1][-1].is_right
    assert not wrong.cells[-1][-1].is_right


@pytest.mark.parametrize(
    ("raw", "pieces"),
    [
        pytest.param(
            '{"a": 1/6}', [['{"a": ', []], ["1/6", ["expression"]], ["}", []]], id="inside"
        ),
        pytest.param("[1]", [["[1]", ["not_object"]]], id="all of it"),
    ],
)
def test_a_defect_is_marked_at_its_place(raw, pieces):
    assert mark_defects(call(raw)) == pieces


def test_nothing_is_marked_in_arguments_that_could_be_read():
    assert mark_defects(call("{}", {})) is None
    assert mark_defects(call(None)) is None


@given(st.text())
def test_the_pieces_are_the_string(raw):
    pieces = mark_defects(call(raw))

    if pieces is not None:
        assert "".join(text for text, _ in pieces) == raw

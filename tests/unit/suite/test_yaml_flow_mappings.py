"""A comma inside a text that is not quoted splits it, and YAML says nothing."""

import pytest

from evalkit.errors import InvalidFile
from evalkit.suite import load_yaml


@pytest.mark.parametrize(
    ("text", "place", "key"),
    [
        pytest.param(
            "{description: City, with the country}", "f:1:21", "with the country", id="at the end"
        ),
        pytest.param("{a: one, two, b: 1}", "f:1:10", "two", id="in the middle"),
        pytest.param("x:\n  - {a: é, ü}", "f:2:12", "ü", id="beyond ASCII"),
    ],
)
def test_a_text_split_at_its_comma_is_told_with_the_way_out(text, place, key):
    with pytest.raises(InvalidFile) as refused:
        load_yaml(text, "f")

    [problem] = refused.value.problems
    assert (problem.where, problem.what) == (place, f"{key!r} has no value")
    assert problem.hint == "put a text that holds a comma into quotes"


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("a:\nb: 1\n", {"a": None, "b": 1}),
        ("{a: , b: 1}", {"a": None, "b": 1}),
        ("{a: ~}", {"a": None}),
        ('{a: "City, with the country"}', {"a": "City, with the country"}),
        ("a: City, with the country\n", {"a": "City, with the country"}),
    ],
)
def test_a_value_that_is_left_empty_on_purpose_is_null(text, value):
    assert load_yaml(text, "f").value == value

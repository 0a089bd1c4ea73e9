import json

import re2
from hypothesis import given
from hypothesis import strategies as st

from evalkit.matchers import compile_arguments, compile_pattern, show
from evalkit.matchers._text import fold

TEXTS = st.text(st.characters(exclude_categories=["Cs"]), max_size=20)
SCALARS = st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | TEXTS
KEYS = TEXTS.filter(lambda key: not key.startswith("$"))
VALUES = st.recursive(
    SCALARS,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(KEYS, inner, max_size=4),
    max_leaves=12,
)
HOSTILE = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: (
        st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=8), inner, max_size=4)
    ),
    max_leaves=12,
)
PATTERNS = st.sampled_from(
    [
        "x", 5, True, None, [1, {"$gt": 2}], {"a": {"$optional": 1}}, {"$regex": "a+"},
        {"$search": "a"}, {"$text": "a"}, {"$range": [0, 5]}, {"$approx": 5}, {"$type": "number"},
        {"$schema": {"type": "object", "required": ["a"]}}, {"$length": {"$lt": 3}},
        {"$items": {"$lte": 5}}, {"$unordered": [1, {"$gt": 0}]}, {"$subset": [1]},
        {"$subset": {"a": 1}}, {"$date": "2026-01-31"}, {"$json": {"a": 1}},
        {"$result": "get_user.id"}, {"$not": {"$contains": "a"}}, {"$one_of": [1, "a"]},
        {"$all_of": [{"$gt": 1}, {"$lt": 9}]}, {"$equals": {"$gt": 1}}, {"$contains": [1, "a"]},
    ]
)  # fmt: skip


@given(VALUES)
def test_a_plain_value_accepts_itself(value):
    assert compile_pattern(value).match(value) is None


@given(HOSTILE.filter(lambda value: "NaN" not in json.dumps(value)))
def test_equals_accepts_itself_whatever_it_holds(value):
    assert compile_pattern({"$equals": value}).match(json_copy(value)) is None


@given(st.dictionaries(KEYS, VALUES, max_size=3))
def test_arguments_accept_themselves(arguments):
    assert compile_arguments(arguments).match(arguments) == ()


@given(st.lists(VALUES, min_size=1, max_size=6).flatmap(
    lambda values: st.tuples(st.just(values), st.permutations(values))
))  # fmt: skip
def test_unordered_accepts_every_order(values_and_order):
    values, order = values_and_order

    assert compile_pattern({"$unordered": values}).match(order) is None


@given(st.lists(VALUES, min_size=1, max_size=4), st.lists(VALUES, max_size=4))
def test_subset_accepts_more_than_it_names(wanted, more):
    assert compile_pattern({"$subset": wanted}).match([*more, *wanted]) is None


@given(st.text(st.characters(max_codepoint=127)))
def test_ascii_is_folded_as_all_other_text_is(text):
    assert fold(f"{text}\u00f8") == f"{fold(text)}\u00f8"


@given(TEXTS.filter(lambda text: any(each.isalnum() for each in text)))
def test_text_accepts_itself_in_capitals_and_with_spaces(text):
    assert compile_pattern({"$text": text}).match(f" {text}! ") is None


@given(TEXTS.filter(bool))
def test_an_escaped_pattern_accepts_its_text(text):
    assert compile_pattern({"$regex": re2.escape(text)}).match(text) is None


@given(VALUES)
def test_json_accepts_what_was_written_as_json(value):
    assert compile_pattern({"$json": {"$equals": value}}).match(json.dumps(value)) is None


@given(st.floats(allow_nan=False, allow_infinity=False) | st.integers())
def test_bounds_accept_their_number(number):
    for pattern in ({"$range": [number, number]}, {"$gte": number}, {"$lte": number}):
        assert compile_pattern(pattern).match(number) is None


@given(st.dates())
def test_a_date_accepts_itself_however_it_is_written(day):
    pattern = compile_pattern({"$date": day.isoformat()})

    for form in ("%Y-%m-%d", "%Y%m%d"):
        written = day.strftime(form) if day.year > 999 else day.isoformat()
        assert pattern.match(written) is None


@given(VALUES, HOSTILE)
def test_not_is_the_opposite(pattern, value):
    plain = compile_pattern({"$equals": pattern}).match(value)
    negated = compile_pattern({"$not": {"$equals": pattern}}).match(value)

    assert (plain is None) != (negated is None)


@given(PATTERNS, HOSTILE)
def test_no_value_makes_a_matcher_raise(pattern, value):
    mismatch = compile_pattern(pattern).match(value)

    assert mismatch is None or mismatch.reason.isprintable()


@given(HOSTILE)
def test_every_value_is_shown_on_one_bounded_line(value):
    shown = show(value)

    assert shown.isprintable()
    assert len(shown) < 1500


def json_copy(value):
    return json.loads(json.dumps(value))

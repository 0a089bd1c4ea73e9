"""What an argument string says, read strictly."""

import json
import string

import pytest
from hypothesis import given
from hypothesis import strategies as st

from evalkit.parse import Arguments, defect_spans, parse_arguments, parse_text
from evalkit.transcript import Defect

JSON = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(), inner, max_size=4),
    max_leaves=12,
)
ALMOST_JSON = st.lists(
    st.sampled_from(
        [
            *"{}[]\",:'\\/#`*+-.\n\t ",
            "true",
            "None",
            "NaN",
            "1",
            "0x1",
            "a",
            "//",
            "/*",
            "*/",
            "```",
            "\ud800",
            "é",
            "(",
            ")",
            "\x00",
        ]
    ),
    max_size=40,
).map("".join)


@pytest.mark.parametrize(
    ("raw", "value"),
    [
        pytest.param('{"city": "Oslo", "days": 3}', {"city": "Oslo", "days": 3}, id="an object"),
        pytest.param(
            ' \n{"a": [1, 2.5, null, true]}\t', {"a": [1, 2.5, None, True]}, id="white space around"
        ),
        pytest.param("{}", {}, id="no arguments"),
        pytest.param(
            '{"n": 123456789012345678901234567890}',
            {"n": 123456789012345678901234567890},
            id="a huge integer",
        ),
        pytest.param('{"n": 1e400}', {"n": 10**400}, id="a number beyond a double"),
        pytest.param('{"s": "\\ud800"}', {"s": "\ud800"}, id="half a surrogate pair"),
        pytest.param(
            '{"url": "http://a/b", "t": "12:30"}',
            {"url": "http://a/b", "t": "12:30"},
            id="colons in strings",
        ),
        pytest.param(
            '{"a": ' + "[" * 127 + "]" * 127 + "}",
            {"a": json.loads("[" * 127 + "]" * 127)},
            id="deep",
        ),
    ],
)
def test_an_object_is_read_without_defects(raw, value):
    assert parse_arguments(raw) == Arguments(value=value)


@pytest.mark.parametrize("raw", ["", " ", "\n\t "])
def test_an_empty_string_is_no_argument_at_all(raw):
    assert parse_arguments(raw) == Arguments(value={}, defects=(Defect.EMPTY,))


def test_the_last_of_two_equal_keys_counts():
    read = parse_arguments('{"a": 1, "b": {"c": 1, "\\u0063": 2}, "a": 3}')

    assert read == Arguments(value={"a": 3, "b": {"c": 2}}, defects=(Defect.DUPLICATE_KEY,))


@pytest.mark.parametrize(
    ("raw", "defects"),
    [
        pytest.param('{"a": 1', ["truncated"], id="missing brace"),
        pytest.param('{"a": "x', ["truncated"], id="open string"),
        pytest.param('{"a": tr', ["truncated"], id="half a word"),
        pytest.param('{"a": 1} Done.', ["trailing_text"], id="prose behind"),
        pytest.param('{"a": 1}{"b": 2}', ["trailing_text"], id="two objects"),
        pytest.param('{"a": 1 // one\n}', ["comment"], id="line comment"),
        pytest.param('{"a": /* one */ 1}', ["comment"], id="block comment"),
        pytest.param('{"a": 20 # metres\n}', ["comment"], id="python comment"),
        pytest.param("{'a': 'b'}", ["single_quotes"], id="single quotes"),
        pytest.param('{"a": "b\nc"}', ["unescaped_control"], id="line break in a string"),
        pytest.param('{"a": 2 * 3.14159}', ["expression"], id="product"),
        pytest.param('{"a": 6*30.48}', ["expression"], id="product without spaces"),
        pytest.param('{"a": 1/6}', ["expression"], id="fraction"),
        pytest.param('{"a": data["sales"]}', ["expression"], id="subscript"),
        pytest.param('{"a": date(2024, 1, 2), "b": 1}', ["expression"], id="function call"),
        pytest.param('{"a": row.price}', ["expression"], id="attribute"),
        pytest.param('{"a": "x" + "y"}', ["expression"], id="joined strings"),
        pytest.param('{"a": rate * 2}', ["expression"], id="product of a name"),
        pytest.param('{"a": True, "b": None}', ["python_literal"], id="python constants"),
        pytest.param('{"a": 1_000}', ["python_literal"], id="digits in groups"),
        pytest.param('{"a": (1, 2)}', ["python_literal"], id="tuple"),
        pytest.param('{"a": [1, 2,], }', ["trailing_comma"], id="trailing comma"),
        pytest.param('{"a": NaN}', ["non_finite"], id="not a number"),
        pytest.param('{"a": -Infinity}', ["non_finite"], id="infinity"),
        pytest.param('"{\\"a\\": 1}"', ["double_encoded"], id="object in a string"),
        pytest.param('{\\"a\\": 1}', ["double_encoded"], id="escaped quotes"),
        pytest.param('```json\n{"a": 1}\n```', ["code_fence"], id="fence"),
        pytest.param('Sure:\n```json\n{"a": 1}\n```', ["code_fence"], id="prose and fence"),
        pytest.param("null", ["not_object"], id="null"),
        pytest.param("20", ["not_object"], id="number"),
        pytest.param('[{"a": 1}]', ["not_object"], id="list"),
        pytest.param('"Oslo"', ["not_object"], id="string"),
        pytest.param('Sure: {"a": 1}', ["not_json"], id="prose before"),
        pytest.param("{a: 1}", ["not_json"], id="key without quotes"),
        pytest.param('{"city": New York}', ["not_json"], id="text without quotes"),
        pytest.param('{"a": "say "hi""}', ["not_json"], id="quotes inside quotes"),
        pytest.param('{"a": 1 "b": 2}', ["not_json"], id="missing comma"),
        pytest.param('{"a": "\\x"}', ["not_json"], id="unknown escape"),
        pytest.param('\ufeff{"a": 1}', ["not_json"], id="byte order mark"),
        pytest.param('{"a": 01}', ["not_json"], id="leading zero"),
        pytest.param('{"a": [1, 2}', ["not_json"], id="wrong bracket"),
        pytest.param("[" * 100_000, ["not_json"], id="a hundred thousand brackets"),
        pytest.param('{"a": ' + "[" * 128 + "]" * 128 + "}", ["not_json"], id="too deep for us"),
        pytest.param(
            '{"a": ' + "1" * 4301 + "}", ["not_json"], id="more digits than Python writes"
        ),
        pytest.param('{"a": 1e5000}', ["not_json"], id="more digits than Python writes, in short"),
        pytest.param(
            "{'a': True, // x\n 'b': [1,],",
            ["single_quotes", "python_literal", "comment", "trailing_comma", "truncated"],
            id="all at once",
        ),
    ],
)
def test_what_is_no_object_is_named_for_each_of_its_defects(raw, defects):
    read = parse_arguments(raw)

    assert (read.value, [str(defect) for defect in read.defects]) == (None, defects)


@pytest.mark.parametrize(
    ("raw", "marked"),
    [
        pytest.param(
            '{"a": 2 * 3, "b": \'x\',}',
            [("expression", "2 * 3"), ("single_quotes", "'x'"), ("trailing_comma", ",")],
            id="three",
        ),
        pytest.param('{"a": 1, "a": 2}', [("duplicate_key", '"a"')], id="a key that stands twice"),
        pytest.param('{"a": "b\tc"}', [("unescaped_control", "\t")], id="control character"),
        pytest.param('{"a": 1} bye', [("trailing_text", "bye")], id="trailing text"),
        pytest.param('{"a": 1, b c}', [("not_json", "b c}")], id="from where it is lost"),
        pytest.param("", [("empty", "")], id="empty"),
    ],
)
def test_each_defect_has_its_place(raw, marked):
    assert [(str(kind), raw[start:end]) for kind, start, end in defect_spans(raw)] == marked


@given(JSON)
def test_strict_json_is_read_as_the_standard_library_does(value):
    read = parse_arguments(json.dumps(value))

    assert read.value == (value if isinstance(value, dict) else None)
    assert bool(read.defects) is not isinstance(value, dict)


@given(JSON.filter(lambda value: isinstance(value, dict)), st.data())
def test_an_object_that_was_cut_off_is_never_read(value, data):
    raw = json.dumps(value)
    cut = raw[: data.draw(st.integers(1, len(raw) - 1))]

    assert parse_arguments(cut).value is None


@given(ALMOST_JSON | st.text())
def test_every_text_is_either_an_object_or_has_a_defect(raw):
    read = parse_arguments(raw)

    assert read.value is not None or read.defects
    assert all(0 <= start <= end <= len(raw) for _, start, end in defect_spans(raw))


@given(st.dictionaries(st.text(string.ascii_letters), st.text(), min_size=1))
def test_what_was_read_can_be_written_again(value):
    raw = json.dumps({**value, "half": "\ud800"})

    assert json.loads(json.dumps(parse_arguments(raw).value)) == json.loads(raw)


def test_an_exponent_that_nothing_can_hold_is_flagged_and_never_raises():
    raw = '{"n": 1e' + "9" * 60 + "}"

    assert parse_arguments(raw).value is None
    assert parse_arguments(raw).defects == (Defect.NOT_JSON,)
    assert parse_text(raw, "auto").calls == ()

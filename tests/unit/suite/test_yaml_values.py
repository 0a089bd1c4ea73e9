import pytest
from hypothesis import given
from hypothesis import strategies as st

from evalkit.errors import InvalidConfig, InvalidFile
from evalkit.suite import load_yaml


def problems(text):
    with pytest.raises(InvalidFile) as refused:
        load_yaml(text, "f.yaml")
    return [str(each) for each in refused.value.problems]


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("NO", "NO"),
        ("yes", "yes"),
        ("off", "off"),
        ("true", True),
        ("False", False),
        ("~", None),
        ("null", None),
        ("nUll", "nUll"),
        ("1e3", 1000.0),
        (".5", 0.5),
        ("-5", -5),
        ("+5", 5),
        ("0x1f", 31),
        ("0o17", 15),
        ("0", 0),
        ("5.", 5.0),
        ("-", None),
        ("1_000", "1_000"),
        ("12:30:45", "12:30:45"),
        ("2026-01-31", "2026-01-31"),
        ("'5'", "5"),
        ("1.2.3", "1.2.3"),
        ("<<", "<<"),
        ("=", "="),
    ],
)
def test_plain_scalars_are_read_by_yaml_1_2(text, value):
    if text == "-":
        assert load_yaml("- ", "f").value == [None]
    else:
        assert load_yaml(f"[{text}]", "f").value == [value]


def test_keys_are_text_whatever_they_look_like():
    assert load_yaml("{on: 1, 5: 2, null: 3, true: 4}", "f").value == {
        "on": 1,
        "5": 2,
        "null": 3,
        "true": 4,
    }


def test_an_alias_stands_for_what_its_anchor_names():
    document = load_yaml("a: &x {b: 1}\nc: *x\n", "f.yaml")

    assert document.value == {"a": {"b": 1}, "c": {"b": 1}}
    assert document.where(("c",)) == "f.yaml:2:4"
    assert document.where(("c", "b")) == "f.yaml:1:11"


def test_every_value_and_key_knows_its_place():
    document = load_yaml("cases:\n  - id: a\n    expect: {calls: [1, 2]}\n", "f.yaml")

    assert document.where() == "f.yaml:1:1"
    assert document.where(("cases", 0)) == "f.yaml:2:5"
    assert document.where(("cases", 0, "expect", "calls", 1)) == "f.yaml:3:25"
    assert document.where_key(("cases", 0, "expect", "calls")) == "f.yaml:3:14"


def test_a_place_that_is_not_there_is_the_nearest_one_around_it():
    document = load_yaml("a:\n  b: 1\n", "f.yaml")

    assert document.where(("a", "c", "d")) == "f.yaml:2:3"


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("", "f.yaml:1:1: the file is empty"),
        ("# only a comment", "f.yaml:1:1: the file is empty"),
        (
            "a:\n\t- b",
            "f.yaml:2:1: a tab indents this line\n  hint: YAML indents with spaces",
        ),
        (
            "a: [1,\nb: 2",
            "f.yaml:1:4: this list is not closed\n  hint: add the missing ',' or ']'",
        ),
        (
            "a: {b: 1\nc: 2",
            "f.yaml:1:4: this mapping is not closed\n  hint: add the missing ',' or '}'",
        ),
        ("a: 'x", "f.yaml:1:4: this quote is never closed\n  hint: add the closing quote"),
        (
            "a: 'it's'",
            (
                "f.yaml:1:8: text goes on after its closing quote\n"
                "  hint: double a quote inside: 'it''s'"
            ),
        ),
        (
            'a: "\\d"',
            (
                "f.yaml:1:5: an escape that YAML does not know\n"
                "  hint: double the backslash, or use single quotes: '\\d+'"
            ),
        ),
        (
            "a: Refund: now",
            (
                "f.yaml:1:10: a ':' stands where no key can stand\n"
                "  hint: put text that holds ': ' in quotes; "
                "a new key begins in the column of its neighbours"
            ),
        ),
        (
            "a: {{ city }}",
            "f.yaml:1:5: a key must be text\n  hint: put a template in quotes: '{{ name }}'",
        ),
        (
            "a: @b",
            (
                "f.yaml:1:4: text cannot begin with this character\n"
                "  hint: put text in quotes that holds ': ' "
                "or begins with one of @ ` % & * ! | > { ["
            ),
        ),
        (
            "a: *b",
            (
                "f.yaml:1:4: no anchor &b stands before this alias\n"
                '  hint: put it in quotes if it is text: "*b"'
            ),
        ),
        ("a: &x [*x]", "f.yaml:1:8: the alias *x stands inside what it names"),
        (
            "a: 1\n---\nb: 2",
            "f.yaml:2:1: a second document begins here\n  hint: keep one document in a file",
        ),
        (
            "a: 0123",
            (
                "f.yaml:1:4: 0123 begins with a zero and is ambiguous\n"
                "  hint: put it in quotes if it is text: '0123'"
            ),
        ),
        (
            "a: .inf",
            "f.yaml:1:4: .inf is no number in JSON\n  hint: put it in quotes if it is text: '.inf'",
        ),
        (
            "a: 1e999",
            (
                "f.yaml:1:4: 1e999 is too large for a number\n"
                "  hint: put it in quotes if it is text: '1e999'"
            ),
        ),
        (
            "a: !!python/name:os.system x",
            (
                "f.yaml:1:4: tags such as 'tag:yaml.org,2002:python/name:os.system' are not read\n"
                "  hint: leave the tag out"
            ),
        ),
        (
            "a: \x07",
            (
                "f.yaml:1:4: the character U+0007 may not stand in YAML\n"
                '  hint: write it as an escape in double quotes, such as "\\x07"'
            ),
        ),
    ],
    ids=repr,
)
def test_a_mistake_is_told_at_its_place_in_plain_words(text, problem):
    assert problems(text) == [problem]


def test_all_mistakes_that_can_be_read_over_are_told_at_once():
    assert problems("a: 1\na: 007\nb: .nan\n") == [
        "f.yaml:2:1: the key 'a' stands on line 1 already\n  hint: keep one",
        (
            "f.yaml:2:4: 007 begins with a zero and is ambiguous\n"
            "  hint: put it in quotes if it is text: '007'"
        ),
        "f.yaml:3:4: .nan is no number in JSON\n  hint: put it in quotes if it is text: '.nan'",
    ]


def test_the_caller_chooses_the_error():
    with pytest.raises(InvalidConfig):
        load_yaml("[", "f.yaml", InvalidConfig)


@given(st.text())
def test_any_text_is_a_value_or_a_list_of_problems(text):
    try:
        load_yaml(text, "f.yaml")
    except InvalidFile as error:
        problems_told = error.problems
    else:
        problems_told = ("none",)
    assert problems_told

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from evalkit.report._figures import percent, seconds, usd
from evalkit.report._visible import one_line, visible


@pytest.mark.parametrize(
    ("share", "text"),
    [
        (None, "n/a"),
        (0.0, "0 %"),
        (1.0, "100 %"),
        (0.5649, "56 %"),
        (0.004, "0.4 %"),
        (0.9961, "99.6 %"),
        (0.0004, "<0.1 %"),
        (0.9999, ">99.9 %"),
    ],
)
def test_a_percentage_never_rounds_to_all_or_nothing(share, text):
    assert percent(share) == text


@pytest.mark.parametrize(
    ("amount", "text"),
    [
        (None, "unknown"),
        (0.0, "$0"),
        (0.0000123, "$0.0000123"),
        (0.389, "$0.389"),
        (0.9996, "$1.00"),
        (1.5, "$1.50"),
        (12345.6, "$12,346"),
    ],
)
def test_money_keeps_three_figures_and_unknown_is_not_zero(amount, text):
    assert usd(amount) == text


@pytest.mark.parametrize(
    ("duration", "text"), [(None, "unknown"), (0.0421, "42 ms"), (1.234, "1.23 s")]
)
def test_a_duration_has_its_unit(duration, text):
    assert seconds(duration) == text


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        pytest.param("a\u202eb", r"a\u202eb", id="right-to-left override"),
        pytest.param("a\u200bb\u00ad", r"a\u200bb\xad", id="zero width and soft hyphen"),
        pytest.param("\x1b[31m\x00", r"\x1b[31m\x00", id="terminal escape and NUL"),
        pytest.param("\ud800", r"\ud800", id="lone surrogate"),
        pytest.param("\U000e0041", r"\U000e0041", id="tag letter"),
        pytest.param("Göttingen 🌧 日本", "Göttingen 🌧 日本", id="ordinary text"),
        pytest.param("a\n\tb", "a\n\tb", id="line breaks and tabs stay"),
    ],
)
def test_what_cannot_be_seen_is_written_as_an_escape(text, shown):
    assert visible(text) == shown


@given(st.text(st.characters(exclude_categories=[])), st.integers(2, 50))
def test_a_line_is_short_printable_and_encodable(text, limit):
    line = one_line(text, limit)

    assert len(line) <= limit
    assert "\n" not in line
    line.encode("utf-8")
    assert visible(line) == line


def test_a_line_says_that_it_was_cut():
    assert one_line("abcdef", 4) == "abc…"
    assert one_line("abcd", 4) == "abcd"

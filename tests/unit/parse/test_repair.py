"""The best-effort reading that explains and never scores."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from evalkit.parse import repair


@pytest.mark.parametrize(
    ("raw", "meant"),
    [
        pytest.param('{"a": 1}', {"a": 1}, id="nothing to repair"),
        pytest.param('{"a": 1', {"a": 1}, id="missing brace"),
        pytest.param("{'a': True}", {"a": True}, id="python"),
        pytest.param('```json\n{"a": 1}\n```', {"a": 1}, id="fence"),
        pytest.param('"{\\"a\\": 1}"', {"a": 1}, id="encoded twice"),
        pytest.param('"Oslo"', "Oslo", id="a string is a string"),
        pytest.param("", None, id="empty"),
        pytest.param('{"```json\n{["```', None, id="the library stumbles"),
        pytest.param("[" * 5_000, None, id="too deep"),
        pytest.param('["' * 5_000, None, id="too many quotes"),
        pytest.param("{" + "x" * 30_000, None, id="too long"),
    ],
)
def test_a_broken_string_is_read_as_it_was_meant(raw, meant):
    assert repair(raw) == meant


@given(st.text("{}[]\"',:\\/ab1 \n\t*#`(-.\ud800", max_size=200))
def test_no_text_makes_it_raise(raw):
    repair(raw)

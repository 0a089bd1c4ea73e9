import pytest

from evalkit.errors import CassetteMiss
from evalkit.pytest_plugin._trouble import trouble_in


def test_trouble_is_found_under_what_a_framework_wrapped_around_it():
    miss = CassetteMiss("no recording answers")

    with pytest.raises(RuntimeError) as caught:
        raise RuntimeError("the agent failed") from miss

    assert trouble_in(caught) is miss


def test_errors_that_cause_each_other_end_the_search():
    first, second = RuntimeError("a"), RuntimeError("b")
    second.__cause__ = first

    with pytest.raises(RuntimeError) as caught:
        raise first from second

    assert trouble_in(caught) is None

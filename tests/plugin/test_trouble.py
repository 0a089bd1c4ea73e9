import pytest

from evalkit.errors import CassetteMiss
from evalkit.pytest_plugin._trouble import trouble_in


def excinfo_of(error):
    return pytest.ExceptionInfo.from_exception(error)


def caused_by(error, cause):
    error.__cause__ = cause
    return error


def test_trouble_is_found_under_what_a_framework_wrapped_around_it():
    miss = CassetteMiss("no recording answers")

    assert trouble_in(excinfo_of(caused_by(RuntimeError("agent"), miss))) is miss


def test_errors_that_cause_each_other_end_the_search():
    first, second = RuntimeError("a"), RuntimeError("b")
    caused_by(first, second)
    caused_by(second, first)

    assert trouble_in(excinfo_of(first)) is None

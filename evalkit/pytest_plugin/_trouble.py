"""Trouble of the harness in a test in Python: pytest's error, told without the frames of an SDK."""

from __future__ import annotations

import sysconfig
from collections.abc import Iterator
from pathlib import Path
from types import FrameType, TracebackType

import pytest

from evalkit.errors import EvalkitError
from evalkit.pytest_plugin._explanation import in_pytests_words

NOT_RUN = (pytest.skip.Exception, pytest.xfail.Exception)
_PACKAGES = frozenset({"site-packages", "dist-packages"})
_FOREIGN = (Path(__file__).parents[1], Path(sysconfig.get_path("stdlib")))


def trouble_in(excinfo: pytest.ExceptionInfo[BaseException]) -> EvalkitError | None:
    """Return the trouble that ended a test, under whatever a framework wrapped around it."""
    return next((each for each in _causes(excinfo.value) if isinstance(each, EvalkitError)), None)


def is_trouble_of_setup(call: pytest.CallInfo[None], *, is_case: bool) -> bool:
    """Tell trouble before a test began, which is told in pytest's own words: a failure of setup."""
    if call.when != "setup" or call.excinfo is None or call.excinfo.errisinstance(NOT_RUN):
        return False
    return is_case or isinstance(call.excinfo.value.__context__, EvalkitError)


def expect_no_more(report: pytest.TestReport, item: pytest.Item) -> None:
    """Take back `xfail`: a test was expected to fail, not the harness.

    Where the marker names what is raised, trouble is what was expected.
    """
    names_it = any("raises" in marker.kwargs for marker in item.iter_markers("xfail"))
    if hasattr(report, "wasxfail") and not names_it:
        del report.wasxfail
        report.outcome = "failed"


def in_the_users_code(
    excinfo: pytest.ExceptionInfo[BaseException], trouble: EvalkitError
) -> pytest.ExceptionInfo[BaseException]:
    """Return the trouble as if the last line of the user's own had raised it."""
    trouble.hint = trouble.hint and in_pytests_words(trouble.hint)
    trouble.__cause__ = None
    trouble.__suppress_context__ = True
    own = None
    for at in reversed(list(_steps(excinfo.tb))):
        if not _is_foreign(at.tb_frame):
            own = TracebackType(own, at.tb_frame, at.tb_lasti, at.tb_lineno)
    return pytest.ExceptionInfo.from_exc_info((type(trouble), trouble, own or excinfo.tb))


def told(
    report: pytest.TestReport, trouble: EvalkitError | None, *, is_case: bool
) -> pytest.TestReport:
    """Begin its line in the summary with what happened, and count trouble as an error.

    For pytest, its summary and JUnit a failure is what fails in the phase `call`; whatever fails in
    another one is an error.
    """
    if trouble is not None and report.when == "call" and report.failed:
        report.when = "setup"
    crash = getattr(report.longrepr, "reprcrash", None)
    if crash is not None and trouble is not None:
        crash.message = f"{type(trouble).__name__}: {trouble}"
    elif crash is not None and is_case:
        crash.message = crash.message.removeprefix("Failed: ")
    return report


def _causes(error: BaseException) -> Iterator[BaseException]:
    cause: BaseException | None = error
    seen: set[int] = set()
    while cause is not None and id(cause) not in seen:  # an error may be made its own cause
        seen.add(id(cause))
        yield cause
        cause = cause.__cause__


def _steps(trace: TracebackType | None) -> Iterator[TracebackType]:
    while trace is not None:
        yield trace
        trace = trace.tb_next


def _is_foreign(frame: FrameType) -> bool:
    path = Path(frame.f_code.co_filename)
    return not _PACKAGES.isdisjoint(path.parts) or any(map(path.is_relative_to, _FOREIGN))

"""Suites as pytest items, and the fixture `evalkit` for tests in Python.

`pytest suites/` runs every case with every provider. Nothing heavy is imported before the first
suite is collected or the first test asks for the fixture, so that the plugin costs nothing where
there is neither.
"""

from __future__ import annotations

import sys
from collections.abc import Generator, Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from evalkit.pytest_plugin._items import SuiteFile
    from evalkit.pytest_plugin._kit import Kit

SUITE_SUFFIXES = frozenset({".yaml", ".yml"})
HEAD_BYTES = 4096
"""How much of a YAML file is read to tell a suite from other files."""


def pytest_addoption(parser: pytest.Parser) -> None:
    group = parser.getgroup("evalkit", "evalkit: what language models call")
    group.addoption(
        "--evalkit-provider",
        action="append",
        default=[],
        metavar="NAME",
        help="ask only this provider of evalkit.yaml (repeatable)",
    )
    group.addoption(
        "--evalkit-record",
        choices=("none", "once", "missing", "all", "live"),
        default="none",
        metavar="MODE",
        help="none: replay only (default); once, missing, all: record to cassettes; live: ask only",
    )
    group.addoption(
        "--evalkit-stop-early",
        action="store_true",
        help="hold no further trial of a case whose verdict cannot change any more",
    )
    group.addoption(
        "--evalkit-report",
        metavar="DIR",
        help="write run.jsonl, index.html, report.md and junit.xml of all suites there",
    )
    group.addoption(
        "--evalkit-baseline",
        metavar="FILE",
        help="fail only where a case is broken that passed in this run file; other failures are "
        "reported as expected (xfailed), with the reason",
    )
    group.addoption(
        "--evalkit-config", metavar="FILE", help="use this evalkit.yaml, not the nearest"
    )
    group.addoption(
        "--evalkit-allow-python",
        action="store_true",
        help="let suites call Python functions ($python)",
    )
    group.addoption(
        "--evalkit-block-network",
        action="store_true",
        help="let no test connect to another machine",
    )
    parser.addini("evalkit_provider", "providers to ask, by name; all if empty", type="args")
    parser.addini("evalkit_report", "folder for the report of all suites, relative to the rootdir")
    parser.addini("evalkit_config", "the evalkit.yaml to use, relative to the rootdir")


def pytest_configure(config: pytest.Config) -> None:
    if config.getoption("evalkit_block_network"):
        from evalkit.pytest_plugin._network import network_blocked

        cleanup = ExitStack()
        cleanup.enter_context(network_blocked())
        config.add_cleanup(cleanup.close)


def pytest_collect_file(file_path: Path, parent: pytest.Collector) -> SuiteFile | None:
    if file_path.suffix not in SUITE_SUFFIXES:
        return None
    if not _is_suite(file_path, is_named=parent.session.isinitpath(file_path)):
        return None
    from evalkit.pytest_plugin._items import SuiteFile

    return SuiteFile.from_parent(parent, path=file_path)


@pytest.fixture
def evalkit(request: pytest.FixtureRequest) -> Iterator[Kit]:
    """Clients of the official SDKs over a cassette of the test's own, and what they called."""
    from evalkit.pytest_plugin._kit import kit_of

    with kit_of(request.node) as kit:
        yield kit


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(
    item: pytest.Item, call: pytest.CallInfo[None]
) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """Tell trouble of evalkit's own in a test from a test that failed."""
    if call.excinfo is None or "evalkit.errors" not in sys.modules:
        return (yield)
    from evalkit.pytest_plugin._trouble import (
        expect_no_more,
        in_the_users_code,
        is_trouble_of_setup,
        told,
        trouble_in,
    )

    items = sys.modules.get("evalkit.pytest_plugin._items")
    is_case = items is not None and isinstance(item, items.CaseItem)
    trouble = trouble_in(call.excinfo)
    is_trouble = trouble is not None or is_trouble_of_setup(call, is_case=is_case)
    if trouble is not None and not item.config.getoption("fulltrace"):
        call.excinfo = in_the_users_code(call.excinfo, trouble)
    report = yield
    if is_trouble:
        expect_no_more(report, item)
    return told(report, trouble, is_case=is_case)


@pytest.hookimpl(optionalhook=True)
def pytest_configure_node(node: object) -> None:
    """Tell a worker of xdist which run it is part of."""
    from evalkit.pytest_plugin._run_parts import tell_worker

    tell_worker(node)


@pytest.hookimpl(trylast=True)
def pytest_sessionfinish(session: pytest.Session) -> None:
    if session.config.getoption("evalkit_report") or session.config.getini("evalkit_report"):
        from evalkit.pytest_plugin._run_parts import write_report

        write_report(session)


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    reports = [each for found in terminalreporter.stats.values() for each in found]
    if any(hasattr(each, "user_properties") and _is_case(each) for each in reports):
        from evalkit.pytest_plugin._summary import print_summary

        print_summary(terminalreporter)


def _is_case(report: pytest.TestReport) -> bool:
    return ("evalkit", "case") in report.user_properties


def _is_suite(path: Path, *, is_named: bool) -> bool:
    """Tell a suite by its name; one that the command line names may do without."""
    keys = (b"suite:", b"cases:", b"include:") if is_named else (b"suite:",)
    with path.open("rb") as file:
        head = file.read(-1 if is_named else HEAD_BYTES)
    return any(line.startswith(keys) for line in head.splitlines())

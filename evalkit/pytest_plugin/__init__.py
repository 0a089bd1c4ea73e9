"""Suites as pytest items: `pytest suites/` runs every case with every provider.

Nothing heavy is imported before the first suite is collected, so that the plugin costs nothing
where there is none.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from evalkit.pytest_plugin._items import SuiteFile

SUITE_SUFFIXES = frozenset({".yaml", ".yml"})
HEAD_BYTES = 4096
"""How much of a YAML file is read to tell a suite from other files."""


def pytest_addoption(parser: pytest.Parser) -> None:
    group = parser.getgroup("evalkit", "suites of tool calls")
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
        "--evalkit-allow-python",
        action="store_true",
        help="let suites call Python functions ($python)",
    )


def pytest_collect_file(file_path: Path, parent: pytest.Collector) -> SuiteFile | None:
    if file_path.suffix not in SUITE_SUFFIXES or not _is_suite(file_path):
        return None
    from evalkit.pytest_plugin._items import SuiteFile

    return SuiteFile.from_parent(parent, path=file_path)


def _is_suite(path: Path) -> bool:
    with path.open("rb") as file:
        head = file.read(HEAD_BYTES)
    return any(line.startswith(b"suite:") for line in head.splitlines())

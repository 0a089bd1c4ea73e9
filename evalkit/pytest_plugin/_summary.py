"""The lines about suites at the end of a pytest run."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

import pytest

from evalkit.pytest_plugin._run_parts import SAID
from evalkit.stats import wilson

OUTCOMES = ("passed", "failed", "xfailed", "error")


def print_summary(reporter: pytest.TerminalReporter) -> None:
    """Say how many cases each provider passed, and where the report is."""
    reporter.section("evalkit")
    for line in _lines(reporter):
        reporter.write_line(line)
    said = reporter.config.stash.get(SAID, None)
    if said is not None:
        reporter.write_line(said)


def _lines(reporter: pytest.TerminalReporter) -> Iterator[str]:
    counts: dict[str, Counter[str]] = {}
    for outcome in OUTCOMES:
        for report in reporter.stats.get(outcome, ()):
            properties = dict(report.user_properties)
            if properties.get("evalkit") == "case":
                mark = " (simulated)" if properties["simulated"] else ""
                counts.setdefault(f"{properties['provider']}{mark}", Counter())[outcome] += 1
    width = max(map(len, counts))
    for provider, count in sorted(counts.items()):
        yield f"{provider:<{width}}  {_rate(count)}"


def _rate(count: Counter[str]) -> str:
    """Write `41 of 44 passed, 93 % (82-98 %)`, and what is in no rate."""
    passed = count["passed"]
    graded = passed + count["failed"] + count["xfailed"]
    known = f", {count['xfailed']} failing that broke nothing" if count["xfailed"] else ""
    errored = f", {count['error']} errored" if count["error"] else ""
    if not graded:
        return f"nothing was judged{errored}"
    low, high = wilson(passed, graded)
    rate = f"{passed / graded:.0%} ({low:.0%} to {high:.0%})"
    return f"{passed} of {graded} passed, {rate}{known}{errored}"

"""The tools that a case judges by name, whether or not their calls are answered."""

from __future__ import annotations

from collections.abc import Iterator

from evalkit.suite import Case, Expectation


def judged_tools(case: Case) -> frozenset[str]:
    """Return the tools that are expected, forbidden or watched anywhere in a case."""
    found = [case.expect, *(turn.expect for turn in case.turns)]
    everything = (tool.name for tool in case.tools)
    if any(expect is not None and expect.no_call for expect in found):
        return frozenset(everything)
    return frozenset(name for expect in found if expect is not None for name in _named(expect))


def _named(expect: Expectation) -> Iterator[str]:
    yield from expect.forbid
    yield from expect.confirm
    yield from (call.tool for call in expect.calls or ())
    yield from (each.tool for each in expect.idempotent)
    for other in expect.any_of:
        yield from _named(other)

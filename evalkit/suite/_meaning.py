"""Whether an expectation can fail, and whether what it names exists."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from msgspec import Struct

from evalkit.errors import nearest
from evalkit.suite._call import CallExpectation
from evalkit.suite._check import Steps
from evalkit.suite._expectation import Expectation, tools_of_results
from evalkit.suite._mistakes import Mistakes
from evalkit.suite._tool import Tool


class Reviewer(Struct, frozen=True):
    """Reads expectations with the tools at hand; None where the tools themselves are broken."""

    tools: Mapping[str, Tool] | None
    mistakes: Mistakes

    def review(self, expect: Expectation, path: Steps) -> None:
        """Complain of what cannot be meant."""
        self.names(expect, path)
        self._contradictions(expect, path)
        self._order(expect.calls or (), (*path, "calls"))
        for index, each in enumerate(expect.any_of):
            self.review(each, (*path, "any_of", index))
            self.can_fail(each, (*path, "any_of", index))

    def names(self, expect: Expectation, path: Steps) -> None:
        """Complain of tools that the suite does not offer; alternatives are left to `review`."""
        for name, place in _tool_names(expect, path):
            self.tool(name, place)

    def can_fail(self, expect: Expectation, path: Steps) -> None:
        """Complain of an expectation that every conversation would meet."""
        if expect.calls != () and not _can_fail(expect):
            what = "this expects nothing, so that the case cannot fail"
            self.mistakes.at(path, what, "say no_call, calls, forbid, or what the answer needs")

    def tool(self, name: str, path: Steps) -> None:
        """Complain of a tool that the suite does not offer."""
        if self.tools is None or name in self.tools:
            return
        hint = nearest(name, self.tools) if self.tools else "the suite offers no tools"
        self.mistakes.at(path, f"the suite offers no tool {name!r}", hint)

    def tool_key(self, name: str, path: Steps) -> None:
        """Complain of a key that names no tool of the suite."""
        if self.tools is not None and name not in self.tools:
            hint = nearest(name, self.tools) if self.tools else "the suite offers no tools"
            self.mistakes.at_key(path, f"the suite offers no tool {name!r}", hint)

    def _contradictions(self, expect: Expectation, path: Steps) -> None:
        if expect.no_call and expect.calls is not None:
            self.mistakes.at_key((*path, "calls"), "no_call and calls contradict each other")
        if expect.calls == ():
            self.mistakes.at((*path, "calls"), "no calls are listed", "write expect: no_call")
        for key in sorted(expect.model_fields_set & {"order", "same_turn"}):
            if not expect.calls:
                self.mistakes.at_key((*path, key), f"{key} is about calls, and none are listed")
        for index, call in enumerate(expect.calls or ()):
            if call.tool in expect.forbid:
                self.mistakes.at((*path, "calls", index), f"{call.tool} is expected and forbidden")

    def _order(self, calls: tuple[CallExpectation, ...], path: Steps) -> None:
        ids: dict[str, int] = {}
        for index, call in enumerate(calls):
            if call.id is None:
                continue
            if call.id in ids:
                self.mistakes.at((*path, index, "id"), f"the id {call.id!r} is already taken")
            ids[call.id] = index
        for index, call in enumerate(calls):
            for number, name in enumerate(call.after):
                if name not in ids:
                    what = f"no call has the id {name!r}"
                    self.mistakes.at((*path, index, "after", number), what, nearest(name, ids))
        for index in _in_a_circle(calls, ids) if ids else ():
            self.mistakes.at((*path, index, "after"), "these calls wait for each other")


def _in_a_circle(calls: tuple[CallExpectation, ...], ids: Mapping[str, int]) -> list[int]:
    """The calls that could never be made, because each waits for another of them."""
    waiting = {
        index: {ids[name] for name in call.after if name in ids} for index, call in enumerate(calls)
    }
    while free := [index for index, others in waiting.items() if not others & waiting.keys()]:
        for index in free:
            del waiting[index]
    return sorted(waiting)[:1]


def _tool_names(expect: Expectation, path: Steps) -> Iterator[tuple[str, Steps]]:
    """Every tool that an expectation names, alternatives left out, with its place."""
    for index, call in enumerate(expect.calls or ()):
        yield from _call_names(call, (*path, "calls", index))
    listed = expect.extra_calls if isinstance(expect.extra_calls, tuple) else ()
    lists = {"forbid": expect.forbid, "confirm": expect.confirm, "extra_calls": listed}
    for key, names in lists.items():
        for index, name in enumerate(names):
            yield name, (*path, key, index)
    for index, each in enumerate(expect.idempotent):
        yield each.tool, (*path, "idempotent", index, "tool")
    for grounded in expect.grounded:
        yield grounded.tool, (*path, "grounded")
        place = (*path, "grounded", grounded.tool, grounded.argument)
        yield from ((name, place) for name in tools_of_results(grounded.pattern.source))
    if expect.retries and expect.retries.tool:
        yield expect.retries.tool, (*path, "retries", "tool")


def _call_names(call: CallExpectation, path: Steps) -> Iterator[tuple[str, Steps]]:
    yield call.tool, (*path, "tool")
    yield from ((name, path) for name in tools_of_results(call.args.source))


def _can_fail(expect: Expectation) -> bool:
    listed = expect.calls or ()
    needed = any(not call.optional and call.times.min for call in listed)
    extras = expect.extra_calls
    return bool(
        expect.no_call
        or needed
        or (listed and extras != "allow")
        or extras not in (None, "allow")
        or expect.forbid
        or expect.any_of
        or expect.answer
        or expect.stop
        or (expect.limits and expect.limits.model_fields_set)
        or (expect.retries and (expect.retries.min or expect.retries.max is not None))
        or expect.idempotent
        or expect.grounded
        or expect.confirm
        or expect.recovers
        or expect.graders
    )

"""Judges the calls of a conversation by those that are expected."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from msgspec import Struct

from evalkit.grade._blame import blame_extra, blame_missing, blame_pair
from evalkit.grade._dependency import early_calls, in_dependency_order
from evalkit.grade._judgement import Judgement, paired, passed
from evalkit.grade._matching import Matching, Problem, in_one_turn, match_calls
from evalkit.grade._pairs import Fit, Pair
from evalkit.grade._retries import is_retry
from evalkit.grade._scene import Placed, Scene
from evalkit.grade._sequence import first_out_of_sequence, in_sequence
from evalkit.grade._words import show_call, show_name
from evalkit.results import Kind, Pairing, Status, Verdict
from evalkit.suite import CallExpectation, Expectation


class CallsJudge(Struct, frozen=True, kw_only=True):
    """Judges by `calls`, `order`, `same_turn` and `extra_calls`."""

    expectation: Expectation
    expected: tuple[CallExpectation, ...]
    labels: tuple[str, ...]
    known: frozenset[str]
    """The names of the tools on offer."""

    def __call__(self, scene: Scene) -> Judgement:
        problem = Problem(self.expected, scene.calls, self._permitted_in(scene), self.known)
        matching = self._in_order(problem)
        if matching is None:
            matching = match_calls(problem)
            disorder = tuple(self._disorder(matching))
        else:
            disorder = ()
        verdicts = (*self._verdicts(matching, scene), *disorder)
        return Judgement(verdicts=verdicts, pairings=tuple(self._pairings(matching)))

    def _in_order(self, problem: Problem) -> Matching | None:
        """The matching that holds in every respect, or None."""
        if self.expectation.same_turn:
            return in_one_turn(problem)
        if self.expectation.order == "strict":
            return in_sequence(problem)
        if any(expected.after for expected in self.expected):
            return in_dependency_order(problem)
        return match_calls(problem)

    def _permitted_in(self, scene: Scene) -> Callable[[Placed], bool]:
        extra, retries = self.expectation.extra_calls, self.expectation.retries
        if extra == "allow":
            return lambda _placed: True
        names = frozenset(extra) if isinstance(extra, tuple) else frozenset()
        return lambda placed: (
            placed.call.name in names or (retries is not None and is_retry(placed, scene, retries))
        )

    def _verdicts(self, matching: Matching, scene: Scene) -> Iterator[Verdict]:
        for pair in matching.pairs:
            label = self.labels[pair.expected]
            if pair.fit is Fit.EXACT:
                yield passed(label, pair.placed.index)
            else:
                yield from blame_pair(label, self.expected[pair.expected], pair, scene)
        for index in dict.fromkeys(matching.missing):
            yield blame_missing(self.labels[index], self.expected[index], scene)
        for placed in matching.left:
            if self._is_blamed_here(placed):
                yield blame_extra(placed, self.expected)
        if not matching.pairs and not matching.missing and not matching.left:
            yield passed("calls")

    def _is_blamed_here(self, placed: Placed) -> bool:
        """An unknown or forbidden tool is reported as such already."""
        name = placed.call.name
        return name in self.known and name not in self.expectation.forbid

    def _disorder(self, matching: Matching) -> Iterator[Verdict]:
        """What is wrong with the turns and the order of calls that were made."""
        for pair, before in early_calls(self.expected, matching):
            yield self._early(pair, before)
        if not matching.holds:
            return
        if self.expectation.same_turn:
            yield _not_parallel(matching)
        elif (wrong := first_out_of_sequence(matching)) and self.expectation.order == "strict":
            yield _out_of_sequence(*wrong)

    def _early(self, pair: Pair, before: Pair) -> Verdict:
        call, other = show_call(pair.placed.call), show_name(before.placed.call.name)
        when = "in the same turn as" if pair.placed.turn == before.placed.turn else "before"
        return Verdict(
            expectation=self.labels[pair.expected],
            status=Status.FAILED,
            kind=Kind.WRONG_ORDER,
            reason=f"{call} was called {when} {other}, whose result it needs",
            call=pair.placed.index,
        )

    def _pairings(self, matching: Matching) -> Iterator[Pairing]:
        for pair in matching.pairs:
            expected, called = self.expected[pair.expected].tool, pair.placed.call.name
            yield paired(expected, called, arguments_match=pair.fit is Fit.EXACT)
        for index in matching.missing:
            yield paired(self.expected[index].tool, None)
        for placed in matching.left:
            yield paired(None, placed.call.name)


def calls_judge(expectation: Expectation, known: frozenset[str]) -> CallsJudge:
    """Prepare to judge the calls of an expectation over the tools on offer."""
    expected = expectation.calls or ()
    return CallsJudge(
        expectation=expectation,
        expected=expected,
        labels=tuple(f"calls[{index}] {call.tool}" for index, call in enumerate(expected)),
        known=known,
    )


def _not_parallel(matching: Matching) -> Verdict:
    placed = sorted((found.placed for found in matching.pairs), key=lambda one: one.index)
    made = [f"{show_name(one.call.name)} in turn {one.turn + 1}" for one in placed]
    return Verdict(
        expectation="same_turn",
        status=Status.FAILED,
        kind=Kind.NOT_PARALLEL,
        reason=f"expected all calls in one turn, got {', '.join(made[:4])}",
        call=placed[-1].index,
    )


def _out_of_sequence(above: Pair, below: Pair) -> Verdict:
    return Verdict(
        expectation="order",
        status=Status.FAILED,
        kind=Kind.WRONG_ORDER,
        reason=f"{show_call(below.placed.call)} was called before {show_call(above.placed.call)},"
        " expected after it",
        call=below.placed.index,
    )

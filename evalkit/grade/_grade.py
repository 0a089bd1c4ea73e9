"""A case and what a model made of it -> a result."""

from __future__ import annotations

from collections.abc import Iterator

from evalkit.errors import PluginFailed
from evalkit.grade._ending import trouble_free
from evalkit.grade._expectation import (
    expects_silence,
    is_for_graders_alone,
    judge_of,
    names_an_ending,
)
from evalkit.grade._judgement import Judgement, together, within
from evalkit.grade._scene import Scene
from evalkit.grade._wellformed import Offer, wellformed
from evalkit.grade._words import one_line
from evalkit.results import CaseResult, Kind, Status, Verdict
from evalkit.suite import Case, Expectation
from evalkit.transcript import Stop, Transcript

MAX_PREPARED = 20_000

_TROUBLE = (Stop.PROVIDER_ERROR, Stop.CASSETTE_MISS)
_PASSED, _FAILED, _ERRORED = Status.PASSED, Status.FAILED, Status.ERRORED
"""To look a member up in its enum takes Python 3.11 longer than to compare it."""

_prepared: dict[int, Grader] = {}
"""The graders of the cases seen last, by identity: a case holds dicts and cannot be a key.
Each grader holds its case, so that no identity is used twice."""


def grade(case: Case, transcript: Transcript) -> CaseResult:
    """Judge one conversation by what its case expects.

    Trouble of the harness or the provider gives an errored result, never a failed one.
    """
    grader = _prepared.get(id(case))
    if grader is None:
        if len(_prepared) >= MAX_PREPARED:
            _prepared.clear()
        grader = _prepared[id(case)] = Grader(case)
    return grader.grade(transcript)


class Grader:
    """A case made ready to judge many conversations."""

    def __init__(self, case: Case) -> None:
        expectations = tuple(_expectations(case))
        self._case = case
        self._offer = Offer(case.tools)
        self._judge = judge_of(case.expect, case.tools) if case.expect else None
        self._turn_judges = tuple(
            judge_of(turn.expect, case.tools) if turn.expect else None for turn in case.turns
        )
        self._is_plain = bool(expectations) and all(map(is_for_graders_alone, expectations))
        is_alone = self._is_plain and not self._turn_judges
        self._judge_scene = (self._judge if is_alone else None) or self._judgement
        self._names_ending = any(map(names_an_ending, expectations))
        self._expects_no_call = bool(expectations) and all(map(expects_silence, expectations))

    def grade(self, transcript: Transcript) -> CaseResult:
        """Judge one conversation; see `evalkit.grade.grade`."""
        if self._case.skip is not None:
            return self._result(transcript, Status.SKIPPED, Judgement())
        if transcript.trouble is not None or transcript.stop in _TROUBLE:
            return self._result(transcript, Status.ERRORED, Judgement())
        scene = Scene(self._case.given, transcript)
        if not scene.turns:
            return self._errored(transcript, "the transcript holds no answer of the model")
        try:
            judgement = self._judge_scene(scene)
        except PluginFailed as error:
            return self._errored(transcript, one_line(error.what))
        return self._result(transcript, _status(judgement), judgement)

    def _judgement(self, scene: Scene) -> Judgement:
        judged = [] if self._judge is None else [self._judge(scene)]
        if self._turn_judges:
            judged += self._judge_turns(scene)
        if not self._is_plain:
            named = {
                v.call for one in judged for v in one.verdicts if v.kind is Kind.MALFORMED_JSON
            }
            judged.append(Judgement(verdicts=tuple(self._always(scene, named))))
        return together(judged)

    def _judge_turns(self, scene: Scene) -> Iterator[Judgement]:
        """Judge what followed each line of the scripted user."""
        found = list(scene.parts())
        for index, judge in enumerate(self._turn_judges):
            if judge is None:
                continue
            label = f"turns[{index}]"
            if index < len(found):
                yield within(label, judge(found[index]))
            else:
                reason = f"{label}: the conversation ended before the user said this"
                yield Judgement(verdicts=(_errored(label, reason),))

    def _always(self, scene: Scene, named: set[int | None]) -> Iterator[Verdict]:
        """What is judged whatever the suite expects; `named` calls are known to be malformed."""
        unchecked = self._unchecked_turns(scene)
        for placed in scene.calls:
            check_schema = placed.turn not in unchecked
            for verdict in wellformed(placed, scene.calls, self._offer, check_schema=check_schema):
                if verdict.kind is not Kind.MALFORMED_JSON or placed.index not in named:
                    yield verdict
        if not self._names_ending:
            yield from trouble_free(scene)

    def _unchecked_turns(self, scene: Scene) -> frozenset[int]:
        """The answers whose calls need not be valid against their schemas."""
        if self._case.expect and not self._case.expect.check_schema:
            return frozenset(range(len(scene.turns)))
        loose = [
            turn.expect is not None and not turn.expect.check_schema for turn in self._case.turns
        ]
        if not any(loose):
            return frozenset()
        return frozenset(
            part.first_turn + offset
            for part, is_loose in zip(scene.parts(), loose, strict=False)
            if is_loose
            for offset in range(len(part.turns))
        )

    def _errored(self, transcript: Transcript, reason: str) -> CaseResult:
        verdict = _errored("case", reason)
        return self._result(transcript, Status.ERRORED, Judgement(verdicts=(verdict,)))

    def _result(self, transcript: Transcript, status: Status, judgement: Judgement) -> CaseResult:
        return CaseResult(
            suite=transcript.suite,
            case=transcript.case,
            provider=transcript.provider,
            model=transcript.model,
            trial=transcript.trial,
            tags=self._case.tags,
            status=status,
            verdicts=judgement.verdicts,
            pairings=judgement.pairings,
            expects_no_call=self._expects_no_call,
            transcript=transcript,
            pass_rate=self._case.pass_rate,
            expect=self._case.written,
            where=self._case.where,
            skip_reason=self._case.skip,
        )


def _expectations(case: Case) -> Iterator[Expectation]:
    if case.expect is not None:
        yield case.expect
    for turn in case.turns:
        if turn.expect is not None:
            yield turn.expect


def _status(judgement: Judgement) -> Status:
    """Failed by one failure; errored where nothing failed but something could not be judged."""
    status = _PASSED
    for verdict in judgement.verdicts:
        if verdict.status is _FAILED:
            return _FAILED
        if verdict.status is _ERRORED:
            status = _ERRORED
    return status


def _errored(expectation: str, reason: str) -> Verdict:
    return Verdict(expectation=expectation, status=Status.ERRORED, reason=reason)

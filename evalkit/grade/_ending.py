"""Judges how a conversation ended and what it used."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from functools import cache, partial

from evalkit.cost import schema_tokens
from evalkit.grade._judgement import Judge, Judgement, passed
from evalkit.grade._scene import Scene
from evalkit.grade._words import one_line
from evalkit.matchers import Pattern, show
from evalkit.results import Kind, Status, Verdict
from evalkit.suite import Limits, Tool
from evalkit.transcript import Stop, Turn

_KINDS = {
    Stop.TRUNCATED: Kind.TRUNCATED,
    Stop.REFUSED: Kind.REFUSED,
    Stop.TURN_LIMIT: Kind.RUNAWAY_LOOP,
    Stop.REPEATED_CALL: Kind.RUNAWAY_LOOP,
    Stop.CONTEXT_OVERFLOW: Kind.OVER_BUDGET,
    Stop.TOOL_BUDGET: Kind.OVER_BUDGET,
    Stop.TIMEOUT: Kind.OVER_BUDGET,
}
"""The ends of a conversation that are the model's, and what they are called."""

_REASONS = {
    Stop.TRUNCATED: "the answer was cut off at the token limit",
    Stop.REFUSED: "the model refused to answer",
    Stop.TURN_LIMIT: "the model was still calling tools when the turns were used up",
    Stop.REPEATED_CALL: "the model repeated the same call until it was stopped",
    Stop.CONTEXT_OVERFLOW: "the conversation outgrew the context window",
    Stop.TOOL_BUDGET: "the calls outgrew the budget of their tools",
    Stop.TIMEOUT: "the time for the conversation was used up",
}


_UNKNOWN = {
    "output_tokens": "an answer came without its usage",
    "cost_usd": "no price is known, or an answer came without its usage",
    "latency_s": "an answer came without its latency",
}
"""Why an amount cannot be told."""


def trouble_free(scene: Scene) -> Iterator[Verdict]:
    """Complain of an answer that was cut off or refused, and of a loop that had to be stopped.

    A stop reason is believed only where the answer bears it out: calls that are complete were
    neither cut off nor refused.
    """
    found = set()
    for number, turn in enumerate(scene.turns, scene.first_turn + 1):
        stop = _told(turn)
        if stop is not None:
            found.add(stop)
            yield _ended(stop, f"turn {number}", turn)
    stop, last = scene.transcript.stop, scene.turns[-1]
    if stop is Stop.TRUNCATED and _is_complete(last):
        return
    if stop in _KINDS and stop not in found:
        yield _ended(stop, "the conversation", last)


def stop_judge(expected: Stop) -> Judge:
    """Prepare to judge why the conversation ended."""
    return partial(_judge_stop, expected)


def answer_judge(pattern: Pattern) -> Judge:
    """Prepare to judge the text of the last answer."""
    return partial(_judge_answer, pattern)


def limits_judge(limits: Limits, tools: Sequence[Tool]) -> Judge:
    """Prepare to judge what a conversation used, its tools included."""
    return partial(_judge_limits, limits, cache(lambda model: schema_tokens(tools, model).total))


def _told(turn: Turn) -> Stop | None:
    if turn.stop is Stop.TRUNCATED and not _is_complete(turn):
        return Stop.TRUNCATED
    if (turn.stop is Stop.REFUSED or turn.refusal is not None) and not turn.calls:
        return Stop.REFUSED
    return None


def _is_complete(turn: Turn) -> bool:
    return bool(turn.calls) and all(call.arguments is not None for call in turn.calls)


def _ended(stop: Stop, where: str, turn: Turn) -> Verdict:
    return Verdict(
        expectation="stop",
        status=Status.FAILED,
        kind=_KINDS[stop],
        reason=f"{where}: {_REASONS[stop]}{_in_their_words(turn)}",
        actual=stop.value,
    )


def _in_their_words(turn: Turn) -> str:
    if turn.refusal:
        return f": {show(turn.refusal)}"
    return f" (finish {show(turn.finish)})" if turn.finish else ""


def _judge_stop(expected: Stop, scene: Scene) -> Judgement:
    found = scene.transcript.stop
    if found is Stop.ANSWERED and scene.turns:
        found = scene.turns[-1].stop
    if found is expected:
        return Judgement(verdicts=(passed("stop"),))
    reason = f"expected the conversation to end with {expected.value}, got {found.value}"
    return Judgement(
        verdicts=(
            Verdict(
                expectation="stop",
                status=Status.FAILED,
                kind=_KINDS.get(found, Kind.WRONG_ANSWER),
                reason=reason,
                expected=expected.value,
                actual=found.value,
            ),
        )
    )


def _judge_answer(pattern: Pattern, scene: Scene) -> Judgement:
    mismatch = pattern.match(scene.text, scene.context)
    if mismatch is None:
        return Judgement(verdicts=(passed("answer"),))
    silent = "" if scene.text else " (the last answer has no text)"
    verdict = Verdict(
        expectation="answer",
        status=Status.FAILED,
        kind=Kind.WRONG_ANSWER,
        reason=f"answer: {one_line(mismatch.reason)}{silent}",
        expected=pattern.source,
        actual=scene.text,
    )
    return Judgement(verdicts=(verdict,))


def _judge_limits(limits: Limits, tokens_of_tools: Callable[[str], int], scene: Scene) -> Judgement:
    model = scene.transcript.model
    used = {
        "schema_tokens": (
            limits.schema_tokens,
            tokens_of_tools(model) if limits.schema_tokens else None,
        ),
        "turns": (limits.turns, len(scene.turns)),
        "calls": (limits.calls, len(scene.calls)),
        "output_tokens": (limits.output_tokens, _sum(t.usage.output for t in scene.turns)),
        "cost_usd": (limits.cost_usd, _sum(e.cost_usd for e in scene.transcript.exchanges)),
        "latency_s": (limits.latency_s, _sum(e.latency_s for e in scene.transcript.exchanges)),
    }
    return Judgement(
        verdicts=tuple(
            _limited(name, limit, amount)
            for name, (limit, amount) in used.items()
            if limit is not None
        )
    )


def _sum(amounts: Iterable[float | None]) -> float | None:
    """None where any part is unknown, or where there is none."""
    parts = list(amounts)
    known = [part for part in parts if part is not None]
    return sum(known) if parts and len(known) == len(parts) else None


def _limited(name: str, limit: float, amount: float | None) -> Verdict:
    label = f"limits.{name}"
    if amount is None:
        reason = f"{label}: cannot be judged, for {_UNKNOWN[name]}"
        return Verdict(expectation=label, status=Status.ERRORED, reason=reason, expected=limit)
    if amount <= limit:
        return passed(label)
    return Verdict(
        expectation=label,
        status=Status.FAILED,
        kind=Kind.OVER_BUDGET,
        reason=f"{label}: at most {limit:g} expected, got {amount:g}",
        expected=limit,
        actual=amount,
    )

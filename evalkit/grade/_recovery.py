"""Judges what the model did after a tool failed: retries, keys, and a way out."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial

from evalkit.grade._judgement import Judge, Judgement, passed
from evalkit.grade._retries import attempts, met_fault
from evalkit.grade._scene import Placed, Scene
from evalkit.grade._words import counted, show_call, show_name
from evalkit.matchers import show
from evalkit.results import Kind, Status, Verdict
from evalkit.suite import Idempotent, Retries
from evalkit.transcript import JsonObject, JsonValue


def retries_judge(retries: Retries) -> Judge:
    """Prepare to judge how often a call was repeated after it met a fault."""
    return partial(_judge_retries, retries)


def idempotent_judge(rule: Idempotent) -> Judge:
    """Prepare to judge that a repeated action carries its key and another action another one."""
    return partial(_judge_keys, rule)


def recovers(scene: Scene) -> Judgement:
    """Judge that each fault was made good by a later success, or that the user was told."""
    if scene.text:
        return Judgement(verdicts=(passed("recovers"),))
    succeeded = [placed for placed in scene.calls if not met_fault(placed, scene)]
    for placed in scene.calls:
        later = any(s.call.name == placed.call.name and s.index > placed.index for s in succeeded)
        if met_fault(placed, scene) and not later:
            reason = f"{show_call(placed.call)} failed, and neither a success nor a word followed"
            verdict = _failed("recovers", Kind.WRONG_ANSWER, placed, reason)
            return Judgement(verdicts=(verdict,))
    return Judgement(verdicts=(passed("recovers"),))


def _judge_retries(retries: Retries, scene: Scene) -> Judgement:
    verdicts = []
    for placed in scene.calls:
        same = attempts(placed, scene)
        due = retries.tool in (None, placed.call.name) and met_fault(placed, scene)
        if not due or same[0] is not placed:
            continue
        made = sum(met_fault(before, scene) for before in same[:-1])
        told = f"{show_call(placed.call)} failed and was retried {counted(made, 'time')}"
        if made < retries.min:
            reason = f"{told}, at least {retries.min} expected"
            verdicts.append(_failed("retries", Kind.MISSING_CALL, placed, reason))
        elif retries.max is not None and made > retries.max:
            reason = f"{told}, at most {retries.max} expected"
            verdicts.append(_failed("retries", Kind.RUNAWAY_LOOP, same[-1], reason))
    return Judgement(verdicts=tuple(verdicts) or (passed("retries"),))


def _judge_keys(rule: Idempotent, scene: Scene) -> Judgement:
    calls = [placed for placed in scene.calls if placed.call.name == rule.tool]
    label = f"idempotent {rule.tool}"
    verdicts = tuple(
        _failed(label, Kind.NOT_IDEMPOTENT, placed, reason)
        for position, placed in enumerate(calls)
        for reason in _key_complaints(rule.key, placed, calls[:position])
    )
    return Judgement(verdicts=verdicts or (passed(label),))


def _key_complaints(key: str, placed: Placed, earlier: list[Placed]) -> Iterator[str]:
    """What is wrong with the key of a call, seen beside the earlier ones: at most one thing."""
    call, arguments = show_call(placed.call), placed.call.arguments
    if arguments is None:
        return
    if key not in arguments:
        yield f"{call} carries no {show_name(key)}"
        return
    for other in earlier:
        before = other.call.arguments
        if before is None or key not in before:
            continue
        same_key = before[key] == arguments[key]
        same_action = _action(before, key) == _action(arguments, key)
        if same_action and not same_key:
            yield f"{call} repeats an action under another key than {show(before[key])}"
            return
        if same_key and not same_action:
            yield f"{call} uses the {show_name(key)} of another action, {show_call(other.call)}"
            return


def _action(arguments: JsonObject, key: str) -> dict[str, JsonValue]:
    return {name: value for name, value in arguments.items() if name != key}


def _failed(label: str, kind: Kind, placed: Placed, reason: str) -> Verdict:
    return Verdict(
        expectation=label, status=Status.FAILED, kind=kind, reason=reason, call=placed.index
    )

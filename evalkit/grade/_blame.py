"""Why a call is not the expected one, in one line."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import assert_never

from evalkit.grade._pairs import Fit, Pair, pair, would_match
from evalkit.grade._scene import Placed, Scene
from evalkit.grade._words import MAX_PATH, MAX_REASON, one_line, show_call, show_expected, show_name
from evalkit.matchers import Mismatch, show
from evalkit.results import Kind, Status, Verdict
from evalkit.suite import CallExpectation
from evalkit.transcript import ToolCall


def blame_pair(label: str, expected: CallExpectation, found: Pair) -> Iterator[Verdict]:
    """Say what is wrong with a call that took the place of the expected one."""
    if found.fit is Fit.MALFORMED:
        yield _malformed(label, expected, found)
    elif found.fit is Fit.OTHER_TOOL:
        yield _other_tool(label, expected, found.placed)
    else:
        for mismatch in found.mismatches:
            yield _differing(label, found.placed, mismatch)


def blame_missing(label: str, expected: CallExpectation, scene: Scene) -> Verdict:
    """Say that an expected call was not made, or not often enough, and what came nearest."""
    wanted = show_expected(expected.tool, expected.args.source)
    return Verdict(
        expectation=label,
        status=Status.FAILED,
        kind=Kind.MISSING_CALL,
        reason=f"{wanted} {_lack(expected, scene)}",
        expected=expected.args.source,
    )


def blame_extra(placed: Placed, expected: Sequence[CallExpectation]) -> Verdict:
    """Say that a call was not expected, or that it was not expected once more."""
    call = show_call(placed.call)
    again = any(pair(0, one, placed).fit is Fit.EXACT for one in expected)
    return Verdict(
        expectation="extra_calls",
        status=Status.FAILED,
        kind=Kind.EXTRA_CALL,
        reason=f"{call} was called once more than expected"
        if again
        else f"{call} was not expected",
        actual=placed.call.arguments,
        call=placed.index,
    )


def malformed_reason(call: ToolCall) -> str:
    """Say that the arguments of a call are no JSON object, and why not."""
    defects = ", ".join(defect.replace("_", " ") for defect in call.defects)
    named = f" ({defects})" if defects else ""
    raw = show(call.raw or "")
    return f"{show_name(call.name)}: arguments are not a JSON object{named}: {raw}"


def _malformed(label: str, expected: CallExpectation, found: Pair) -> Verdict:
    reason = malformed_reason(found.placed.call)
    if would_match(expected, found.placed):
        reason += "; as JSON it would have been right"
    return Verdict(
        expectation=label,
        status=Status.FAILED,
        kind=Kind.MALFORMED_JSON,
        path="$",
        reason=reason,
        expected=expected.args.source,
        actual=found.placed.call.raw,
        call=found.placed.index,
    )


def _other_tool(label: str, expected: CallExpectation, placed: Placed) -> Verdict:
    wanted = show_expected(expected.tool, expected.args.source)
    return Verdict(
        expectation=label,
        status=Status.FAILED,
        kind=Kind.WRONG_TOOL,
        reason=f"expected {wanted}, got {show_call(placed.call)}, another tool",
        expected=expected.tool,
        actual=placed.call.name,
        call=placed.index,
    )


def _differing(label: str, placed: Placed, mismatch: Mismatch) -> Verdict:
    return Verdict(
        expectation=label,
        status=Status.FAILED,
        kind=mismatch.kind,
        path=one_line(mismatch.path, MAX_PATH),
        reason=f"{show_name(placed.call.name)} {_difference(mismatch)}",
        expected=mismatch.expected,
        actual=mismatch.actual,
        call=placed.index,
    )


def _lack(expected: CallExpectation, scene: Scene) -> str:
    if not scene.calls:
        instead = f"the model answered {show(scene.text)}" if scene.text else "no tool was called"
        return f"was never called; {instead}"
    found = min((pair(0, expected, placed) for placed in scene.calls), key=lambda one: one.cost)
    nearest = f"was never called; nearest: {show_call(found.placed.call)}"
    match found.fit:
        case Fit.EXACT:
            return "was called once less than expected"
        case Fit.OTHER_TOOL:
            return f"{nearest}, another tool"
        case Fit.MALFORMED:
            return f"{nearest}, arguments that cannot be read"
        case Fit.DIFFERS:
            return f"{nearest}, {_difference(found.mismatches[0])}"
        case _:
            assert_never(found.fit)


def _difference(mismatch: Mismatch) -> str:
    return f"{one_line(mismatch.path, MAX_PATH)}: {one_line(mismatch.reason, MAX_REASON)}"

"""Why a call is not the expected one, in one line."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import assert_never

from evalkit.grade._pairs import Fit, Pair, pair, would_match
from evalkit.grade._scene import Placed, Scene
from evalkit.grade._words import (
    MAX_PATH,
    MAX_REASON,
    counted,
    one_line,
    show_call,
    show_expected,
    show_which,
)
from evalkit.matchers import Mismatch, show
from evalkit.results import Kind, Status, Verdict
from evalkit.suite import CallExpectation
from evalkit.transcript import Defect, ToolCall

_DEFECTS = {
    Defect.NON_FINITE: "NaN or Infinity",
    Defect.NOT_JSON: "no JSON at all",
    Defect.NOT_OBJECT: "JSON, but no object",
    Defect.PYTHON_LITERAL: "Python literal",
    Defect.UNESCAPED_CONTROL: "unescaped control character",
}
"""Where the name of a defect, read as words, would not tell enough."""

_GUESSED = frozenset({Defect.EXPRESSION, Defect.NON_FINITE, Defect.NOT_JSON, Defect.TRUNCATED})
"""Where the repaired reading holds values that the model did not write."""


def blame_pair(
    label: str, expected: CallExpectation, found: Pair, scene: Scene
) -> Iterator[Verdict]:
    """Say what is wrong with a call that took the place of the expected one."""
    if found.fit is Fit.MALFORMED:
        yield _malformed(label, expected, found, scene)
    elif found.fit is Fit.OTHER_TOOL:
        yield _other_tool(label, expected, found.placed)
    else:
        for mismatch in found.mismatches:
            yield _differing(label, found.placed, mismatch, scene)


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


def malformed_reason(name: str, call: ToolCall) -> str:
    """Say that the arguments of the call of that name are no JSON object, and why not."""
    defects = ", ".join(_DEFECTS.get(each, each.replace("_", " ")) for each in call.defects)
    named = f" ({defects})" if defects else ""
    raw = show(call.raw or "")
    return f"{name}: arguments are not a JSON object{named}: {raw}"


def _malformed(label: str, expected: CallExpectation, found: Pair, scene: Scene) -> Verdict:
    reason = malformed_reason(show_which(found.placed, scene.calls), found.placed.call)
    if would_match(expected, found.placed):
        reason += "; as JSON it would have been right"
    elif found.mismatches and _GUESSED.isdisjoint(found.placed.call.defects):
        reason += f"; as JSON it would be wrong, too: {_difference(found.mismatches[0])}"
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


def _differing(label: str, placed: Placed, mismatch: Mismatch, scene: Scene) -> Verdict:
    return Verdict(
        expectation=label,
        status=Status.FAILED,
        kind=mismatch.kind,
        path=one_line(mismatch.path, MAX_PATH),
        reason=f"{show_which(placed, scene.calls)} {_difference(mismatch)}",
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
            return _too_few(expected, scene)
        case Fit.OTHER_TOOL:
            return f"{nearest}, another tool"
        case Fit.MALFORMED:
            return f"{nearest}, arguments that cannot be read"
        case Fit.DIFFERS:
            return f"{nearest}, {_difference(found.mismatches[0])}"
        case _:
            assert_never(found.fit)


def _too_few(expected: CallExpectation, scene: Scene) -> str:
    made = sum(pair(0, expected, placed).fit is Fit.EXACT for placed in scene.calls)
    least, most = expected.times.min, expected.times.max
    if made >= least or least - made == 1:
        return "was called once less than expected"
    wanted = f"{least}" if most == least else f"at least {least}"
    return f"was called {counted(made, 'time')}, {wanted} expected"


def _difference(mismatch: Mismatch) -> str:
    return f"{one_line(mismatch.path, MAX_PATH)}: {one_line(mismatch.reason, MAX_REASON)}"

"""A comparison in words, line by line."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from pathlib import Path

from evalkit.baseline._changes import CaseChange, Cause, Change
from evalkit.baseline._compare import ProviderComparison, RunComparison
from evalkit.baseline._difference import Part
from evalkit.baseline._gates import Breach
from evalkit.baseline._scan import RunDigest, result_at
from evalkit.matchers import show
from evalkit.measures import SIGNIFICANT
from evalkit.results import CaseResult
from evalkit.transcript import ToolCall, Turn

_CAUSES = {
    Cause.ANSWER: "the same question, another answer",
    Cause.QUESTION: "the question changed",
    Cause.EXPECTATION: "the expectation changed",
    Cause.JUDGEMENT: "the same answer, judged otherwise",
}
_WITH_ANSWERS = (Change.BROKEN, Change.FIXED, Change.FLAKY)
_NAMES_ONLY = (Change.NEW, Change.GONE, Change.UNJUDGED)
_MOST_TURNS = 4
_SMALLEST_P = 0.0001


def show_comparison(
    comparison: RunComparison, breaches: Sequence[Breach], *, most: int = 10
) -> Iterator[str]:
    """Tell what changed; at most `most` cases of each kind, with both answers."""
    yield f"base  {_run(comparison.base)}"
    yield f"head  {_run(comparison.head)}"
    for compared in comparison.providers:
        yield ""
        yield from _provider(comparison, compared, most)
    yield from _stopped(comparison)
    for names, where in ((comparison.only_base, "base"), (comparison.only_head, "head")):
        if names:
            yield f"only in the {where}: {', '.join(map(_plain, names))}"
    yield ""
    for breach in breaches:
        unknown = "cannot be judged: " if breach.is_unknown else ""
        yield f"gate {breach.gate}, {_plain(breach.provider)}: {unknown}{breach.what}"
    if not breaches:
        yield "every gate holds"


def _stopped(comparison: RunComparison) -> Iterator[str]:
    for run, where in ((comparison.base, "base"), (comparison.head, "head")):
        cases = sum(one.is_stopped for of_one in run.cases.values() for one in of_one.values())
        if cases:
            yield (
                f"the trials of {cases:,} cases stopped early in the {where}: broken may be flaky, "
                "and pass rates are not those of all trials"
            )


def _run(run: RunDigest) -> str:
    header = run.header
    commit = f", commit {_plain(header.commit)}" if header.commit else ""
    unfinished = "" if run.is_finished else ", unfinished"
    return f"{run.name} ({_plain(header.started_at)}{commit}{unfinished})"


def _provider(comparison: RunComparison, compared: ProviderComparison, most: int) -> Iterator[str]:
    yield _headline(compared)
    yield f"  {_tally(compared)}"
    yield from _power(compared)
    yield from _parts("tag", compared.tags)
    yield from _parts("tool", compared.tools)
    for change in _WITH_ANSWERS:
        yield from _cases(comparison, compared.of(change), most)
    for change in _NAMES_ONLY:
        cases = [_title(each) for each in compared.of(change)]
        if cases:
            more = f", and {len(cases) - most} more" if len(cases) > most else ""
            yield f"  {change.value} ({len(cases)}): {', '.join(cases[:most])}{more}"


def _headline(compared: ProviderComparison) -> str:
    name = _plain(compared.head)
    if compared.base != compared.head:
        name = f"{_plain(compared.base)} -> {name}"
    difference = compared.difference
    if not difference.cases or difference.interval is None:
        return f"{name}: no case in common that both could judge"
    low, high = difference.interval
    side = "beyond" if compared.p_adjusted < SIGNIFICANT else "within"
    return (
        f"{name}: {difference.before:.1%} before, {difference.after:.1%} now, on "
        f"{difference.cases:,} cases: {100 * difference.change:+.1f} points "
        f"({100 * low:+.1f} to {100 * high:+.1f}), p {_p(compared.p_adjusted)}, {side} chance"
    )


def _tally(compared: ProviderComparison) -> str:
    counts = compared.counts
    causes = Counter(each.cause for each in compared.of(Change.BROKEN) if each.cause)
    said = [f"{counts[change]:,} {change.value}" for change in Change]
    if causes.keys() - {Cause.ANSWER}:
        why = ", ".join(f"{count:,} {cause.value}" for cause, count in sorted(causes.items()))
        said[0] += f" (by {why})"
    errored = compared.totals.errored
    return ", ".join(said) + (f"; {errored:,} conversations errored" if errored else "")


def _power(compared: ProviderComparison) -> Iterator[str]:
    difference = compared.difference
    if compared.p_adjusted < SIGNIFICANT or not difference.only_base + difference.only_head:
        return
    if difference.detectable is None:
        yield "  too few cases differ for any change to show four times of five"
    else:
        points = 100 * difference.detectable
        yield f"  a true change of {points:.1f} points would have shown four times of five"


def _parts(noun: str, parts: Sequence[Part]) -> Iterator[str]:
    changed = [part for part in parts if part.has_moved]
    if not changed:
        return
    yield f"  {noun:<28}{'cases':>7}{'before':>9}{'now':>9}{'worse':>7}{'better':>8}{'p':>9}"
    for part in sorted(changed, key=lambda part: part.difference.p):
        one = part.difference
        yield (
            f"  {_plain(part.name):<28.28}{one.cases:>7,}{one.before:>9.1%}{one.after:>9.1%}"
            f"{one.only_base:>7,}{one.only_head:>8,}{_p(part.p_adjusted).removeprefix('= '):>9}"
        )


def _cases(comparison: RunComparison, changes: Sequence[CaseChange], most: int) -> Iterator[str]:
    if not changes:
        return
    yield f"  {changes[0].change.value} ({len(changes)})"
    for change in changes[:most]:
        yield from _case(comparison, change)
    if len(changes) > most:
        yield f"    ... and {len(changes) - most:,} more; --json has all"


def _case(comparison: RunComparison, change: CaseChange) -> Iterator[str]:
    then = _result(comparison.base.path, change.base_offset)
    now = _result(comparison.head.path, change.head_offset)
    cause = _CAUSES[change.cause] if change.cause else ""
    place = f"  {now.where}" if now.where else ""
    yield f"    {_title(change)}{_trials(change)}{place}  {cause}"
    yield f"      before: {_answer(then)}"
    yield f"      now:    {_answer(now)}"
    failed = now if now.failures else then
    for verdict in failed.failures[:2]:
        kind = verdict.kind.value if verdict.kind else "failed"
        yield f"      {kind}: {_plain(verdict.reason)}"


def _result(path: Path, offset: int | None) -> CaseResult:
    assert offset is not None
    return result_at(path, offset)


def _trials(change: CaseChange) -> str:
    if change.before is None or change.after is None:
        return ""
    if change.before[1] <= 1 and change.after[1] <= 1 and not change.is_stopped:
        return ""
    (passed, graded), (passes, grades) = change.before, change.after
    stopped = ", stopped early" if change.is_stopped else ""
    return f" ({passed} of {graded} -> {passes} of {grades}{stopped})"


def _title(change: CaseChange) -> str:
    return _plain(f"{change.suite}::{change.case}")


def _answer(result: CaseResult) -> str:
    turns = result.transcript.turns
    if not turns:
        return "no answer"
    more = f" ... and {len(turns) - _MOST_TURNS} more turns" if len(turns) > _MOST_TURNS else ""
    return " | ".join(map(_turn, turns[:_MOST_TURNS])) + more


def _turn(turn: Turn) -> str:
    said = [show(turn.text)] if turn.text else []
    return ", ".join([*map(_call, turn.calls), *said]) or "nothing"


def _call(call: ToolCall) -> str:
    arguments = show(call.arguments) if call.raw is None else _plain(call.raw)
    return f"{_plain(call.name)}({arguments})"


def _p(p: float) -> str:
    return f"= {p:.2g}" if p >= _SMALLEST_P else f"< {_SMALLEST_P}"


def _plain(text: str) -> str:
    """Foreign text on one line, without quotes."""
    return show(text)[1:-1]

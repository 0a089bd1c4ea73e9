"""A diagnosis as lines for a person at a terminal. What the model wrote is made visible."""

from __future__ import annotations

import json
from collections.abc import Iterator
from enum import StrEnum
from typing import NamedTuple

from evalkit.parse import DefectSpan, defect_spans, repair
from evalkit.transcript import Defect, JsonValue, ToolCall, Turn, Usage
from evalkit.triage._finding import Diagnosis, Finding
from evalkit.triage._response import Response, Unread
from evalkit.triage._visible import columns, visible

_MOST_SPANS = 8
_MOST_TEXT = 2000
_AROUND = 32
"""Characters shown on either side of a defect."""
_SMALLEST_LABEL = 7


class Tone(StrEnum):
    """What a line is, so that a terminal may colour it."""

    PLAIN = "plain"
    HEAD = "head"
    RAW = "raw"
    MARK = "mark"
    FINDING = "finding"
    ADVICE = "advice"
    CLEAN = "clean"


class Line(NamedTuple):
    """One line of output, without its line break."""

    text: str
    tone: Tone = Tone.PLAIN


def show(found: Diagnosis | Unread) -> Iterator[Line]:
    """Show what a response holds, to the letter, and then what is wrong with it."""
    if isinstance(found, Unread):
        yield Line(_head(found.where, "no answer"), Tone.HEAD)
        yield Line(f"  {visible(found.what)}", Tone.FINDING)
        return
    response = found.response
    yield Line(_head(response.where, _recognised(response)), Tone.HEAD)
    yield from _turn(response.turn)
    for number, call in enumerate(response.turn.calls, start=1):
        yield from _call(number, call)
    if response.offer is None and response.turn.calls:
        yield Line("  tools   not known: names and schemas are not checked (give --tools)")
    if not found.findings:
        yield Line("  nothing found", Tone.CLEAN)
    for finding in found.findings:
        yield from _finding(finding)


def _head(where: str, what: str) -> str:
    return f"{visible(where)}: {what}" if where else what


def _recognised(response: Response) -> str:
    return f"{response.shape} ({response.api})" if response.api else response.shape


def _turn(turn: Turn) -> Iterator[Line]:
    if turn.finish is not None or turn.wire is not None:
        word = "missing" if turn.finish is None else repr(turn.finish)
        yield _labelled("stop", f"{word}, read as {turn.stop}")
    if turn.model:
        yield _labelled("model", turn.model)
    tokens = _tokens(turn.usage)
    if tokens:
        yield _labelled("tokens", tokens)
    if turn.refusal:
        yield _labelled("refusal", turn.refusal)
    if turn.text:
        short = turn.text[:_MOST_TEXT]
        for number, line in enumerate(short.split("\n")):
            yield _labelled("" if number else "text", line)
        if len(short) < len(turn.text):
            yield _labelled("", f"… ({len(turn.text)} characters)")


def _labelled(label: str, text: str, tone: Tone = Tone.PLAIN) -> Line:
    return Line(f"  {label:{_SMALLEST_LABEL}} {visible(text)}".rstrip(), tone)


def _tokens(usage: Usage) -> str:
    counts = {
        "in": usage.input,
        "out": usage.output,
        "read from cache": usage.cache_read,
        "written to cache": usage.cache_write,
        "reasoning": usage.reasoning,
    }
    return ", ".join(f"{count} {what}" for what, count in counts.items() if count is not None)


def _call(number: int, call: ToolCall) -> Iterator[Line]:
    identity = call.id if call.has_own_id else "none"
    yield _labelled(f"call {number}", f"{call.name or '(no name)'}  id {identity}", Tone.HEAD)
    if call.raw is None:
        yield _labelled("input", _json(call.arguments), Tone.RAW)
    else:
        yield _labelled("raw", call.raw, Tone.RAW)
        yield from _marks(call.raw, call)
        yield _labelled("read as", _reading(call))
    others = [defect for defect in call.defects if defect not in _spanned(call)]
    if others:
        yield _labelled("defects", ", ".join(others), Tone.MARK)


def _spanned(call: ToolCall) -> set[Defect]:
    return {defect for defect, _, _ in defect_spans(call.raw)} if call.raw is not None else set()


def _reading(call: ToolCall) -> str:
    if call.arguments is not None:
        return _json(call.arguments)
    meant = repair(call.raw or "")
    guess = f"; probably meant: {_json(meant)}" if isinstance(meant, dict) and meant else ""
    return f"no JSON object{guess}"


def _marks(raw: str, call: ToolCall) -> Iterator[Line]:
    """Show each defect at its place in the raw string."""
    spans = [span for span in defect_spans(raw) if span[0] in call.defects]
    for span in spans[:_MOST_SPANS]:
        yield from _mark(raw, span)
    if len(spans) > _MOST_SPANS:
        yield _labelled("", f"and {len(spans) - _MOST_SPANS} more", Tone.MARK)


def _mark(raw: str, span: DefectSpan) -> Iterator[Line]:
    defect, start, end = span
    before = visible(raw[max(0, start - _AROUND) : start])
    cut = visible(raw[start : min(end, start + 2 * _AROUND)])
    after = visible(raw[end : end + _AROUND])
    yield _labelled("", f"{defect}, from character {start + 1}:", Tone.MARK)
    yield Line(f"{'':12}{before}{cut}{after}", Tone.RAW)
    yield Line(f"{'':{12 + columns(before)}}{'^' * max(1, columns(cut))}", Tone.MARK)


def _finding(finding: Finding) -> Iterator[Line]:
    place = "" if finding.call is None else f" in call {finding.call + 1}"
    why = visible(finding.why)
    yield Line(f"{finding.failure} {finding.failure.meaning}{place}: {why}", Tone.FINDING)
    yield Line(f"    change: {visible(finding.change)}", Tone.ADVICE)


def _json(value: JsonValue) -> str:
    return json.dumps(value, ensure_ascii=False)

"""Argument strings cut at the places where they leave JSON."""

from __future__ import annotations

from collections.abc import Iterable
from itertools import pairwise

from evalkit.parse import DefectSpan, defect_spans
from evalkit.transcript import JsonValue, ToolCall

_MOST_SPANS = 200
"""A string with more defects than people look at is marked up to there."""


def mark_defects(call: ToolCall) -> JsonValue:
    """Return the raw string as `[text, defects]` pieces, or None where nothing is to be marked.

    A piece without text marks a place, such as the end of a string that was cut off.
    """
    if call.raw is None or call.arguments is not None:
        return None
    spans = defect_spans(call.raw)[:_MOST_SPANS]
    return [[text, defects] for text, defects in _cut(call.raw, spans)] if spans else None


def _cut(raw: str, spans: Iterable[DefectSpan]) -> Iterable[tuple[str, list[JsonValue]]]:
    spans = list(spans)
    edges = sorted({0, len(raw), *(edge for _, start, end in spans for edge in (start, end))})
    for start, end in pairwise(edges):
        yield from _places(spans, start)
        inside: list[JsonValue] = [d.value for d, low, high in spans if low <= start < high]
        yield raw[start:end], inside
    yield from _places(spans, len(raw))


def _places(spans: Iterable[DefectSpan], at: int) -> Iterable[tuple[str, list[JsonValue]]]:
    here: list[JsonValue] = [defect.value for defect, low, high in spans if low == high == at]
    if here:
        yield "", here

"""A best-effort reading of broken arguments, for explanations only; no score depends on it."""

from __future__ import annotations

from evalkit.parse._json import read_json
from evalkit.transcript import JsonValue

MAX_LENGTH = 20_000
MAX_STRUCTURE = 2_000
"""Quotes and opening brackets; the repair library takes quadratic time in their number."""

_STRUCTURE = "\"'[{(\u201c\u201d"
_LIBRARY_TROUBLE = (ValueError, RecursionError, AssertionError, LookupError, TypeError)
"""Its own limits, its own mistakes on hostile text, and values that are no JSON."""


def repair(raw: str) -> JsonValue:
    """Read what `raw` was probably meant to say; None where that cannot be said.

    Takes less than a second whatever `raw` is, and never raises.
    """
    try:
        value = read_json(raw)
    except ValueError:
        return _repair_broken(raw)
    return _unwrap(value) if isinstance(value, str) else value


def _unwrap(text: str) -> JsonValue:
    """Read an object that was encoded twice; any other string stands for itself."""
    try:
        inner = read_json(text)
    except ValueError:
        return text
    return inner if isinstance(inner, dict) else text


def _repair_broken(raw: str) -> JsonValue:
    if len(raw) > MAX_LENGTH or sum(raw.count(mark) for mark in _STRUCTURE) > MAX_STRUCTURE:
        return None
    from json_repair import repair_json  # loaded only where something is broken

    try:
        repaired = repair_json(raw, skip_json_loads=True, ensure_ascii=True)
        return read_json(str(repaired)) if repaired else None
    except _LIBRARY_TROUBLE:
        return None

"""Where an argument string leaves JSON, and in which way: for people who ask what went wrong."""

from __future__ import annotations

from evalkit.parse._json import read_json
from evalkit.parse._walk import DefectSpan, Walk
from evalkit.transcript import Defect


def defect_spans(raw: str) -> tuple[DefectSpan, ...]:
    """Say which defects `raw` has as an argument string, and from where to where each one goes.

    Takes linear time and never raises. Behind a place that leaves JSON in no known way nothing
    more is named, since a guess there would name defects that are none.
    """
    if not raw.strip():
        return ((Defect.EMPTY, 0, len(raw)),)
    walk = Walk(raw)
    walk.run()
    try:
        value = read_json(raw)
    except ValueError:
        return tuple(walk.spans) or ((Defect.NOT_JSON, walk.lost_at or 0, len(raw)),)
    if isinstance(value, dict):
        return tuple(walk.spans)
    return (*walk.spans, (_defect_of_value(value), 0, len(raw)))


def _defect_of_value(value: object) -> Defect:
    if not isinstance(value, str):
        return Defect.NOT_OBJECT
    try:
        inner = read_json(value)
    except ValueError:
        return Defect.NOT_OBJECT
    return Defect.DOUBLE_ENCODED if isinstance(inner, dict) else Defect.NOT_OBJECT

"""The strict reading of an argument string: a JSON object, or None and why it is none."""

from __future__ import annotations

from msgspec import Struct

from evalkit.parse._defects import defect_spans
from evalkit.parse._json import DuplicateKeyError, read_json, read_json_once
from evalkit.transcript import Defect, JsonObject, JsonValue


class Arguments(Struct, frozen=True, kw_only=True):
    """What an argument string says."""

    value: JsonObject | None
    """None unless the string is a JSON object by RFC 8259; `{}` where it is empty."""
    defects: tuple[Defect, ...] = ()
    """In the order in which they stand in the string."""


def parse_arguments(raw: str) -> Arguments:
    """Read `raw` strictly: it raises nothing and repairs nothing (see `repair` for that).

    A number beyond a double's range is read as the exact integer; nesting beyond 128 levels and
    numbers beyond 4300 digits are not read, which RFC 8259 allows.
    """
    try:
        value = read_json_once(raw)
    except DuplicateKeyError:
        value = _read_or_none(raw)
    except ValueError:
        value = None
    else:
        if isinstance(value, dict):
            return Arguments(value=value)
    return _explain(raw, value if isinstance(value, dict) else None)


def _read_or_none(raw: str) -> JsonValue:
    try:
        return read_json(raw)
    except ValueError:
        return None


def _explain(raw: str, value: JsonObject | None) -> Arguments:
    if not raw.strip():
        return Arguments(value={}, defects=(Defect.EMPTY,))
    defects = dict.fromkeys(defect for defect, _, _ in defect_spans(raw))
    return Arguments(value=value, defects=tuple(defects))

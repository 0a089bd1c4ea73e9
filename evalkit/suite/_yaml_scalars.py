"""Plain scalars by the core schema of YAML 1.2, as far as JSON has a value for them."""

from __future__ import annotations

import math
import re
from collections.abc import Mapping

from evalkit.transcript import JsonValue

_MAX_DIGITS = 300
_NUMBER_START = frozenset("-+.0123456789")
_INT = re.compile(r"[-+]?[0-9]+|0o[0-7]+|0x[0-9a-fA-F]+")
_FLOAT = re.compile(r"[-+]?(?:\.[0-9]+|[0-9]+(?:\.[0-9]*)?)(?:[eE][-+]?[0-9]+)?")
_NOT_FINITE = re.compile(r"[-+]?\.(?:inf|Inf|INF)|\.(?:nan|NaN|NAN)")
_LEADING_ZERO = re.compile(r"[-+]?0[0-9]+")
_WORDS: Mapping[str, bool | None] = {
    **dict.fromkeys(("", "~", "null", "Null", "NULL")),
    **dict.fromkeys(("true", "True", "TRUE"), True),
    **dict.fromkeys(("false", "False", "FALSE"), False),
}


class BadScalar(ValueError):
    """A scalar that YAML takes for a number, but that is none in JSON, or an ambiguous one."""

    def __init__(self, what: str, hint: str) -> None:
        super().__init__(what)
        self.what = what
        self.hint = hint


def read_scalar(text: str) -> JsonValue:
    """Return the number, truth value, null or text that a plain scalar stands for."""
    if text[:1] in _NUMBER_START and text:
        return _number(text)
    return _WORDS.get(text, text)


def _number(text: str) -> JsonValue:
    quoted = f"put it in quotes if it is text: '{text[:40]}'"
    if _INT.fullmatch(text):
        if _LEADING_ZERO.fullmatch(text):
            raise BadScalar(f"{text[:40]} begins with a zero and is ambiguous", quoted)
        if len(text) > _MAX_DIGITS:
            raise BadScalar(f"a number of {len(text)} digits is too long", quoted)
        return int(text, 0)
    if _FLOAT.fullmatch(text):
        number = float(text)
        if math.isinf(number):
            raise BadScalar(f"{text[:40]} is too large for a number", quoted)
        return number
    if _NOT_FINITE.fullmatch(text):
        raise BadScalar(f"{text} is no number in JSON", quoted)
    return text

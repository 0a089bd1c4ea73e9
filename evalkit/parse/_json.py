"""Strict JSON: RFC 8259 and nothing more, within limits that no hostile text can lift."""

from __future__ import annotations

import re
from decimal import Decimal, InvalidOperation
from json import JSONDecodeError, JSONDecoder
from math import isinf
from typing import NoReturn

from evalkit.transcript import JsonObject, JsonValue

MAX_DEPTH = 128
"""Deeper nesting is not read (RFC 8259, section 9, allows a limit)."""

MAX_DIGITS = 4300
"""Longer numbers are not read; Python itself refuses to write them."""

WHITE = " \t\n\r"
"""What JSON calls white space; Python's own idea of it is wider."""

_WINDOW = 1024
_LONGEST_TOKEN = 16
"""A literal or an escape that the end of a window may have cut."""

_BRACKET_OR_STRING = re.compile(r'[\[{]|[\]}]|"(?:[^"\\]++|\\.)*+"?', re.DOTALL)


class DuplicateKeyError(Exception):
    """An object has the same key twice. The text may be JSON all the same."""


def read_json(text: str) -> JsonValue:
    """Read one JSON value; of duplicate keys the last one is kept.

    Raises:
        ValueError: the text is not JSON, or beyond our limits.
    """
    return _read_all(text, _LAST_KEY_WINS)


def read_json_once(text: str) -> JsonValue:
    """Read one JSON value that has no duplicate key.

    Raises:
        DuplicateKeyError: a key stands twice in one object.
        ValueError: the text is not JSON, or beyond our limits.
    """
    return _read_all(text, _UNIQUE_KEYS)


def read_json_at(text: str, start: int) -> tuple[JsonValue, int]:
    """Read the JSON value that begins exactly at `start`; say where it ends.

    Raises:
        ValueError: no JSON value within our limits begins there.
    """
    return _scan(text, start)


def _read_all(text: str, decoder: JSONDecoder) -> JsonValue:
    stripped = text.strip(WHITE)
    value, end = _scan_window(stripped, 0, decoder)
    if end != len(stripped):
        raise ValueError(f"text after the value, from character {end}")
    return value


def _scan(text: str, start: int) -> tuple[JsonValue, int]:
    """Read the value at `start` from a window that grows until the value ends inside it.

    An error of the standard library counts the lines before it: in the middle of a long text
    every error would take as long as that text.
    """
    window = _WINDOW
    while start + window < len(text):
        try:
            value, end = _scan_window(text[start : start + window], 0, _LAST_KEY_WINS)
        except _BrokenAtError as error:
            if error.at < window - _LONGEST_TOKEN and not error.is_open_string:
                raise
        else:
            if end < window:
                return value, start + end
        window *= 4
    return _scan_window(text, start, _LAST_KEY_WINS)


class _BrokenAtError(ValueError):
    """No JSON; `at` says where. A string that does not end is reported where it begins."""

    def __init__(self, what: str, at: int) -> None:
        super().__init__(f"{what} at character {at}")
        self.at = at
        self.is_open_string = what.startswith("Unterminated")


def _scan_window(text: str, start: int, decoder: JSONDecoder) -> tuple[JsonValue, int]:
    try:
        value, end = decoder.scan_once(text, start)  # type: ignore[attr-defined]  # typeshed omits it
    except StopIteration as stop:
        raise _BrokenAtError("no value", stop.value) from stop
    except JSONDecodeError as error:
        raise _BrokenAtError(error.msg, error.pos) from error
    except RecursionError as error:
        raise _BrokenAtError("too many levels", start) from error
    if end - start > 2 * MAX_DEPTH and _depth(text, start, end) > MAX_DEPTH:
        raise _BrokenAtError("too many levels", start)
    return value, end


def _depth(text: str, start: int, end: int) -> int:
    if text.count("[", start, end) + text.count("{", start, end) <= MAX_DEPTH:
        return 0
    depth = deepest = 0
    for token in _BRACKET_OR_STRING.finditer(text, start, end):
        if token[0] in "[{":
            depth += 1
            deepest = max(deepest, depth)
        elif token[0] in "]}":
            depth -= 1
    return deepest


def _unique(pairs: list[tuple[str, JsonValue]]) -> JsonObject:
    value = dict(pairs)
    if len(value) != len(pairs):
        raise DuplicateKeyError
    return value


def _finite(number: str) -> float | int:
    value = float(number)
    if not isinf(value):
        return value
    try:
        exact = Decimal(number)
    except InvalidOperation as error:  # an exponent that no decimal can hold
        raise ValueError(f"a number of too many digits: {number[:20]}") from error
    if exact.adjusted() >= MAX_DIGITS:
        raise ValueError(f"a number of {exact.adjusted() + 1} digits")
    return int(exact)


def _refuse(constant: str) -> NoReturn:
    raise ValueError(f"{constant} is not JSON")


_UNIQUE_KEYS = JSONDecoder(object_pairs_hook=_unique, parse_float=_finite, parse_constant=_refuse)
_LAST_KEY_WINS = JSONDecoder(parse_float=_finite, parse_constant=_refuse)

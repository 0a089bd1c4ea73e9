"""How a cassette writes one value, so that YAML and a line scanner read the same back."""

from __future__ import annotations

import json
import re
from base64 import b64decode, b64encode
from typing import Never

from evalkit.transcript import JsonValue

_PLAIN = re.compile(r"[A-Za-z][A-Za-z0-9_./-]*(?:://[A-Za-z0-9._~/?&=%+@:-]*[A-Za-z0-9_~/?&=%+-])?")
_WORDS_OF_YAML = frozenset({"n", "no", "null", "off", "on", "true", "false", "y", "yes"})

# Such classes take a millisecond to compile, so that is left until a text is not printable.
_NOT_IN_A_BLOCK = (
    "[^\t\n\x20-\x7e\xa0-\u2027\u202a-\ud7ff\ue000-\ufefe\uff00-\ufffd\U00010000-\U0010ffff]"
)
"""YAML forbids it, takes it for the end of a line, or may lose it."""

_ESCAPED = "[\x7f-\x9f\u2028\u2029\ufeff\ufffe\uffff]"
_READ_DIFFERENTLY = f"{_ESCAPED}|\\\\u[dD]"
"""By JSON and by YAML: raw ends of lines, and escaped halves of surrogate pairs."""

_LONE_SURROGATE = "[\ud800-\udfff]"
_BASE64_WIDTH = 100
_HEADS = {0: "|-", 1: "|"}
"""Of a block, by the number of line ends behind it; `|+` for more."""


class NotOurs(Exception):
    """A text is not as we write it; only a YAML parser can tell what it says."""


def plain(text: str) -> str:
    """Write text without quotes where it needs none."""
    return text if _is_plain(text) else flow(text)


def read_plain(text: str) -> str:
    return text if _is_plain(text) else str(read_flow(text))


def flow(value: JsonValue) -> str:
    """Write a value on one line, as JSON that is YAML too; half characters become U+FFFD."""
    text = json.dumps(value, ensure_ascii=False, allow_nan=False)
    escaped = re.sub(_ESCAPED, lambda match: f"\\u{ord(match[0]):04x}", text)
    return re.sub(_LONE_SURROGATE, "\ufffd", escaped)


def read_flow(text: str) -> JsonValue:
    is_simple = text.isprintable() and "\\u" not in text
    if not is_simple and re.search(_READ_DIFFERENTLY, text):
        raise NotOurs
    value: JsonValue
    try:
        value, end = _scan(text, 0)
    except (StopIteration, ValueError, RecursionError) as error:
        raise NotOurs from error
    if end != len(text):
        raise NotOurs
    return value


def block(body: bytes, indent: str) -> str:
    """Write a body: readable lines where they give back the exact bytes, else an escaped form."""
    try:
        text = body.decode("utf-8")
    except UnicodeDecodeError:
        return _binary(body, indent)
    core = text.rstrip("\n")
    if not core or core[0] in " \t\n" or not _fits_a_block(text):
        return flow(text)
    ends = len(text) - len(core)
    lines = [f"{indent}{line}" if line else "" for line in core.split("\n")]
    return "\n".join([_HEADS.get(ends, "|+"), *lines, *[""] * (ends - 1)])


def read_block(head: str, lines: list[str]) -> bytes:
    """Read a body from what stands behind its key and the lines below, without their indent."""
    if head == "!!binary |":
        return _read_binary(lines)
    if not lines and head[:1] == '"':
        return str(read_flow(head)).encode("utf-8")
    core = len(lines)
    while core and not lines[core - 1]:
        core -= 1
    ends = {"|-": 0, "|": 1, "|+": len(lines) - core + 1}.get(head)
    if ends is None or not core or lines[0][:1] in {"", " ", "\t"}:
        raise NotOurs
    text = "\n".join(lines[:core]) + "\n" * ends
    if not _fits_a_block(text):
        raise NotOurs
    return text.encode("utf-8")


def _fits_a_block(text: str) -> bool:
    """Whether text can stand in a block; what is printable can, and is told much faster."""
    return text.replace("\n", "").isprintable() or not re.search(_NOT_IN_A_BLOCK, text)


def _is_plain(text: str) -> bool:
    return bool(_PLAIN.fullmatch(text)) and text.lower() not in _WORDS_OF_YAML


def _binary(body: bytes, indent: str) -> str:
    text = b64encode(body).decode("ascii")
    lines = [indent + text[at : at + _BASE64_WIDTH] for at in range(0, len(text), _BASE64_WIDTH)]
    return "\n".join(["!!binary |", *lines])


def _read_binary(lines: list[str]) -> bytes:
    try:
        return b64decode("".join(lines), validate=True)
    except ValueError as error:
        raise NotOurs from error


def _refused(constant: str) -> Never:
    raise ValueError(constant)


def _float(text: str) -> float:
    """Read a number unless it has an exponent, which YAML takes for text."""
    return float(text) if text.lower() == text.upper() else _refused(text)


_scan = json.JSONDecoder(parse_float=_float, parse_constant=_refused).scan_once  # type: ignore[attr-defined]  # unknown to the stubs
"""Reads the value that begins at a place, and tells where it ends."""

"""Values of ours to JSON and back."""

from __future__ import annotations

import json
from typing import TypeVar

from msgspec import ValidationError, convert, to_builtins
from pydantic_core import to_json

from evalkit.transcript import JsonObject, JsonValue, Message, Prompt, ToolResult, Turn

T = TypeVar("T")


def dump(value: object) -> JsonValue:
    """Turn a value of ours into JSON; fields that have their default are left out.

    Its lists may be tuples, which every writer of JSON takes for lists.
    """
    return to_builtins(value)  # type: ignore[no-any-return]  # it is typed as Any


def encode(value: object) -> bytes:
    """Turn a value of ours into one line of JSON, in ASCII.

    The last few are remembered: a result is searched for secrets, and then written.
    """
    known = _encoded.get(id(value))
    if known is not None and known[0] is value:
        return known[1]
    line = _line(dump(value))
    while len(_encoded) >= _REMEMBERED:
        del _encoded[next(iter(_encoded))]
    _encoded[id(value)] = value, line
    return line


def _line(value: JsonValue) -> bytes:
    """Write JSON fast, or slowly what the fast way refuses or would not write in ASCII."""
    try:
        line = to_json(value, inf_nan_mode="constants")
    except ValueError:  # half a surrogate pair, or deep
        return _ENCODER.encode(value).encode("ascii")
    return line if line.isascii() else _ENCODER.encode(value).encode("ascii")


_ENCODER = json.JSONEncoder(separators=(",", ":"))
_REMEMBERED = 64
_encoded: dict[int, tuple[object, bytes]] = {}
"""Each value and its line by the value's id, which no other gets while it stands here."""


def load(kind: type[T], value: JsonValue) -> T:
    """Turn JSON that `dump` made back into a value of type `kind`.

    Raises:
        TypeError, ValueError: the JSON does not describe such a value.
    """
    try:
        return convert(value, kind, dec_hook=_message)
    except ValidationError as error:
        raise ValueError(str(error)) from error


def _message(_: type, value: JsonValue) -> Message:
    """Read a message, whose type its role tells."""
    match as_object(value).get("role"):
        case "assistant":
            return convert(value, Turn)
        case "tool":
            return convert(value, ToolResult)
        case _:
            return convert(value, Prompt)


def as_object(value: JsonValue) -> JsonObject:
    """Return the value if it is a JSON object, else raise TypeError."""
    if not isinstance(value, dict):
        raise TypeError(f"expected an object, got {type(value).__name__}")
    return value

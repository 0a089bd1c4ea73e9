"""Groq's `tool_use_failed`: an error of the API in which the model's own mistake is quoted."""

from __future__ import annotations

import json
import re

from evalkit.parse import parse_arguments
from evalkit.providers import _shape as shape
from evalkit.transcript import MADE_UP_ID, Defect, JsonValue, ToolCall, Turn

CODE = "tool_use_failed"
_NAME = re.compile(r'"name"\s*:\s*"([^"\\]{1,64})"|<function=([\w.-]{1,64})')
_ARGUMENTS = re.compile(r'"(?:arguments|parameters)"\s*:\s*')
_NO_CALL = "did not call a tool"


def read_failed_generation(error: JsonValue) -> Turn | None:
    """Return the turn that the error quotes, or None where it is another error.

    A call that could be read and was refused (unknown tool, schema) is that call; one that could
    not be read is malformed; prose where a call was due is text.
    """
    if not isinstance(error, dict) or error.get("code") != CODE:
        return None
    written = shape.string(error, "failed_generation")
    if not written or _NO_CALL in shape.string(error, "message"):
        return Turn(text=written or None, finish=CODE)
    return Turn(calls=(_quoted_call(written),), finish=CODE)


def _quoted_call(written: str) -> ToolCall:
    named = _NAME.search(written)
    name = next(filter(None, named.groups())) if named else ""
    raw = _arguments_of(written)
    read = parse_arguments(raw) if raw is not None else None
    if read is None or read.value is None:
        raw, arguments = written, None
        defects = parse_arguments(written).defects or (Defect.NOT_JSON,)
    else:
        arguments, defects = read.value, read.defects
    return ToolCall(id=f"{MADE_UP_ID}0", name=name, raw=raw, arguments=arguments, defects=defects)


def _arguments_of(written: str) -> str | None:
    """Return the arguments to the letter where `written` is JSON as far as they go."""
    start = _ARGUMENTS.search(written)
    if start is None:
        return None
    try:
        _, end = json.JSONDecoder().raw_decode(written, start.end())
    except (ValueError, RecursionError):
        return None
    return written[start.end() : end]

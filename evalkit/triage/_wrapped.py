"""Finding an API's answer, and the tools of its request, somewhere inside a log record."""

from __future__ import annotations

import json
import re
from collections import deque
from collections.abc import Iterator

from evalkit.transcript import JsonObject, JsonValue
from evalkit.triage._offer import Offer, read_offer
from evalkit.triage._shapes import api_of_answer, api_of_error, is_chunk, reply_around

_MOST_VALUES = 100_000
_STREAM = re.compile(r"\s*(?:data|event):")
_OFFERS = ("tools", "functions", "toolConfig")


def find_answer(record: JsonValue) -> JsonObject | str | None:
    """Return the nearest answer, an object or the text of a stream.

    Without one it is the nearest error, or else a message that stands alone.
    """
    error: JsonObject | None = None
    message: JsonObject | None = None
    for value in _values(record):
        if isinstance(value, str) and _STREAM.match(value):
            return value
        if isinstance(value, dict):
            if api_of_answer(value) or is_chunk(value):
                return value
            if error is None and api_of_error(value):
                error = value
            if message is None and reply_around(value):
                message = value
    return error or message


def find_offer(record: JsonValue) -> Offer | None:
    """Return the nearest tools that the record says were offered."""
    found = (
        read_offer(value[key])
        for value in _values(record)
        if isinstance(value, dict)
        for key in _OFFERS
        if value.get(key)
    )
    return next((offer for offer in found if offer), None)


def _values(record: JsonValue) -> Iterator[JsonValue]:
    """Walk a record from the outside in; JSON written as text is opened."""
    waiting = deque([record])
    for _ in range(_MOST_VALUES):
        if not waiting:
            return
        value = waiting.popleft()
        yield value
        if isinstance(value, dict):
            waiting.extend(value.values())
        elif isinstance(value, list):
            waiting.extend(value)
        elif isinstance(value, str) and value.lstrip()[:1] == "{":
            waiting.extend(_opened(value))


def _opened(text: str) -> Iterator[JsonValue]:
    try:
        yield json.loads(text)
    except (ValueError, RecursionError):
        return

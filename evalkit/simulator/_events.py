"""Server-sent events: an answer in the pieces that a stream sends."""

from __future__ import annotations

import json
from collections.abc import Iterator

from evalkit.transcript import JsonObject

DONE = b"data: [DONE]\n\n"
_PIECE = 12


def event(data: JsonObject, name: str | None = None) -> bytes:
    """Write one event; `name` is for protocols that name theirs."""
    line = f"data: {json.dumps(data, ensure_ascii=False)}\n\n"
    return (line if name is None else f"event: {name}\n{line}").encode()


def pieces(text: str) -> Iterator[str]:
    """Part a text as a model would write it: a few letters at a time."""
    for start in range(0, len(text), _PIECE):
        yield text[start : start + _PIECE]

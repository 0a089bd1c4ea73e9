"""Anthropic Messages: a whole answer -> the events that stream it."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import cast

from evalkit.simulator._asked import Asked
from evalkit.simulator._events import event, pieces
from evalkit.transcript import JsonObject


def stream(body: JsonObject, _question: Asked) -> Iterator[bytes]:
    """Yield the events of an answer that `write` made."""
    usage = cast("JsonObject", body["usage"])
    begun = body | {
        "content": [],
        "stop_reason": None,
        "usage": {"input_tokens": usage["input_tokens"], "output_tokens": 1},
    }
    yield _event({"type": "message_start", "message": begun})
    for index, block in enumerate(cast("list[JsonObject]", body["content"])):
        yield from _block(index, block)
    delta: JsonObject = {"stop_reason": body["stop_reason"], "stop_sequence": None}
    counted: JsonObject = {"output_tokens": usage["output_tokens"]}
    yield _event({"type": "message_delta", "delta": delta, "usage": counted})
    yield _event({"type": "message_stop"})


def _block(index: int, block: JsonObject) -> Iterator[bytes]:
    if block["type"] == "text":
        begun: JsonObject = {"type": "text", "text": ""}
        kind, key, text = "text_delta", "text", cast("str", block["text"])
    else:
        begun = {**block, "input": {}}
        kind, key = "input_json_delta", "partial_json"
        text = json.dumps(block["input"], ensure_ascii=False) if block["input"] else ""
    yield _event({"type": "content_block_start", "index": index, "content_block": begun})
    for piece in pieces(text):
        delta: JsonObject = {"type": kind, key: piece}
        yield _event({"type": "content_block_delta", "index": index, "delta": delta})
    yield _event({"type": "content_block_stop", "index": index})


def _event(data: JsonObject) -> bytes:
    return event(data, cast("str", data["type"]))

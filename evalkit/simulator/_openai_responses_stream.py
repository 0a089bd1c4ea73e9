"""OpenAI Responses: a whole answer -> the events that stream it."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import count
from typing import cast

from evalkit.simulator._asked import Asked
from evalkit.simulator._events import event, pieces
from evalkit.transcript import JsonObject

_UNFINISHED = frozenset({"incomplete", "failed"})


def stream(body: JsonObject, _question: Asked) -> Iterator[bytes]:
    """Yield the events of an answer that `write` made."""
    numbers = count()
    for data in _events(body):
        yield event({**data, "sequence_number": next(numbers)}, cast("str", data["type"]))


def _events(body: JsonObject) -> Iterator[JsonObject]:
    begun = {**body, "status": "in_progress", "incomplete_details": None, "output": []}
    del begun["usage"]
    yield {"type": "response.created", "response": begun}
    yield {"type": "response.in_progress", "response": begun}
    for index, item in enumerate(cast("list[JsonObject]", body["output"])):
        place: JsonObject = {"output_index": index, "item_id": item["id"]}
        is_call = item["type"] == "function_call"
        hollow: JsonObject = {"arguments": ""} if is_call else {"content": []}
        added = {**item, "status": "in_progress", **hollow}
        yield {"type": "response.output_item.added", "output_index": index, "item": added}
        yield from (_arguments if is_call else _text)(item, place)
        yield {"type": "response.output_item.done", "output_index": index, "item": item}
    end = body["status"] if body["status"] in _UNFINISHED else "completed"
    yield {"type": f"response.{end}", "response": body}


def _arguments(item: JsonObject, place: JsonObject) -> Iterator[JsonObject]:
    kind = "response.function_call_arguments"
    arguments = cast("str", item["arguments"])
    for piece in pieces(arguments):
        yield {"type": f"{kind}.delta", **place, "delta": piece}
    yield {"type": f"{kind}.done", **place, "name": item["name"], "arguments": arguments}


def _text(item: JsonObject, place: JsonObject) -> Iterator[JsonObject]:
    part = cast("list[JsonObject]", item["content"])[0]
    place = {**place, "content_index": 0}
    text = cast("str", part["text"])
    yield {"type": "response.content_part.added", **place, "part": {**part, "text": ""}}
    for piece in pieces(text):
        yield {"type": "response.output_text.delta", **place, "delta": piece, "logprobs": []}
    yield {"type": "response.output_text.done", **place, "text": text, "logprobs": []}
    yield {"type": "response.content_part.done", **place, "part": part}

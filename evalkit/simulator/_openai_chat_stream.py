"""OpenAI Chat Completions: a whole answer -> the chunks that stream it."""

from __future__ import annotations

from collections.abc import Iterator
from typing import cast

from evalkit.simulator._asked import Asked
from evalkit.simulator._events import DONE, event, pieces
from evalkit.transcript import JsonObject


def stream(body: JsonObject, question: Asked) -> Iterator[bytes]:
    """Yield the events of an answer that `write` made."""
    about = {key: body[key] for key in ("id", "created", "model")}
    head: JsonObject = {**about, "object": "chat.completion.chunk"}
    choice = cast("list[JsonObject]", body["choices"])[0]
    for delta in _deltas(cast("JsonObject", choice["message"])):
        yield event({**head, "choices": [{"index": 0, "delta": delta, "finish_reason": None}]})
    finish: JsonObject = {"index": 0, "delta": {}, "finish_reason": choice["finish_reason"]}
    yield event({**head, "choices": [finish]})
    if question.streams_usage:
        yield event({**head, "choices": [], "usage": body["usage"]})
    yield DONE


def _deltas(message: JsonObject) -> Iterator[JsonObject]:
    content = cast("str | None", message["content"])
    yield {"role": "assistant", "content": None if content is None else ""}
    for piece in pieces(content or ""):
        yield {"content": piece}
    for index, call in enumerate(cast("list[JsonObject]", message.get("tool_calls", []))):
        function = cast("dict[str, str]", call["function"])
        yield _call(index, call | {"function": {"name": function["name"], "arguments": ""}})
        for piece in pieces(function["arguments"]):
            yield _call(index, {"function": {"arguments": piece}})


def _call(index: int, delta: JsonObject) -> JsonObject:
    return {"tool_calls": [{"index": index, **delta}]}

"""Replies and streams of Bedrock's Converse: a body -> a turn, events -> a body."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from evalkit.providers import _shape as shape
from evalkit.providers._api import Shown
from evalkit.providers._calls import WrittenCall, read_calls, written
from evalkit.transcript import JsonObject, JsonValue, Stop, Turn, Usage

STOPS = {
    "max_tokens": Stop.TRUNCATED,
    "guardrail_intervened": Stop.REFUSED,
    "content_filtered": Stop.REFUSED,
    "model_context_window_exceeded": Stop.CONTEXT_OVERFLOW,
}
SERVER_CALL = "server_tool_use"


def decode(body: JsonObject) -> Turn:
    output = shape.member(body, "output", "reply")
    message = shape.member(output, "message", "output")
    blocks = shape.objects(message, "content", "output.message")
    finish = shape.text(body, "stopReason", "reply")
    return Turn(
        text="".join(shape.string(block, "text") for block in blocks) or None,
        calls=read_calls(_written_calls(blocks)),
        reasoning=_reasoning(blocks),
        stop=STOPS.get(finish or "", Stop.ANSWERED),
        finish=finish,
        usage=_usage(shape.part(body, "usage")),
        wire=message,
    )


def assemble(events: Iterable[JsonObject]) -> JsonObject:
    """Join the events; tool inputs stay the strings that the model wrote."""
    body: JsonObject = {}
    blocks: dict[int | None, _Block] = {}
    for event in events:
        match event:
            case {"contentBlockStart": dict(start)}:
                place = shape.count(start, "contentBlockIndex")
                blocks[place] = _Block(shape.part(start, "start"))
            case {"contentBlockDelta": dict(delta)}:
                place = shape.count(delta, "contentBlockIndex")
                blocks.setdefault(place, _Block({})).add(shape.part(delta, "delta"))
            case {"messageStop": dict(end)}:
                body |= end
            case {"metadata": dict(metadata)}:
                body |= metadata
    content: list[JsonValue] = [block.grown() for block in blocks.values()]
    body["output"] = {"message": {"role": "assistant", "content": content}}
    return body


def shown(event: JsonObject) -> Shown | None:
    match event:
        case {"contentBlockStart": {"start": {"toolUse": _}}}:
            return Shown.CALL
        case {"contentBlockDelta": {"delta": {"text": _} | {"reasoningContent": _}}}:
            return Shown.TEXT
        case _:
            return None


class _Block:
    """A content block as it grows: its text, the input of its call, or its reasoning."""

    def __init__(self, begun: JsonObject) -> None:
        self._begun = begun
        self._texts: list[str] = []
        self._inputs: list[str] = []
        self._thoughts: list[str] = []

    def add(self, delta: JsonObject) -> None:
        self._texts.append(shape.string(delta, "text"))
        self._inputs.append(shape.string(shape.part(delta, "toolUse"), "input"))
        self._thoughts.append(shape.string(shape.part(delta, "reasoningContent"), "text"))

    def grown(self) -> JsonObject:
        if "toolUse" in self._begun:
            call = shape.member(self._begun, "toolUse", "contentBlockStart")
            return {"toolUse": {**call, "input": "".join(self._inputs)}}
        if thoughts := "".join(self._thoughts):
            return {"reasoningContent": {"reasoningText": {"text": thoughts}}}
        return {"text": "".join(self._texts)}


def _written_calls(blocks: Iterable[JsonObject]) -> Iterator[WrittenCall]:
    """Yield the calls of the client's tools; the server's own carry a type."""
    for index, block in enumerate(blocks):
        if "toolUse" in block:
            path = f"content[{index}]"
            call = shape.member(block, "toolUse", path)
            if call.get("type") != SERVER_CALL:
                name = shape.text(call, "name", f"{path}.toolUse") or ""
                yield written(call.get("toolUseId"), name, call.get("input"))


def _reasoning(blocks: Iterable[JsonObject]) -> str | None:
    found = [shape.part(block, "reasoningContent") for block in blocks]
    thoughts = [shape.string(shape.part(each, "reasoningText"), "text") for each in found]
    return "".join(thoughts) or None


def _usage(usage: JsonObject) -> Usage:
    """Read the tokens; `inputTokens` leaves out what was read from and written to the cache."""
    cache_read = shape.count(usage, "cacheReadInputTokens")
    cache_write = shape.count(usage, "cacheWriteInputTokens")
    return Usage(
        input=shape.total(shape.count(usage, "inputTokens"), cache_read, cache_write),
        output=shape.count(usage, "outputTokens"),
        cache_read=cache_read,
        cache_write=cache_write,
    )

"""Streams of Anthropic Messages: events -> the body that would have come in one piece.

Tool inputs stay the strings that the model wrote: the API checks nothing while it streams, and
the SDK's own reading of them hides what is malformed.
"""

from __future__ import annotations

from collections.abc import Iterable

from evalkit.providers import _shape as shape
from evalkit.providers._api import Shown
from evalkit.transcript import JsonObject, JsonValue

DELTAS = {"text_delta": "text", "thinking_delta": "thinking", "signature_delta": "signature"}


def assemble(events: Iterable[JsonObject]) -> JsonObject:
    """Join the events; a second `message_start` inside the stream begins the answer anew."""
    body: JsonObject = {}
    blocks = _Blocks()
    for event in events:
        match event.get("type"):
            case "message_start":
                body = {**shape.member(event, "message", "message_start")}
                blocks = _Blocks()
            case "content_block_start":
                blocks.start(event)
            case "content_block_delta":
                blocks.add(event)
            case "message_delta":
                body |= shape.part(event, "delta")
                body["usage"] = shape.part(body, "usage") | _reported(event)
            case "error":
                body["error"] = event.get("error") or event
    body["content"] = blocks.finished()
    return body


def shown(event: JsonObject) -> Shown | None:
    match event:
        case {"type": "content_block_start", "content_block": {"type": "tool_use"}}:
            return Shown.CALL
        case {"type": "content_block_delta", "delta": {"type": "text_delta" | "thinking_delta"}}:
            return Shown.TEXT
        case _:
            return None


def _reported(event: JsonObject) -> JsonObject:
    """Return the cumulative usage of a `message_delta`, without what it leaves open."""
    usage = shape.part(event, "usage")
    return {key: value for key, value in usage.items() if value is not None}


class _Blocks:
    """The content blocks of a message as they grow."""

    def __init__(self) -> None:
        self._blocks: list[JsonObject] = []
        self._pieces: list[dict[str, list[str]]] = []
        self._place: dict[JsonValue, int] = {}

    def start(self, event: JsonObject) -> None:
        block = shape.member(event, "content_block", "content_block_start")
        self._place[shape.count(event, "index")] = len(self._blocks)
        self._blocks.append(block)
        self._pieces.append({})

    def add(self, event: JsonObject) -> None:
        place = self._place.get(shape.count(event, "index"))
        if place is None:
            raise shape.missing("content_block_start", "the stream")
        delta = shape.part(event, "delta")
        match delta.get("type"):
            case "input_json_delta":
                self._piece(place, "input", shape.string(delta, "partial_json"))
            case "citations_delta":
                block = self._blocks[place]
                cited = shape.objects(block, "citations", "content_block")
                self._blocks[place] = {**block, "citations": [*cited, delta.get("citation")]}
            case str(kind) if kind in DELTAS:
                self._piece(place, DELTAS[kind], shape.string(delta, DELTAS[kind]))

    def finished(self) -> list[JsonValue]:
        return [
            block | {key: _joined(block, key, pieces) for key, pieces in grown.items()}
            for block, grown in zip(self._blocks, self._pieces, strict=True)
        ]

    def _piece(self, place: int, key: str, piece: str) -> None:
        self._pieces[place].setdefault(key, []).append(piece)


def _joined(block: JsonObject, key: str, pieces: list[str]) -> JsonValue:
    """Join what was streamed; an input that came whole at the start has only empty pieces."""
    streamed = "".join(pieces)
    begun = block.get(key)
    if isinstance(begun, str):
        return begun + streamed
    return streamed if streamed or not begun else begun

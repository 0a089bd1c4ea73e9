"""Streams of OpenAI Responses: events -> the body that would have come in one piece."""

from __future__ import annotations

from collections.abc import Iterable

from evalkit.providers import _shape as shape
from evalkit.providers._api import Shown
from evalkit.transcript import JsonObject

FINAL = frozenset({"response.completed", "response.incomplete", "response.failed"})
BEGUN = frozenset({"response.created", "response.queued", "response.in_progress"})
ADDED = "response.output_item.added"
WHOLE_ITEM = frozenset({ADDED, "response.output_item.done"})
PIECES = {
    "response.function_call_arguments.delta": "arguments",
    "response.custom_tool_call_input.delta": "input",
    "response.output_text.delta": "content",
}
TEXTS = frozenset(
    {
        "response.output_text.delta",
        "response.reasoning_text.delta",
        "response.reasoning_summary_text.delta",
        "response.refusal.delta",
    }
)
CALLS = frozenset({"function_call", "custom_tool_call"})


def assemble(events: Iterable[JsonObject]) -> JsonObject:
    """Take the response of the final event, or as much as there is where the stream broke off.

    What broke off keeps the status `in_progress` that it began with.
    """
    body: JsonObject = {"status": "in_progress"}
    items: dict[int | None, _Item] = {}
    for event in events:
        kind = shape.string(event, "type")
        if kind in FINAL:
            body = shape.member(event, "response", kind)
        elif kind in BEGUN:
            body = {**body, **shape.part(event, "response")}
        elif kind == "error":
            body["error"] = event.get("error") or event
        elif kind in WHOLE_ITEM:
            place = shape.count(event, "output_index")
            items[place] = _Item(shape.member(event, "item", kind))
        elif item := items.get(shape.count(event, "output_index")):
            item.add(kind, shape.string(event, "delta"))
    if not body.get("output") and (items or "error" not in body):
        body = {**body, "output": [item.grown() for item in items.values()]}
    return body


def shown(event: JsonObject) -> Shown | None:
    kind = shape.string(event, "type")
    if kind == ADDED:
        return Shown.CALL if shape.part(event, "item").get("type") in CALLS else None
    return Shown.TEXT if kind in TEXTS else None


class _Item:
    """An output item as it grows; one that is given whole has nothing to add."""

    def __init__(self, begun: JsonObject) -> None:
        self._begun = begun
        self._pieces: dict[str, list[str]] = {}

    def add(self, kind: str, piece: str) -> None:
        if kind in PIECES:
            self._pieces.setdefault(PIECES[kind], []).append(piece)

    def grown(self) -> JsonObject:
        item = {**self._begun}
        for key, pieces in self._pieces.items():
            if key == "content":
                item[key] = [{"type": "output_text", "text": "".join(pieces)}]
            else:
                item[key] = shape.string(item, key) + "".join(pieces)
        return item

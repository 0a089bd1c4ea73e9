"""Streams of OpenAI Responses: events -> the body that would have come in one piece."""

from __future__ import annotations

from collections.abc import Iterable

from evalkit.providers import _shape as shape
from evalkit.providers._api import Shown
from evalkit.transcript import JsonObject, JsonValue

FINAL = frozenset({"response.completed", "response.incomplete", "response.failed"})
BEGUN = frozenset({"response.created", "response.queued", "response.in_progress"})
ARGUMENTS = {
    "response.function_call_arguments.delta": "arguments",
    "response.custom_tool_call_input.delta": "input",
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
    items: dict[JsonValue, JsonObject] = {}
    for event in events:
        kind = shape.string(event, "type")
        if kind in FINAL:
            body = shape.member(event, "response", kind)
        elif kind in BEGUN:
            body = {**body, **shape.part(event, "response")}
        elif kind == "error":
            body["error"] = event.get("error") or event
        else:
            _add(items, kind, event)
    if not body.get("output") and (items or "error" not in body):
        body = {**body, "output": [*items.values()]}
    return body


def shown(event: JsonObject) -> Shown | None:
    kind = shape.string(event, "type")
    if kind == "response.output_item.added":
        return Shown.CALL if shape.part(event, "item").get("type") in CALLS else None
    return Shown.TEXT if kind in TEXTS else None


def _add(items: dict[JsonValue, JsonObject], kind: str, event: JsonObject) -> None:
    """Let the output item grow that an event is about; the item of its last event is the truth."""
    place = shape.count(event, "output_index")
    if kind in {"response.output_item.added", "response.output_item.done"}:
        items[place] = shape.member(event, "item", kind)
    elif place in items and kind in ARGUMENTS:
        key = ARGUMENTS[kind]
        written = shape.string(items[place], key) + shape.string(event, "delta")
        items[place] = {**items[place], key: written}
    elif place in items and kind == "response.output_text.delta":
        parts = shape.objects(items[place], "content", "item")
        text = "".join(shape.string(part, "text") for part in parts) + shape.string(event, "delta")
        content: list[JsonValue] = [{"type": "output_text", "text": text}]
        items[place] = {**items[place], "content": content}

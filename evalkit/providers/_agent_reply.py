"""What an agent of the user's answers: calls that it wants made, or its last word -> a turn."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from evalkit.errors import UndecodableReply
from evalkit.providers import _shape as shape
from evalkit.providers._api import Shown
from evalkit.providers._calls import WrittenCall, read_calls, written
from evalkit.transcript import JsonObject, Stop, Turn, Usage

KEYS = frozenset({"text", "calls", "refusal", "usage", "model", "id"})
_HINT = "see docs/agents.md for the form of a reply"


def decode(body: JsonObject) -> Turn:
    unknown = sorted(body.keys() - KEYS)
    if unknown:
        raise UndecodableReply(f"the agent's reply has an unknown key {unknown[0]!r}", hint=_HINT)
    if not body.keys() & {"text", "calls", "refusal"}:
        raise UndecodableReply("the agent's reply has neither text nor calls", hint=_HINT)
    refusal = shape.text(body, "refusal", "reply")
    usage = shape.part(body, "usage")
    return Turn(
        text=shape.text(body, "text", "reply"),
        calls=read_calls(_calls(body), shape.string(body, "id")),
        refusal=refusal,
        stop=Stop.REFUSED if refusal else Stop.ANSWERED,
        usage=Usage(input=shape.count(usage, "input"), output=shape.count(usage, "output")),
        model=shape.text(body, "model", "reply"),
    )


def _calls(body: JsonObject) -> Iterator[WrittenCall]:
    for index, call in enumerate(shape.objects(body, "calls", "reply")):
        name = shape.text(call, "name", f"reply.calls[{index}]")
        if not name:
            raise shape.missing("name", f"reply.calls[{index}]")
        yield written(call.get("id"), name, call.get("arguments"))


def assemble(_events: Iterable[JsonObject]) -> JsonObject:
    raise UndecodableReply("an agent's reply is one JSON object, no stream", hint=_HINT)


def shown(_event: JsonObject) -> Shown | None:
    return None

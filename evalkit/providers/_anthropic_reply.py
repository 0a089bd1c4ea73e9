"""Replies of Anthropic Messages: a body -> a turn."""

from __future__ import annotations

from collections.abc import Iterator

from evalkit.errors import ExchangeFailed
from evalkit.parse import parse_arguments
from evalkit.providers import _shape as shape
from evalkit.providers._calls import WrittenCall, read_calls, written
from evalkit.transcript import JsonObject, JsonValue, Stop, Turn, Usage

STOPS = {
    "max_tokens": Stop.TRUNCATED,
    "refusal": Stop.REFUSED,
    "model_context_window_exceeded": Stop.CONTEXT_OVERFLOW,
}


def decode(body: JsonObject) -> Turn:
    if body.get("error"):
        raise provider_trouble(shape.part(body, "error"))
    if "content" not in body:
        raise shape.missing("content", "reply")
    blocks = shape.objects(body, "content", "reply")
    finish = shape.text(body, "stop_reason", "reply")
    return Turn(
        text=_joined(blocks, "text"),
        calls=read_calls(_written_calls(blocks), shape.string(body, "id")),
        refusal=_refusal(body) if finish == "refusal" else None,
        reasoning=_joined(blocks, "thinking"),
        stop=Stop.PROVIDER_ERROR if finish is None else STOPS.get(finish, Stop.ANSWERED),
        finish=finish,
        usage=_usage(shape.part(body, "usage")),
        model=shape.string(body, "model") or None,
        wire={"role": "assistant", "content": [_sendable(block) for block in blocks]},
    )


def provider_trouble(error: JsonObject) -> ExchangeFailed:
    """Return the error that a stream of status 200 carries in place of its end."""
    kind, message = shape.string(error, "type"), shape.string(error, "message")
    return ExchangeFailed(f"the provider reported {kind or 'an error'} inside its reply: {message}")


def _joined(blocks: list[JsonObject], kind: str) -> str | None:
    """Join the text of all blocks of one kind, which has the name of the field that holds it."""
    return "".join(shape.string(b, kind) for b in blocks if b.get("type") == kind) or None


def _written_calls(blocks: list[JsonObject]) -> Iterator[WrittenCall]:
    """Yield the calls of the client's tools; those of the server's own are no calls for us."""
    for index, block in enumerate(blocks):
        if block.get("type") == "tool_use":
            name = shape.text(block, "name", f"content[{index}]")
            yield written(block.get("id"), name or "", block.get("input"))


def _sendable(block: JsonObject) -> JsonValue:
    """Make an input that was assembled from a stream the object that the API takes back."""
    raw = block.get("input")
    if not isinstance(raw, str):
        return block
    arguments = parse_arguments(raw).value
    sent: JsonValue = {"INVALID_JSON": raw} if arguments is None else arguments
    return {**block, "input": sent}


def _refusal(body: JsonObject) -> str | None:
    details = shape.part(body, "stop_details")
    words = shape.string(details, "explanation") or shape.string(details, "category")
    return words or "refusal"


def _usage(usage: JsonObject) -> Usage:
    """Read the tokens; `input_tokens` leaves out what was read from and written to the cache."""
    cache_read = shape.count(usage, "cache_read_input_tokens")
    cache_write = shape.count(usage, "cache_creation_input_tokens")
    return Usage(
        input=shape.total(shape.count(usage, "input_tokens"), cache_read, cache_write),
        output=shape.count(usage, "output_tokens"),
        cache_read=cache_read,
        cache_write=cache_write,
        reasoning=shape.count(shape.part(usage, "output_tokens_details"), "thinking_tokens"),
    )

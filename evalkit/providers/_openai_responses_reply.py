"""Replies of OpenAI Responses: a body -> a turn."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from evalkit.errors import ExchangeFailed
from evalkit.providers import _shape as shape
from evalkit.providers._calls import WrittenCall, read_calls, written
from evalkit.transcript import JsonObject, Stop, Turn, Usage

UNFINISHED = frozenset({"in_progress", "queued", "cancelled"})
REFUSALS = frozenset({"invalid_prompt", "bio_policy", "misalignment_policy_violation"})


def decode(body: JsonObject) -> Turn:
    if "output" not in body:
        _raise_trouble(body)
        raise shape.missing("output", "reply")
    items = shape.objects(body, "output", "reply")
    parts = list(_parts(items))
    refusal = _policy(body) or _joined(parts, "refusal", "refusal")
    status = shape.text(body, "status", "reply")
    if status == "failed" and refusal is None:
        _raise_trouble(body)
    return Turn(
        text=_joined(parts, "output_text", "text"),
        calls=read_calls(_written_calls(items), shape.string(body, "id")),
        refusal=refusal,
        reasoning=_reasoning(items),
        stop=_stop(body, status, refusal),
        finish=status,
        usage=_usage(shape.part(body, "usage")),
        model=shape.string(body, "model") or None,
        wire={"output": [*items]},
    )


def _raise_trouble(body: JsonObject) -> None:
    """Raise what a reply of status 200 reports in place of an answer."""
    error = shape.part(body, "error")
    if error:
        code, message = shape.string(error, "code"), shape.string(error, "message")
        raise ExchangeFailed(f"the provider reported {code or 'an error'} in its reply: {message}")


def _policy(body: JsonObject) -> str | None:
    """Return the words of a refusal that the API states as an error."""
    error = shape.part(body, "error")
    return shape.string(error, "message") if shape.string(error, "code") in REFUSALS else None


def _parts(items: Iterable[JsonObject]) -> Iterator[JsonObject]:
    for item in items:
        if item.get("type") == "message":
            yield from shape.objects(item, "content", "output[].message")


def _joined(parts: Iterable[JsonObject], kind: str, key: str) -> str | None:
    return "".join(shape.string(part, key) for part in parts if part.get("type") == kind) or None


def _reasoning(items: Iterable[JsonObject]) -> str | None:
    """Join visible reasoning: the summary, and the full text where a server shows it."""
    pieces = [
        shape.string(piece, "text")
        for item in items
        if item.get("type") == "reasoning"
        for key in ("summary", "content")
        for piece in shape.objects(item, key, "output[].reasoning")
    ]
    return "".join(pieces) or None


def _written_calls(items: Iterable[JsonObject]) -> Iterator[WrittenCall]:
    """Yield the calls of the client's tools; results are paired by `call_id`, not by `id`."""
    for index, item in enumerate(items):
        path = f"output[{index}]"
        match item.get("type"):
            case "function_call":
                name = shape.text(item, "name", path) or ""
                yield written(item.get("call_id"), name, item.get("arguments"))
            case "custom_tool_call":
                raw = shape.string(item, "input")
                name = shape.string(item, "name")
                yield WrittenCall(shape.string(item, "call_id"), name, raw, {"input": raw})


def _stop(body: JsonObject, status: str | None, refusal: str | None) -> Stop:
    if refusal:
        return Stop.REFUSED
    if status in UNFINISHED:
        return Stop.PROVIDER_ERROR
    if status != "incomplete":
        return Stop.ANSWERED
    reason = shape.part(body, "incomplete_details").get("reason")
    return Stop.REFUSED if reason == "content_filter" else Stop.TRUNCATED


def _usage(usage: JsonObject) -> Usage:
    """Read the tokens; the totals include all that is detailed."""
    given = shape.part(usage, "input_tokens_details")
    return Usage(
        input=shape.count(usage, "input_tokens"),
        output=shape.count(usage, "output_tokens"),
        cache_read=shape.count(given, "cached_tokens"),
        cache_write=shape.count(given, "cache_write_tokens"),
        reasoning=shape.count(shape.part(usage, "output_tokens_details"), "reasoning_tokens"),
    )

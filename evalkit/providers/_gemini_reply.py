"""Replies of Gemini's generateContent: a body -> a turn."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from evalkit.errors import ExchangeFailed
from evalkit.providers import _shape as shape
from evalkit.providers._calls import WrittenCall, read_calls, written
from evalkit.transcript import MADE_UP_ID, Defect, JsonObject, Stop, ToolCall, Turn, Usage

MALFORMED_CALL = "MALFORMED_FUNCTION_CALL"
MALFORMED_PREFIX = "Malformed function call: "
STOPS = {"MAX_TOKENS": Stop.TRUNCATED} | dict.fromkeys(
    ("SAFETY", "RECITATION", "BLOCKLIST", "PROHIBITED_CONTENT", "SPII", "MODEL_ARMOR"),
    Stop.REFUSED,
)
_NAME = re.compile(r"default_api[.:](\w{1,64})")


def decode(body: JsonObject) -> Turn:
    if body.get("error"):
        message = shape.string(shape.part(body, "error"), "message")
        raise ExchangeFailed(f"the provider reported an error inside its reply: {message}")
    blocked = shape.string(shape.part(body, "promptFeedback"), "blockReason")
    candidates = shape.objects(body, "candidates", "reply")
    if candidates:
        return _turn(body, candidates[0])
    if blocked:
        return _blocked(body, blocked)
    raise shape.missing("candidates", "reply")


def _turn(body: JsonObject, candidate: JsonObject) -> Turn:
    content = shape.part(candidate, "content")
    parts = shape.objects(content, "parts", "candidates[0].content")
    finish = shape.text(candidate, "finishReason", "candidates[0]")
    calls = read_calls(_written_calls(parts), shape.string(body, "responseId"))
    if finish == MALFORMED_CALL:
        calls = (*calls, _malformed_call(shape.string(candidate, "finishMessage"), len(calls)))
    return Turn(
        text=_joined(part for part in parts if not part.get("thought")),
        calls=calls,
        reasoning=_joined(part for part in parts if part.get("thought")),
        stop=STOPS.get(finish or "", Stop.ANSWERED),
        finish=finish,
        usage=_usage(shape.part(body, "usageMetadata")),
        model=shape.string(body, "modelVersion") or None,
        wire=content,
    )


def _blocked(body: JsonObject, reason: str) -> Turn:
    words = shape.string(shape.part(body, "promptFeedback"), "blockReasonMessage")
    return Turn(
        refusal=words or reason,
        stop=Stop.REFUSED,
        usage=_usage(shape.part(body, "usageMetadata")),
        model=shape.string(body, "modelVersion") or None,
    )


def _joined(parts: Iterable[JsonObject]) -> str | None:
    return "".join(shape.string(part, "text") for part in parts) or None


def _written_calls(parts: Iterable[JsonObject]) -> Iterator[WrittenCall]:
    for index, part in enumerate(parts):
        if "functionCall" in part:
            path = f"parts[{index}]"
            call = shape.member(part, "functionCall", path)
            name = shape.text(call, "name", f"{path}.functionCall")
            yield written(call.get("id"), name or "", call.get("args"))


def _malformed_call(message: str, index: int) -> ToolCall:
    """Return the call that the API could not read, and quotes in its finish message at best."""
    raw = message.removeprefix(MALFORMED_PREFIX)
    named = _NAME.search(raw)
    return ToolCall(
        id=f"{MADE_UP_ID}{index}",
        name=named[1] if named else "",
        raw=raw,
        arguments=None,
        defects=(Defect.NOT_JSON,),
    )


def _usage(usage: JsonObject) -> Usage:
    """Read the tokens; thoughts and the prompts of the server's own tools are counted apart."""
    thoughts = shape.count(usage, "thoughtsTokenCount")
    return Usage(
        input=shape.total(
            shape.count(usage, "promptTokenCount"), shape.count(usage, "toolUsePromptTokenCount")
        ),
        output=shape.total(shape.count(usage, "candidatesTokenCount"), thoughts),
        cache_read=shape.count(usage, "cachedContentTokenCount"),
        reasoning=thoughts,
    )

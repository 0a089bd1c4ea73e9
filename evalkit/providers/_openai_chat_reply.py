"""Replies of OpenAI Chat Completions and its many imitators: a body -> a turn."""

from __future__ import annotations

from collections.abc import Iterator

from evalkit.errors import ExchangeFailed
from evalkit.providers import _shape as shape
from evalkit.providers._calls import WrittenCall, read_calls, written
from evalkit.providers._failed_generation import read_failed_generation
from evalkit.transcript import NO_USAGE, JsonObject, JsonValue, Stop, Turn, Usage

STOPS = {"length": Stop.TRUNCATED, "content_filter": Stop.REFUSED}
_ANSWERED = Stop.ANSWERED
"""To look a member up in its enum takes Python 3.11 longer than all else about it."""
BROKEN_STREAM = "broken_stream"
"""Set in an assembled body whose stream broke off, for `decode`."""


def decode(body: JsonObject) -> Turn:
    error = body.get("error")
    choices = shape.objects(body, "choices", "reply")
    if error:
        return _failed_in_stream(body, error, choices)
    if not choices:
        raise shape.missing("choices", "reply")
    return _turn(body, choices[0])


def decode_error(status: int, body: JsonValue) -> Turn | None:
    """Read Groq's 400: the model wrote a call that is no JSON, or one that its schema forbids."""
    error = body.get("error") if isinstance(body, dict) else None
    return read_failed_generation(error) if status == 400 else None  # noqa: PLR2004  # an HTTP status


def _failed_in_stream(body: JsonObject, error: JsonValue, choices: list[JsonObject]) -> Turn:
    """Join what was streamed with the failure that ended it, or raise a provider's own trouble."""
    failed = read_failed_generation(error)
    if failed is None:
        raise provider_trouble(error)
    if not choices:
        return failed
    begun = _turn(body, choices[0])
    return Turn(
        text=begun.text or failed.text,
        calls=failed.calls,
        reasoning=begun.reasoning,
        finish=begun.finish,
        usage=begun.usage,
        model=begun.model,
    )


def provider_trouble(error: JsonValue) -> ExchangeFailed:
    """Return the error that a reply of status 200 carries in place of an answer."""
    what = error.get("message", error) if isinstance(error, dict) else error
    return ExchangeFailed(f"the provider reported an error inside its reply: {what}")


def _turn(body: JsonObject, choice: JsonObject) -> Turn:
    if choice.get("error"):
        raise provider_trouble(choice["error"])
    message = shape.member(choice, "message", "choices[0]")
    text, thinking = read_content(message.get("content"))
    finish = shape.text(choice, "finish_reason", "choices[0]")
    refusal = shape.string(message, "refusal") or None
    return Turn(
        text=text,
        calls=read_calls(_written_calls(message), shape.string(body, "id")),
        refusal=refusal,
        reasoning=thinking or _reasoning(message),
        stop=_stop(body, finish, refusal),
        finish=finish,
        usage=_usage(shape.part(body, "usage")),
        model=shape.string(body, "model") or None,
        wire=message,
    )


def read_content(content: JsonValue) -> tuple[str | None, str | None]:
    """Return the visible text and the thinking of a message's content: a string, parts or null."""
    if content is None or isinstance(content, str):
        return content, None
    parts = shape.objects({"content": content}, "content", "message")
    texts = [shape.string(part, "text") for part in parts if part.get("type") != "thinking"]
    thoughts = [
        shape.string(piece, "text")
        for part in parts
        if part.get("type") == "thinking"
        for piece in shape.objects(part, "thinking", "message.content")
    ]
    return "".join(texts) or None, "".join(thoughts) or None


def _reasoning(message: JsonObject) -> str | None:
    """Return visible reasoning: `reasoning_content` of DeepSeek and vLLM, `reasoning` of others."""
    return shape.string(message, "reasoning_content") or shape.string(message, "reasoning") or None


def _written_calls(message: JsonObject) -> Iterator[WrittenCall]:
    for index, call in enumerate(shape.objects(message, "tool_calls", "message")):
        path = f"message.tool_calls[{index}]"
        if call.get("type") == "custom" or ("custom" in call and "function" not in call):
            yield _custom_call(call, shape.member(call, "custom", path))
        else:
            function = shape.member(call, "function", path)
            name = shape.text(function, "name", f"{path}.function")
            yield written(call.get("id"), name or "", function.get("arguments"))
    if message.get("function_call"):
        legacy = shape.member(message, "function_call", "message")
        name = shape.text(legacy, "name", "message.function_call")
        yield written(None, name or "", legacy.get("arguments"))


def _custom_call(call: JsonObject, custom: JsonObject) -> WrittenCall:
    """Return the call of a custom tool, whose input is free text and no JSON."""
    raw = shape.string(custom, "input")
    return WrittenCall(shape.string(call, "id"), shape.string(custom, "name"), raw, {"input": raw})


def _stop(body: JsonObject, finish: str | None, refusal: str | None) -> Stop:
    if body.get(BROKEN_STREAM):
        return Stop.PROVIDER_ERROR
    if refusal:
        return Stop.REFUSED
    return STOPS.get(finish or "", _ANSWERED)


def _usage(usage: JsonObject) -> Usage:
    """Read the tokens; `prompt_tokens` and `completion_tokens` include all that is detailed."""
    if not usage:
        return NO_USAGE
    prompt = shape.part(usage, "prompt_tokens_details")
    completion = shape.part(usage, "completion_tokens_details")
    given, written = shape.count(usage, "prompt_tokens"), shape.count(usage, "completion_tokens")
    cached = shape.count(prompt, "cached_tokens")
    return Usage(
        input=given,
        output=_output(given, written, shape.count(usage, "total_tokens")),
        cache_read=shape.count(usage, "prompt_cache_hit_tokens") if cached is None else cached,
        cache_write=shape.count(prompt, "cache_write_tokens"),
        reasoning=shape.count(completion, "reasoning_tokens"),
    )


def _output(given: int | None, written: int | None, everything: int | None) -> int | None:
    """Return all output; Gemini's compatible endpoint counts thinking in the total alone."""
    if given is None or written is None or everything is None:
        return written
    return max(written, everything - given)

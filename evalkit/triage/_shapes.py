"""Telling by its fields which API wrote a body or an event of a stream."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import TypeAlias

from evalkit.transcript import JsonObject

_Test: TypeAlias = Callable[[JsonObject], bool]

_ANTHROPIC_EVENTS = frozenset(
    {
        "message_start",
        "content_block_start",
        "content_block_delta",
        "content_block_stop",
        "message_delta",
        "message_stop",
    }
)
_BEDROCK_EVENTS = frozenset(
    {"messageStart", "contentBlockStart", "contentBlockDelta", "contentBlockStop", "messageStop"}
)
_GEMINI_FIELDS = frozenset({"candidates", "promptFeedback", "usageMetadata"})


def api_of_answer(body: JsonObject) -> str | None:
    """Name the API whose answer this is; None for an error and for anything else."""
    return _first(_ANSWERS, body)


def api_of_error(body: JsonObject) -> str | None:
    """Name the API whose error this is."""
    return _first(_ERRORS, body)


def api_of_event(event: JsonObject) -> str | None:
    """Name the API of whose streams this is an event; errors tell nothing."""
    return _first(_EVENTS, event)


def reply_around(body: JsonObject) -> tuple[str, JsonObject] | None:
    """Make a message that stands alone a reply; name the API that writes such messages.

    Ollama and Cohere put a message like OpenAI's into replies of their own.
    """
    message = body.get("message", body)
    if not isinstance(message, dict):
        return None
    if isinstance(message.get("tool_calls"), list) or message.get("function_call"):
        finish = body.get("done_reason") or body.get("finish_reason")
        return "openai-chat", {"choices": [{"message": message, "finish_reason": finish}]}
    blocks = message.get("content")
    is_calling = isinstance(blocks, list) and any(
        isinstance(block, dict) and block.get("type") == "tool_use" for block in blocks
    )
    return ("anthropic", message) if is_calling else None


def is_chunk(body: JsonObject) -> bool:
    """Tell an event that stands alone from an answer in one piece."""
    choices = body.get("choices")
    if isinstance(choices, list) and choices:
        return isinstance(choices[0], dict) and "delta" in choices[0]
    return api_of_event(body) is not None and api_of_answer(body) is None


def are_events(objects: Sequence[JsonObject]) -> bool:
    """Tell the events of one stream from answers in one piece. Gemini's look the same."""
    return any(map(is_chunk, objects)) or set(map(api_of_answer, objects)) == {"gemini"}


def _first(tests: Iterable[tuple[str, _Test]], body: JsonObject) -> str | None:
    return next((api for api, holds in tests if holds(body)), None)


def _is_message(body: JsonObject) -> bool:
    is_marked = "stop_reason" in body or body.get("type") == "message"
    return is_marked and isinstance(body.get("content"), list)


def _is_converse(body: JsonObject) -> bool:
    output = body.get("output")
    return isinstance(output, dict) and isinstance(output.get("message"), dict)


def _is_response(body: JsonObject) -> bool:
    return body.get("object") == "response" or isinstance(body.get("output"), list)


def _has_gemini_error(body: JsonObject) -> bool:
    error = body.get("error")
    return isinstance(error, dict) and isinstance(error.get("status"), str)


_ANSWERS: tuple[tuple[str, _Test], ...] = (
    ("openai-chat", lambda body: isinstance(body.get("choices"), list)),
    ("anthropic", _is_message),
    ("openai-responses", _is_response),
    ("gemini", lambda body: not _GEMINI_FIELDS.isdisjoint(body)),
    ("bedrock-converse", _is_converse),
)
_ERRORS: tuple[tuple[str, _Test], ...] = (
    ("anthropic", lambda body: body.get("type") == "error" and "error" in body),
    ("gemini", _has_gemini_error),
    ("openai-chat", lambda body: isinstance(body.get("error"), dict)),
)
_EVENTS: tuple[tuple[str, _Test], ...] = (
    ("openai-chat", lambda event: isinstance(event.get("choices"), list)),
    ("anthropic", lambda event: event.get("type") in _ANTHROPIC_EVENTS),
    ("openai-responses", lambda event: str(event.get("type")).startswith("response.")),
    ("gemini", lambda event: not _GEMINI_FIELDS.isdisjoint(event)),
    ("bedrock-converse", lambda event: not _BEDROCK_EVENTS.isdisjoint(event)),
)

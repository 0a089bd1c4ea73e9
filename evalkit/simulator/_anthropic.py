"""Anthropic Messages: a request read, a reply and an error written."""

from __future__ import annotations

from collections.abc import Iterator

from pydantic import BaseModel, ConfigDict, Field

from evalkit.parse import parse_arguments
from evalkit.simulator._answers import Call, Reply
from evalkit.simulator._asked import (
    Asked,
    Content,
    Named,
    Part,
    Request,
    Said,
    asked,
    joined,
    text_of,
)
from evalkit.transcript import JsonObject

PATH = "/v1/messages"

_ERROR_TYPES = {
    401: "authentication_error",
    403: "permission_error",
    404: "not_found_error",
    413: "request_too_large",
    429: "rate_limit_error",
    504: "timeout_error",
    529: "overloaded_error",
}


class _Block(Part):
    name: str = ""
    """The tool that a `tool_use` calls."""
    content: Content = None
    """What a `tool_result` holds."""


class _Message(BaseModel):
    model_config = ConfigDict(extra="allow")

    role: str
    content: str | list[_Block]


class _MessagesRequest(Request):
    max_tokens: int = Field(gt=0)
    system: Content = None
    messages: tuple[_Message, ...] = Field(min_length=1)
    tools: tuple[Named, ...] | None = None


def read(body: bytes) -> Asked:
    """Read a request.

    Raises:
        pydantic.ValidationError: the body is not a request of this protocol.
    """
    request = _MessagesRequest.model_validate_json(body)
    said = [Said("system", text_of(request.system))]
    for message in request.messages:
        said.extend(_said(message))
    return asked(request, said, [tool.name for tool in request.tools or ()])


def write(reply: Reply, question: Asked) -> JsonObject:
    blocks = [_tool_use(call, question.make_id("toolu_", n)) for n, call in enumerate(reply.calls)]
    text: list[JsonObject] = [{"type": "text", "text": reply.text}] if reply.text else []
    tokens = reply.tokens(question.tokens)
    return {
        "id": question.make_id("msg_"),
        "type": "message",
        "role": "assistant",
        "model": reply.model or question.model,
        "content": [*text, *blocks],
        "stop_reason": reply.stop_or("tool_use" if blocks else "end_turn"),
        "stop_sequence": None,
        "usage": {"input_tokens": tokens.input, "output_tokens": tokens.output},
    }


def write_error(status: int, message: str) -> JsonObject:
    fallback = "api_error" if status >= 500 else "invalid_request_error"  # noqa: PLR2004  # HTTP
    kind = _ERROR_TYPES.get(status, fallback)
    return {"type": "error", "error": {"type": kind, "message": message}}


def _said(message: _Message) -> Iterator[Said]:
    """Part a message into tool results and words, which other protocols send apart."""
    if isinstance(message.content, str):
        yield Said(message.role, message.content)
        return
    words = joined(block.text for block in message.content)
    results = [text_of(b.content) for b in message.content if b.type == "tool_result"]
    yield from (Said("tool", result) for result in results)
    if words or not results:
        calls = tuple(block.name for block in message.content if block.type == "tool_use")
        yield Said(message.role, words, calls)


def _tool_use(call: Call, call_id: str) -> JsonObject:
    """Deliver the arguments parsed, as this protocol does; loading made sure that they can be."""
    arguments = parse_arguments(call.argument_string).value
    return {"type": "tool_use", "id": call_id, "name": call.name, "input": arguments}

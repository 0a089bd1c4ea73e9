"""OpenAI Chat Completions: a request read, a reply and an error written."""

from __future__ import annotations

from pydantic import BaseModel, ConfigDict, Field

from evalkit.simulator._answers import Call, Reply
from evalkit.simulator._asked import Asked, Content, Named, Request, Said, asked, text_of
from evalkit.transcript import JsonObject

PATH = "/v1/chat/completions"

CREATED = 1_767_225_600
"""When every reply says it was made (2026-01-01), so that recordings do not change by the hour."""

_ERROR_TYPES = {
    401: "authentication_error",
    403: "permission_error",
    404: "not_found_error",
    429: "rate_limit_error",
}


class _Tool(BaseModel):
    """A tool that is offered, or a call of one: both carry a name at the same place."""

    model_config = ConfigDict(extra="allow")

    function: Named | None = None
    custom: Named | None = None


class _Message(BaseModel):
    model_config = ConfigDict(extra="allow")

    role: str
    content: Content = None
    tool_calls: tuple[_Tool, ...] | None = None


class _StreamOptions(BaseModel):
    include_usage: bool | None = None


class _ChatRequest(Request):
    messages: tuple[_Message, ...] = Field(min_length=1)
    tools: tuple[_Tool, ...] | None = None
    stream_options: _StreamOptions | None = None

    @property
    def streams_usage(self) -> bool:
        return bool(self.stream_options and self.stream_options.include_usage)


def read(body: bytes) -> Asked:
    """Read a request.

    Raises:
        pydantic.ValidationError: the body is not a request of this protocol.
    """
    request = _ChatRequest.model_validate_json(body)
    return asked(request, [_said(message) for message in request.messages], _names(request.tools))


def write(reply: Reply, question: Asked) -> JsonObject:
    calls = [_call(call, question.make_id("call_", n)) for n, call in enumerate(reply.calls)]
    message: JsonObject = {"role": "assistant", "content": reply.text, "refusal": None}
    if calls:
        message["tool_calls"] = [*calls]
    return {
        "id": question.make_id("chatcmpl-"),
        "object": "chat.completion",
        "created": CREATED,
        "model": reply.model or question.model,
        "choices": [
            {
                "index": 0,
                "message": message,
                "logprobs": None,
                "finish_reason": reply.stop_or("tool_calls" if calls else "stop"),
            }
        ],
        "usage": _usage(reply, question),
    }


def write_error(status: int, message: str) -> JsonObject:
    fallback = "server_error" if status >= 500 else "invalid_request_error"  # noqa: PLR2004  # HTTP
    kind = _ERROR_TYPES.get(status, fallback)
    return {"error": {"message": message, "type": kind, "param": None, "code": None}}


def _said(message: _Message) -> Said:
    role = "system" if message.role == "developer" else message.role
    return Said(role, text_of(message.content), _names(message.tool_calls))


def _names(tools: tuple[_Tool, ...] | None) -> tuple[str, ...]:
    named = [tool.function or tool.custom for tool in tools or ()]
    return tuple(tool.name for tool in named if tool)


def _call(call: Call, call_id: str) -> JsonObject:
    function: JsonObject = {"name": call.name, "arguments": call.argument_string}
    return {"id": call_id, "type": "function", "function": function}


def _usage(reply: Reply, question: Asked) -> JsonObject:
    tokens = reply.tokens(question.tokens)
    return {
        "prompt_tokens": tokens.input,
        "completion_tokens": tokens.output,
        "total_tokens": tokens.input + tokens.output,
    }

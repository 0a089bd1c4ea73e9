"""OpenAI Responses: a request read, a reply written; errors are those of Chat Completions."""

from __future__ import annotations

from collections.abc import Sequence

from pydantic import BaseModel, ConfigDict, Field

from evalkit.simulator._answers import Call, Reply
from evalkit.simulator._asked import Asked, Content, Named, Request, Said, asked, text_of
from evalkit.simulator._openai_chat import CREATED
from evalkit.transcript import JsonObject

PATH = "/v1/responses"

_CALLS = frozenset({"function_call", "custom_tool_call"})
_OUTPUTS = frozenset({"function_call_output", "custom_tool_call_output"})


class _Item(BaseModel):
    """A message, a call, a result, or something else that no rule looks at."""

    model_config = ConfigDict(extra="allow")

    type: str = "message"
    role: str = "assistant"
    content: Content = None
    name: str = ""
    output: Content = None


class _ResponsesRequest(Request):
    instructions: str | None = None
    input: str | Sequence[_Item] = Field(min_length=1)
    tools: Sequence[Named] | None = None
    previous_response_id: None = None
    """Conversations are not kept: the input holds the whole of it."""


def read(body: bytes) -> Asked:
    """Read a request.

    Raises:
        pydantic.ValidationError: the body is not a request of this protocol.
    """
    request = _ResponsesRequest.model_validate_json(body)
    said = [Said("system", request.instructions or "")]
    if isinstance(request.input, str):
        said.append(Said("user", request.input))
    else:
        said.extend(map(_said, request.input))
    return asked(request, said, [tool.name for tool in request.tools or ()])


def write(reply: Reply, question: Asked) -> JsonObject:
    calls = [_call(call, question, n) for n, call in enumerate(reply.calls)]
    message = [_message(reply.text, question)] if reply.text is not None else []
    status = reply.stop_or("completed")
    cut_short = status == "incomplete"
    tokens = reply.tokens(question.tokens)
    return {
        "id": question.make_id("resp_"),
        "object": "response",
        "created_at": CREATED,
        "status": status,
        "error": None,
        "incomplete_details": {"reason": "max_output_tokens"} if cut_short else None,
        "model": reply.model or question.model,
        "output": [*message, *calls],
        "parallel_tool_calls": True,
        "tool_choice": "auto",
        "tools": [],
        "usage": {
            "input_tokens": tokens.input,
            "output_tokens": tokens.output,
            "total_tokens": tokens.input + tokens.output,
        },
    }


def _said(item: _Item) -> Said:
    if item.type in _OUTPUTS:
        return Said("tool", text_of(item.output))
    if item.type in _CALLS:
        return Said("assistant", "", (item.name,))
    role = "system" if item.role == "developer" else item.role
    return Said(role, text_of(item.content))


def _message(text: str, question: Asked) -> JsonObject:
    return {
        "id": question.make_id("msg_"),
        "type": "message",
        "status": "completed",
        "role": "assistant",
        "content": [{"type": "output_text", "text": text, "annotations": []}],
    }


def _call(call: Call, question: Asked, index: int) -> JsonObject:
    return {
        "id": question.make_id("fc_", index),
        "type": "function_call",
        "status": "completed",
        "call_id": question.make_id("call_", index),
        "name": call.name,
        "arguments": call.argument_string,
    }

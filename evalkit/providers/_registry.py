"""The protocols that evalkit speaks, by name."""

from __future__ import annotations

from evalkit import plugins
from evalkit.providers import (
    _agent_reply,
    _agent_request,
    _anthropic_connection,
    _anthropic_reply,
    _anthropic_request,
    _anthropic_stream,
    _bedrock,
    _gemini_reply,
    _gemini_stream,
    _http_agent,
    _openai_chat_reply,
    _openai_chat_request,
    _openai_chat_stream,
    _openai_connection,
    _openai_responses_reply,
    _openai_responses_request,
    _openai_responses_stream,
    _python_agent,
)
from evalkit.providers._api import Api
from evalkit.providers._read_only import read_only

OPENAI_CHAT = Api(
    name="openai-chat",
    endpoint=_openai_connection.chat_endpoint,
    encode=_openai_chat_request.encode,
    decode=_openai_chat_reply.decode,
    decode_error=_openai_chat_reply.decode_error,
    assemble=_openai_chat_stream.assemble,
    shown=_openai_chat_stream.shown,
    connect=_openai_connection.connect_chat,
    key_env=_openai_connection.KEY_ENV,
)
ANTHROPIC = Api(
    name="anthropic",
    endpoint=_anthropic_connection.endpoint,
    encode=_anthropic_request.encode,
    decode=_anthropic_reply.decode,
    assemble=_anthropic_stream.assemble,
    shown=_anthropic_stream.shown,
    connect=_anthropic_connection.connect,
    key_env=_anthropic_connection.KEY_ENV,
)
OPENAI_RESPONSES = Api(
    name="openai-responses",
    endpoint=_openai_connection.responses_endpoint,
    encode=_openai_responses_request.encode,
    decode=_openai_responses_reply.decode,
    assemble=_openai_responses_stream.assemble,
    shown=_openai_responses_stream.shown,
    connect=_openai_connection.connect_responses,
    key_env=_openai_connection.KEY_ENV,
)
GEMINI = read_only("gemini", _gemini_reply.decode, _gemini_stream.assemble, _gemini_stream.shown)
BEDROCK = read_only("bedrock-converse", _bedrock.decode, _bedrock.assemble, _bedrock.shown)
HTTP_AGENT = Api(
    name="http",
    endpoint=_http_agent.endpoint,
    encode=_agent_request.encode,
    decode=_agent_reply.decode,
    assemble=_agent_reply.assemble,
    shown=_agent_reply.shown,
    connect=_http_agent.connect,
)
PYTHON_AGENT = Api(
    name="python",
    endpoint=_python_agent.endpoint,
    encode=_agent_request.encode,
    decode=_agent_reply.decode,
    assemble=_agent_reply.assemble,
    shown=_agent_reply.shown,
    connect=_python_agent.connect,
    runs_code=True,
)
_ALL = (OPENAI_CHAT, ANTHROPIC, OPENAI_RESPONSES, GEMINI, BEDROCK, HTTP_AGENT, PYTHON_AGENT)
OWN = {api.name: api for api in _ALL}


def find_api(name: str, *, where: str | None = None) -> Api:
    """Return the protocol of that name, or the one that an installed package brings.

    Raises:
        UnknownName: there is none.
        PluginFailed: the package that brings it cannot be imported.
    """
    return plugins.find("providers", name, OWN, where=where)

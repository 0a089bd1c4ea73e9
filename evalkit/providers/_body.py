"""What request bodies of all protocols have in common."""

from __future__ import annotations

import json

from evalkit.providers._provider import Provider
from evalkit.suite import Settings
from evalkit.transcript import JsonObject, JsonValue, ToolCall


def overlaid(body: JsonObject, provider: Provider, settings: Settings) -> JsonObject:
    """Lay the suite's extra fields over a body, then the provider's; null takes a field out."""
    extra = {**settings.extra_body, **provider.extra_body}
    return {key: value for key, value in {**body, **extra}.items() if value is not None}


def argument_string(call: ToolCall) -> str:
    """Return the arguments as the model wrote them, or as JSON where the API delivered them."""
    if call.raw is not None:
        return call.raw
    return json.dumps(call.arguments or {}, ensure_ascii=False)


def argument_object(call: ToolCall) -> JsonObject:
    """Return the arguments for an API that takes objects only, malformed ones under a key.

    The key is the one that Anthropic documents for tool inputs that are not valid JSON.
    """
    return {"INVALID_JSON": call.raw} if call.arguments is None else call.arguments


def result_text(content: JsonValue) -> str:
    """Return a tool's result as text: strings unchanged, all else as JSON."""
    return content if isinstance(content, str) else json.dumps(content, ensure_ascii=False)

"""What evalkit notes about an exchange beside HTTP."""

from __future__ import annotations

import re

from evalkit.cassettes._answers import is_stream
from evalkit.cassettes._key import field_digests, json_body, seal
from evalkit.cassettes._recording import Answered, Asked, Facts, Timing
from evalkit.cassettes._redaction import Redaction
from evalkit.transcript import JsonObject

SIMULATED = "x-evalkit-simulated"
"""The header by which a simulator owns up to answering."""

_MODEL = re.compile(rb'"model" *: *"([^"\\]{1,200})"')
_LONGEST_SDK = 100


def facts_of(
    asked: Asked, clean: Asked, answered: Answered, timing: Timing, redaction: Redaction
) -> Facts:
    """Note what can be read off an exchange; `clean` is the request as it will be stored."""
    body = json_body(clean.body) or {}
    sdk = " ".join(asked.headers.get("user-agent", ()))[:_LONGEST_SDK]
    return Facts(
        seal=seal(clean, redaction),
        latency_s=timing.latency_s,
        first_token_s=timing.first_token_s,
        sdk=redaction.text(sdk) or None,
        model_asked=_text(body, "model"),
        model_answered=_model(answered),
        simulated=answered.headers.get(SIMULATED) == ("true",),
        fields=field_digests(body, redaction),
        chunks=timing.chunks,
    )


def _model(answered: Answered) -> str | None:
    if is_stream(answered):
        found = _MODEL.search(answered.body)
        return found[1].decode("utf-8", "replace") if found else None
    body = json_body(answered.body) or {}
    return _text(body, "model") or _text(body, "modelVersion")


def _text(body: JsonObject, name: str) -> str | None:
    value = body.get(name)
    return value if isinstance(value, str) else None

"""Two requests are the same when their keys are."""

from __future__ import annotations

import json
from hashlib import sha256
from urllib.parse import parse_qsl, urlsplit

from evalkit.cassettes._recording import Asked, Recording
from evalkit.cassettes._redaction import KEYS, SECRET_QUERY, Redaction
from evalkit.transcript import JsonObject

VOLATILE = frozenset(
    {
        "idempotency_key",
        "metadata",
        "prompt_cache_key",
        "prompt_cache_options",
        "prompt_cache_retention",
        "safety_identifier",
        "stream_options",
        "user",
    }
)
"""Fields of a body that no model sees: they name the caller, a cache, or what a stream reports."""

_RULES = "1"
"""Changes whenever the same request would get another key; stored keys are then computed anew."""


_canonical = json.JSONEncoder(
    sort_keys=True,
    separators=(",", ":"),
    check_circular=False,  # halves the time; what was parsed from JSON has no circles
).encode


def request_key(asked: Asked, redaction: Redaction = KEYS) -> str:
    """Digest method, path, query and body; the host does not matter, nor do volatile fields."""
    body = json_body(asked.body)
    text = _as_sent(asked.body) if body is None else _canonical(_stable(body)).encode()
    target = f"{asked.method} {_target(asked.url)}\n".encode("utf-8", "surrogatepass")
    return _digest(target + text, redaction, length=32)


def recorded_key(recording: Recording, redaction: Redaction = KEYS) -> str:
    """Trust the stored key unless the request was edited or the rules are others."""
    facts, asked = recording.facts, recording.asked
    if facts.key is not None and facts.seal == seal(asked, redaction):
        return facts.key
    return request_key(asked, redaction)


def field_digests(body: JsonObject, redaction: Redaction) -> dict[str, str]:
    """Digest every stable field of a body, to tell later which of them changed."""
    stable = _stable(body).items()
    return {
        name: _digest(_canonical(value).encode(), redaction, length=8) for name, value in stable
    }


def stable_body(body: JsonObject | bytes, redaction: Redaction) -> JsonObject | None:
    """Return what counts of a JSON body, redacted, or None where it is no JSON object."""
    parsed = json_body(body)
    return (
        None if parsed is None else json_body(redaction.body(_canonical(_stable(parsed)).encode()))
    )


def seal(asked: Asked, redaction: Redaction) -> str:
    """Digest a request as it is stored, together with the rules that made its key."""
    assert isinstance(asked.body, bytes)
    head = f"{_RULES} {','.join(redaction.personal)} {asked.method} {asked.url}\n"
    return sha256(head.encode("utf-8", "replace") + asked.body).hexdigest()[:16]


def json_body(body: JsonObject | bytes) -> JsonObject | None:
    """Return a body as a JSON object, or None where it is none."""
    if not isinstance(body, bytes):
        return body
    try:
        value = json.loads(body)
    except (ValueError, RecursionError):
        return None
    return value if isinstance(value, dict) else None


def _stable(body: JsonObject) -> JsonObject:
    return {name: value for name, value in body.items() if name not in VOLATILE}


def _target(url: str) -> str:
    parts = urlsplit(url)
    query = sorted(
        (name, value)
        for name, value in parse_qsl(parts.query, keep_blank_values=True)
        if name.lower() not in SECRET_QUERY
    )
    return f"{parts.path} {query}" if query else parts.path


def _as_sent(body: JsonObject | bytes) -> bytes:
    assert isinstance(body, bytes)
    return body


def _digest(text: bytes, redaction: Redaction, *, length: int) -> str:
    return sha256(redaction.body(text)).hexdigest()[:length]

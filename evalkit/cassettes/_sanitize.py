"""What of an exchange may be written down."""

from __future__ import annotations

import json

from msgspec.structs import replace

from evalkit.cassettes._pieces import clean_body
from evalkit.cassettes._recording import Answered, Asked, Headers
from evalkit.cassettes._redaction import Redaction

ASKED_HEADERS = frozenset({"anthropic-beta", "anthropic-version", "content-type", "openai-beta"})
ANSWERED_HEADERS = frozenset(
    {
        "content-encoding",
        "content-type",
        "location",
        "openai-processing-ms",
        "retry-after",
        "retry-after-ms",
        "x-evalkit-simulated",
        "x-should-retry",
    }
)
"""All that replaying needs; a header that nobody thought of is not written."""


def clean_asked(asked: Asked, redaction: Redaction) -> Asked:
    body = asked.body if isinstance(asked.body, bytes) else json.dumps(asked.body).encode()
    return Asked(
        method=asked.method,
        url=redaction.url(asked.url),
        headers=_allowed(asked.headers, ASKED_HEADERS, redaction),
        body=redaction.body(body),
    )


def clean_answered(answered: Answered, redaction: Redaction) -> Answered:
    return replace(
        answered,
        reason=redaction.text(answered.reason),
        headers=_allowed(answered.headers, ANSWERED_HEADERS, redaction),
        body=clean_body(answered.body, redaction),
    )


def _allowed(headers: Headers, names: frozenset[str], redaction: Redaction) -> Headers:
    return {
        name: tuple(redaction.text(value) for value in values)
        for name, values in headers.items()
        if name in names
    }

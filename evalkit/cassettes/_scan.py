"""Secrets that stand in files: in plain sight, packed, or under a name that holds secrets."""

from __future__ import annotations

import re
import zlib
from base64 import b64decode
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import parse_qsl, urlsplit

from msgspec.structs import replace

from evalkit.cassettes._pieces import split_findings
from evalkit.cassettes._read import load
from evalkit.cassettes._recording import Recording
from evalkit.cassettes._redaction import KEYS, SECRET_QUERY, Finding, Redaction
from evalkit.cassettes._rules import REDACTED
from evalkit.errors import EvalkitError, InvalidCassette

_SECRET_HEADERS = frozenset(
    {
        "api-key",
        "authorization",
        "cookie",
        "proxy-authorization",
        "set-cookie",
        "x-api-key",
        "x-goog-api-key",
    }
)
_LINE_END = r"(?:\n|\\n|\Z)"
"""A journal keeps each recording in one line of JSON."""
_PACKED = re.compile(
    rf"!!binary \|[+-]?{_LINE_END}((?:[ \t]+[A-Za-z0-9+/=]+{_LINE_END})+)"
    r"|(?<![A-Za-z0-9+/])(H4sI[A-Za-z0-9+/]+=*)"
)
"""Base64 as YAML marks it, and as gzip begins in it; reports keep conversations so."""

_LARGEST = 64 * 1024 * 1024
_GZIP_OR_ZLIB = 47


def scan_file(path: Path, redaction: Redaction = KEYS) -> tuple[Finding, ...]:
    """Find the secrets that stand in a file of any kind, in their order.

    Raises:
        EvalkitError: the file cannot be read.
    """
    try:
        text = path.read_bytes().decode("utf-8", "replace")
    except OSError as error:
        raise EvalkitError(f"cannot be read: {error.strerror}", where=str(path)) from error
    found = [*redaction.findings(text), *_packed(text, redaction), *_named(text, path, redaction)]
    return tuple(sorted(set(found), key=lambda each: (each.line, each.column, each.rule)))


def _packed(text: str, redaction: Redaction) -> Iterator[Finding]:
    """Find what is packed; it stands where its package begins."""
    for match in _PACKED.finditer(text):
        line, column = _place(text, match.start())
        for finding in redaction.findings(_unpacked(match[1] or match[2])):
            yield replace(finding, line=line, column=column)


def _unpacked(packed: str) -> str:
    try:
        raw = b64decode("".join(packed.replace("\\n", "").split()))
    except ValueError:
        return ""
    if raw.startswith(b"\x1f\x8b"):
        try:
            raw = zlib.decompressobj(_GZIP_OR_ZLIB).decompress(raw, _LARGEST)
        except zlib.error:
            return ""
    return raw.decode("utf-8", "replace")


def _named(text: str, path: Path, redaction: Redaction) -> Iterator[Finding]:
    """Find what is secret by the name of its header or query field, whatever it looks like."""
    if path.suffix not in {".yaml", ".yml"} or "interactions:" not in text:
        return
    try:
        recordings = load(text, str(path))
    except InvalidCassette:
        return
    for recording in recordings:
        for rule, value in _secrets(recording, redaction):
            line, column = _place(text, max(0, text.find(value)))
            yield Finding(rule=rule, line=line, column=column, excerpt=f"{value[:2]}…")
        for event, finding in split_findings(recording.answered.body, redaction):
            line, column = _place(text, max(0, text.find(event.decode("utf-8", "replace"))))
            rule = f"{finding.rule}, in pieces"
            yield replace(finding, rule=rule, line=line, column=column)


def _secrets(recording: Recording, redaction: Redaction) -> Iterator[tuple[str, str]]:
    url = recording.asked.url
    if _holds_secret(url) and not redaction.findings(url):
        yield "secret in an address", url
    for headers in (recording.asked.headers, recording.answered.headers):
        for name in _SECRET_HEADERS & headers.keys():
            for value in headers[name]:
                if value and REDACTED not in value:
                    yield f"header {name}", value


def _holds_secret(url: str) -> bool:
    parts = urlsplit(url)
    query = parse_qsl(parts.query)
    return "@" in parts.netloc or any(
        name.lower() in SECRET_QUERY and value != REDACTED for name, value in query
    )


def _place(text: str, at: int) -> tuple[int, int]:
    return text.count("\n", 0, at) + 1, at - text.rfind("\n", 0, at)

"""Recordings to text: vcrpy's YAML, laid out for reading and for diffs."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from evalkit.cassettes._recording import Answered, Asked, Facts, Headers, Recording
from evalkit.cassettes._scalar import block, flow, plain
from evalkit.transcript import JsonValue

FIRST_LINE = "# Recorded by evalkit in vcrpy's format; vcrpy ignores what stands under `evalkit`."
LAST_LINE = "..."
"""YAML's end of a document; a file of ours without it is torn."""

HEAD = (FIRST_LINE, "version: 1", 'evalkit: {"format": 1}')

_DIGITS = 4
"""Behind the point of seconds; a smaller number would be written with an exponent."""


def dump(recordings: Iterable[Recording]) -> str:
    """Write a cassette; reading it back, by us or by any YAML parser, gives the same bytes."""
    texts = [interaction(recording) for recording in recordings]
    interactions = "interactions:" if texts else "interactions: []"
    return "\n".join([*HEAD, interactions, *texts, LAST_LINE, ""])


def interaction(recording: Recording) -> str:
    """Write one recording as it stands below `interactions:`, without a final line end."""
    lines = [*_request(recording.asked), *_response(recording.answered), *_facts(recording.facts)]
    return "\n".join(lines)


def _request(asked: Asked) -> Iterator[str]:
    assert isinstance(asked.body, bytes)
    yield "- request:"
    yield f"    method: {plain(asked.method)}"
    yield f"    uri: {plain(asked.url)}"
    yield from _headers(asked.headers)
    yield f"    body: {block(asked.body, ' ' * 6)}"


def _response(answered: Answered) -> Iterator[str]:
    yield "  response:"
    yield f"    status: {flow({'code': answered.status, 'message': answered.reason})}"
    yield from _headers(answered.headers)
    yield "    body:"
    yield f"      string: {block(answered.body, ' ' * 8)}"


def _headers(headers: Headers) -> Iterator[str]:
    yield "    headers:" if headers else "    headers: {}"
    for name, values in headers.items():
        yield f"      {plain(name)}: {flow(list(values))}"


def _facts(facts: Facts) -> Iterator[str]:
    known = [(name, value) for name, value in _values(facts) if value not in (None, {}, [])]
    if known:
        yield "  evalkit:"
    for name, value in known:
        yield f"    {name}: {flow(value)}"


def _values(facts: Facts) -> Iterator[tuple[str, JsonValue]]:
    for name in facts.__struct_fields__:
        value = getattr(facts, name)
        if name == "chunks":
            value = [[round(second, _DIGITS), size] for second, size in value]
        elif name == "fields":
            value = dict(value)
        elif isinstance(value, float):
            value = round(value, _DIGITS)
        yield name, value

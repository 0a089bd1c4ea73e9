"""Compressed bodies in cassettes of other tools are unpacked, so that anybody can replay them."""

from __future__ import annotations

import zlib
from importlib import import_module

from msgspec.structs import replace

from evalkit.cassettes._recording import Answered, Malformed

LARGEST_BODY = 64 * 1024 * 1024
"""A cassette is not trusted: a few bytes may unpack to a gigabyte."""

_OF_THE_WIRE = frozenset({"content-encoding", "content-length", "transfer-encoding", "connection"})
"""Headers about how a body travelled; wrong as soon as it is unpacked."""

_GZIP_OR_ZLIB = 47


def decoded(answered: Answered) -> Answered:
    """Unpack a body; where that is not possible it stays packed, and its header says so."""
    encoding = ",".join(answered.headers.get("content-encoding", ())).strip().lower()
    body = _unpacked(answered.body, encoding)
    if body is None:
        return answered
    headers = {name: v for name, v in answered.headers.items() if name not in _OF_THE_WIRE}
    return replace(answered, headers=headers, body=body)


def _unpacked(body: bytes, encoding: str) -> bytes | None:
    match encoding:
        case "" | "identity":
            return body
        case "gzip" | "x-gzip" | "deflate":
            return _inflated(body)
        case "br":
            return _unbrotlied(body)
        case _:
            return None


def _inflated(body: bytes) -> bytes:
    inflator = zlib.decompressobj(_GZIP_OR_ZLIB)
    try:
        unpacked = inflator.decompress(body, LARGEST_BODY)
    except zlib.error:
        return body  # some tools unpack it and keep the header all the same
    if not inflator.eof:
        raise Malformed(f"a compressed body is torn, or larger than {LARGEST_BODY} bytes")
    return unpacked


def _unbrotlied(body: bytes) -> bytes | None:
    """Unpack with the brotli package, should it be installed; Python has no brotli."""
    try:
        brotli = import_module("brotli")
    except ModuleNotFoundError:
        return None
    try:
        unpacked: bytes = brotli.decompress(body)
    except brotli.error:
        return body
    return unpacked

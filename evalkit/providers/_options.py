"""The `options` of a provider: what its connection needs beside an address and a key."""

from __future__ import annotations

from collections.abc import Collection

from evalkit.errors import UnknownName, UsageError
from evalkit.providers._provider import Provider

SIMULATED_URL = "http://simulator.invalid"
"""Stands for the address of a script; no request can ever leave for it."""


def check_options(provider: Provider, known: Collection[str]) -> None:
    for name in provider.options:
        if name not in known:
            raise UnknownName("option", name, known, where=f"provider {provider.name}")


def text_option(provider: Provider, name: str) -> str | None:
    value = provider.options.get(name)
    if value is None or isinstance(value, str):
        return value
    raise _wrong(provider, name, "a text")


def header_options(provider: Provider) -> dict[str, str]:
    """Return the headers that are sent with each request, such as `anthropic-beta`."""
    value = provider.options.get("headers") or {}
    if not isinstance(value, dict):
        raise _wrong(provider, "headers", "a mapping of names to texts")
    headers = {name: text for name, text in value.items() if isinstance(text, str)}
    if len(headers) < len(value):
        raise _wrong(provider, "headers", "a mapping of names to texts")
    return headers


def _wrong(provider: Provider, name: str, expected: str) -> UsageError:
    return UsageError(
        f"option {name!r} is not {expected}",
        where=f"provider {provider.name}",
        hint="quote it in evalkit.yaml if YAML reads it as something else",
    )

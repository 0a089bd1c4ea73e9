"""Protocols whose replies are read, in logs and for triage, but to which nothing is sent."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import TYPE_CHECKING, Never

from evalkit.errors import UsageError
from evalkit.providers._api import Api, Shown
from evalkit.providers._provider import Provider
from evalkit.suite import Settings, Tool
from evalkit.transcript import JsonObject, Message, Turn

if TYPE_CHECKING:  # named in a signature only
    import httpx2


def read_only(
    name: str,
    decode: Callable[[JsonObject], Turn],
    assemble: Callable[[Iterable[JsonObject]], JsonObject],
    shown: Callable[[JsonObject], Shown | None],
) -> Api:
    """Make the API of a protocol that has a reader and no writer."""
    return Api(
        name=name,
        endpoint=_refuse_endpoint,
        encode=_refuse_encode,
        decode=decode,
        assemble=assemble,
        shown=shown,
        connect=_refuse_connect,
    )


def _refuse_endpoint(provider: Provider) -> Never:
    raise UsageError(
        f"evalkit reads replies of {provider.api!r}, but sends it nothing",
        where=f"provider {provider.name}",
        hint="ask through a gateway that speaks `openai-chat`, and name its `base_url`",
    )


def _refuse_encode(
    provider: Provider,
    _messages: Sequence[Message],
    _tools: Sequence[Tool],
    _settings: Settings,
) -> Never:
    _refuse_endpoint(provider)


def _refuse_connect(
    provider: Provider, _api_key: str | None, _transport: httpx2.AsyncBaseTransport | None
) -> Never:
    _refuse_endpoint(provider)

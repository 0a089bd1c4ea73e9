"""The SDKs as senders: they know addresses and credentials, the bodies are ours."""

from __future__ import annotations

import asyncio
import json
import time
from collections.abc import Awaitable, Callable
from contextlib import aclosing
from typing import TYPE_CHECKING

from msgspec import Struct

from evalkit.errors import ExchangeFailed, ProviderTimeout, UsageError
from evalkit.providers._api import Reply
from evalkit.providers._provider import Provider
from evalkit.transcript import JsonObject

if TYPE_CHECKING:  # httpx2 loads with an SDK, when a provider connects
    import httpx2

NO_KEY = "none"
"""Stands where an SDK insists on a key; it is never sent."""


class SdkSender(Struct, frozen=True, kw_only=True):
    """Sends bodies through an SDK's client, which adds credentials and nothing else."""

    provider: Provider
    url: str
    """Where the bodies go, for messages."""
    api_key: str | None
    post: Callable[[JsonObject], Awaitable[httpx2.Response]]
    """Sends one body, once; the response is not read yet, whatever its status."""
    close_client: Callable[[], Awaitable[None]]
    connection_error: type[Exception]
    """What the SDK raises where no response came; its cause says why."""
    clock: Callable[[], float] = time.perf_counter

    async def send(self, body: JsonObject) -> Reply:
        import httpx2

        try:
            async with asyncio.timeout(self.provider.timeout_s):
                return await self._exchange(body)
        except TimeoutError:
            raise self._timed_out() from None
        except (self.connection_error, httpx2.TransportError) as error:
            cause = error.__cause__ or error
            if isinstance(cause, httpx2.TimeoutException):
                raise self._timed_out() from None
            raise self._failed(cause) from None  # the chain may quote headers, the key among them

    async def close(self) -> None:
        await self.close_client()

    async def _exchange(self, body: JsonObject) -> Reply:
        started = self.clock()
        response = await self.post(body)
        chunks: list[bytes] = []
        marks: list[tuple[float, int]] = []
        size = 0
        async with aclosing(response):
            async for chunk in response.aiter_bytes():
                chunks.append(chunk)
                size += len(chunk)
                marks.append((self.clock() - started, size))
        return Reply(
            status=response.status_code,
            body=b"".join(chunks),
            headers={name.lower(): value for name, value in response.headers.items()},
            latency_s=self.clock() - started,
            marks=tuple(marks) if body.get("stream") else (),
        )

    def _timed_out(self) -> ProviderTimeout:
        return ProviderTimeout(
            f"no complete answer from {self.url} within {self.provider.timeout_s:g} s",
            where=f"provider {self.provider.name}",
            hint="set the provider's `timeout_s` higher, or ask for fewer tokens",
        )

    def _failed(self, cause: BaseException) -> ExchangeFailed:
        reason = f"{type(cause).__name__}: {cause}".removesuffix(": ")
        if self.api_key:
            reason = reason.replace(self.api_key, "[key]")
        return ExchangeFailed(
            f"cannot reach {self.url}: {reason}",
            where=f"provider {self.provider.name}",
            hint="check the provider's `base_url`, the network, and whether the server runs",
        )


def json_bytes(body: JsonObject) -> bytes:
    """Write a body as UTF-8; half a surrogate pair, which UTF-8 has no form for, as its escape."""
    text = json.dumps(body, ensure_ascii=False, separators=(",", ":"))
    return text.encode(errors="backslashreplace")


def usable_key(provider: Provider, api_key: str | None, key_env: str) -> str | None:
    """Return the key to send: none to a script, and none that no header may hold.

    Raises:
        UsageError: the key cannot be sent, or the API's own server needs one and there is none;
            it names the variable to set, and never the key.
    """
    if provider.simulate:
        return None
    variable = provider.api_key_env or key_env
    where = f"provider {provider.name}"
    if api_key is None and provider.base_url is None:
        raise UsageError("no API key", where=where, hint=f"set the variable {variable}")
    if api_key is not None and not (api_key.isascii() and api_key.isprintable() and api_key):
        raise UsageError(
            f"the API key in {variable} is empty or holds a character that no header may hold",
            where=where,
            hint="look for a line break at its end",
        )
    return api_key

"""Clients of the official SDKs whose requests a test's cassette answers.

Importing this module imports httpx2; each SDK is imported by the function that hands it out.
"""

from __future__ import annotations

from collections.abc import Callable
from contextlib import ExitStack
from typing import TYPE_CHECKING

import httpx2

from evalkit.cassettes import Cassette, Mode, Playing, Recording, playing, sync_transport, transport
from evalkit.config import Config
from evalkit.errors import CassetteMiss, UsageError
from evalkit.providers import Provider, find_api
from evalkit.pytest_plugin._explanation import in_pytests_words

if TYPE_CHECKING:  # loaded by the function that needs it
    from anthropic import Anthropic, AsyncAnthropic
    from openai import AsyncOpenAI, OpenAI

CHAT, MESSAGES = "openai-chat", "anthropic"
PATHS = {CHAT: "/chat/completions", MESSAGES: "/v1/messages"}
"""What the SDKs append to a base URL."""
TIMEOUT_S = 600
"""That of the SDKs; httpx2's own would give up while a model thinks."""
NO_KEY = "none"
"""What the SDKs are given where nothing is sent, or nobody reads the key."""


class Wires:
    """The clients of one test, and what went over them."""

    def __init__(
        self, config: Config, cassette: Cassette, simulator: Callable[[Provider], str]
    ) -> None:
        self._config = config
        self._cassette = cassette
        self._simulator = simulator
        self._playings: list[Playing] = []
        self._clients = ExitStack()

    @property
    def exchanges(self) -> tuple[Recording, ...]:
        """What was asked and answered so far, in the order of the requests."""
        return tuple(each for played in self._playings for each in played.exchanges)

    def close(self) -> None:
        self._clients.close()

    def openai(self, provider: Provider | None) -> OpenAI:
        import openai

        client = openai.OpenAI(
            api_key=self._key(provider, CHAT),
            base_url=_base_url(provider, CHAT),
            http_client=openai.DefaultHttpxClient(transport=self._transport(provider)),
        )
        return self._clients.enter_context(client)

    def async_openai(self, provider: Provider | None) -> AsyncOpenAI:
        import openai

        return openai.AsyncOpenAI(
            api_key=self._key(provider, CHAT),
            base_url=_base_url(provider, CHAT),
            http_client=openai.DefaultAsyncHttpxClient(transport=self._async_transport(provider)),
        )

    def anthropic(self, provider: Provider | None) -> Anthropic:
        import anthropic

        client = anthropic.Anthropic(
            api_key=self._key(provider, MESSAGES),
            base_url=_base_url(provider, MESSAGES),
            http_client=anthropic.DefaultHttpxClient(transport=self._transport(provider)),
        )
        return self._clients.enter_context(client)

    def async_anthropic(self, provider: Provider | None) -> AsyncAnthropic:
        import anthropic

        http = anthropic.DefaultAsyncHttpxClient(transport=self._async_transport(provider))
        return anthropic.AsyncAnthropic(
            api_key=self._key(provider, MESSAGES),
            base_url=_base_url(provider, MESSAGES),
            http_client=http,
        )

    def http_client(self) -> httpx2.Client:
        client = httpx2.Client(transport=self._transport(None), timeout=TIMEOUT_S)
        return self._clients.enter_context(client)

    def async_http_client(self) -> httpx2.AsyncClient:
        return httpx2.AsyncClient(transport=self._async_transport(None), timeout=TIMEOUT_S)

    def _transport(self, provider: Provider | None) -> httpx2.BaseTransport:
        address = self._address(provider)
        network = None if address is None else _Redirected(address)
        return _Played(sync_transport(network), self._cassette, self._playings)

    def _async_transport(self, provider: Provider | None) -> httpx2.AsyncBaseTransport:
        from evalkit.simulator import redirected

        address = self._address(provider)
        network = None if address is None else redirected(address)
        return _AsyncPlayed(transport(network), self._cassette, self._playings)

    def _address(self, provider: Provider | None) -> str | None:
        """Return where a simulator listens, where one is to be asked."""
        if provider is None or provider.simulate is None or self._cassette.mode is Mode.NONE:
            return None
        return self._simulator(provider)

    def _key(self, provider: Provider | None, api: str) -> str:
        name = (provider and provider.api_key_env) or find_api(api).key_env or ""
        key = self._config.environ.get(name)
        if self._cassette.mode is Mode.NONE or (provider and provider.simulate):
            return NO_KEY
        if not key and (provider is None or provider.base_url is None):
            raise UsageError("no API key", hint=f"set the variable {name}, or replay what is there")
        return key or NO_KEY


class _Played(httpx2.BaseTransport):
    """Answers every request from one cassette, in whatever thread it is made."""

    def __init__(
        self, inner: httpx2.BaseTransport, cassette: Cassette, playings: list[Playing]
    ) -> None:
        self._inner = inner
        self._cassette = cassette
        self._playings = playings

    def handle_request(self, request: httpx2.Request) -> httpx2.Response:
        with playing(self._cassette) as played:
            self._playings.append(played)
            try:
                return self._inner.handle_request(request)
            except CassetteMiss as miss:
                miss.hint = in_pytests_words(miss.hint or "")
                raise

    def close(self) -> None:
        self._inner.close()


class _AsyncPlayed(httpx2.AsyncBaseTransport):
    """The same for a client that is asynchronous."""

    def __init__(
        self, inner: httpx2.AsyncBaseTransport, cassette: Cassette, playings: list[Playing]
    ) -> None:
        self._inner = inner
        self._cassette = cassette
        self._playings = playings

    async def handle_async_request(self, request: httpx2.Request) -> httpx2.Response:
        with playing(self._cassette) as played:
            self._playings.append(played)
            try:
                return await self._inner.handle_async_request(request)
            except CassetteMiss as miss:
                miss.hint = in_pytests_words(miss.hint or "")
                raise

    async def aclose(self) -> None:
        await self._inner.aclose()


class _Redirected(httpx2.HTTPTransport):
    """Sends every request to a simulator, whatever host its URL names."""

    def __init__(self, address: str) -> None:
        super().__init__()
        self._target = httpx2.URL(address)

    def handle_request(self, request: httpx2.Request) -> httpx2.Response:
        target = self._target
        request.url = request.url.copy_with(
            scheme=target.scheme, host=target.host, port=target.port
        )
        request.headers["Host"] = target.netloc.decode("ascii")
        return super().handle_request(request)


def _base_url(provider: Provider | None, api: str) -> str | None:
    """Return the base URL that the SDK's client takes; None leaves it to the SDK."""
    return None if provider is None else find_api(api).endpoint(provider).removesuffix(PATHS[api])

"""The way to Anthropic, and to every server that speaks its Messages protocol."""

from __future__ import annotations

from typing import TYPE_CHECKING, cast

from evalkit.providers._options import SIMULATED_URL, check_options, header_options
from evalkit.providers._provider import Provider
from evalkit.providers._sender import NO_KEY, SdkSender, json_bytes, usable_key
from evalkit.transcript import JsonObject

if TYPE_CHECKING:  # 0.8 s that a replayed run does not need: loads when one connects
    import anthropic
    import httpx2

ANTHROPIC_URL = "https://api.anthropic.com"
KEY_ENV = "ANTHROPIC_API_KEY"
OPTIONS = frozenset({"headers"})
PATH = "/v1/messages"


def endpoint(provider: Provider) -> str:
    return _base_url(provider) + PATH


def connect(
    provider: Provider, api_key: str | None, transport: httpx2.AsyncBaseTransport | None
) -> SdkSender:
    import anthropic
    import httpx2

    check_options(provider, OPTIONS)
    key = usable_key(provider, api_key, KEY_ENV)
    client = anthropic.AsyncAnthropic(
        api_key=key or NO_KEY,
        base_url=_base_url(provider),
        max_retries=0,
        timeout=provider.timeout_s,
        http_client=anthropic.DefaultAsyncHttpxClient(transport=transport),
    )
    headers = _headers(provider, key)

    async def post(body: JsonObject) -> httpx2.Response:
        try:
            response = await client.post(
                PATH,
                cast_to=httpx2.Response,
                content=json_bytes(body),
                options={"headers": headers},
                stream=True,
                stream_cls=anthropic.AsyncStream[object],
            )
        except anthropic.APIStatusError as error:
            return error.response
        return cast("httpx2.Response", response)  # `cast_to` asks for it, whatever `stream_cls`

    return SdkSender(
        provider=provider,
        url=endpoint(provider),
        api_key=key,
        post=post,
        close_client=client.close,
        connection_error=anthropic.APIConnectionError,
    )


def _headers(provider: Provider, api_key: str | None) -> dict[str, str | anthropic.Omit]:
    """Return the headers of each request; the SDK's releases differ in where they put the key."""
    import anthropic

    omitted: dict[str, str | anthropic.Omit] = {}
    if api_key is None:
        omitted = {"Authorization": anthropic.Omit(), "X-Api-Key": anthropic.Omit()}
    return {**omitted, **header_options(provider)}


def _base_url(provider: Provider) -> str:
    if provider.base_url:
        return provider.base_url.rstrip("/").removesuffix("/v1")
    return SIMULATED_URL if provider.simulate else ANTHROPIC_URL

"""The way to an agent of the user's behind an HTTP endpoint: JSON in, JSON out."""

from __future__ import annotations

from typing import TYPE_CHECKING

from evalkit.errors import UsageError
from evalkit.providers._options import check_options, header_options
from evalkit.providers._provider import Provider
from evalkit.providers._sender import SdkSender, json_bytes, usable_key
from evalkit.transcript import JsonObject

if TYPE_CHECKING:  # loads when one connects
    import httpx2

OPTIONS = frozenset({"headers"})


def endpoint(provider: Provider) -> str:
    """Return the URL of the agent.

    Raises:
        UsageError: the provider does not say where it is.
    """
    if provider.base_url is None:
        raise UsageError(
            "an agent behind HTTP needs its URL",
            where=f"provider {provider.name}",
            hint="write `base_url: http://127.0.0.1:8000/agent`",
        )
    return provider.base_url


def connect(
    provider: Provider, api_key: str | None, transport: httpx2.AsyncBaseTransport | None
) -> SdkSender:
    import httpx2

    check_options(provider, OPTIONS)
    url = endpoint(provider)
    key = usable_key(provider, api_key, "its key")
    client = httpx2.AsyncClient(transport=transport, timeout=None)  # the sender has one
    headers = {"Content-Type": "application/json", **header_options(provider)}
    if key is not None:
        headers["Authorization"] = f"Bearer {key}"

    async def post(body: JsonObject) -> httpx2.Response:
        request = client.build_request("POST", url, content=json_bytes(body), headers=headers)
        return await client.send(request, stream=True)

    return SdkSender(
        provider=provider,
        url=url,
        api_key=key,
        post=post,
        close_client=client.aclose,
        connection_error=httpx2.TransportError,
    )

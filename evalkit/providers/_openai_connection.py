"""The way to OpenAI, to Azure, and to every server that speaks OpenAI's protocols."""

from __future__ import annotations

from typing import TYPE_CHECKING, cast
from urllib.parse import quote, urlencode

from evalkit.errors import UsageError
from evalkit.providers._options import SIMULATED_URL, check_options, header_options, text_option
from evalkit.providers._provider import Provider
from evalkit.providers._sender import NO_KEY, SdkSender, json_bytes, usable_key
from evalkit.transcript import JsonObject

if TYPE_CHECKING:  # 0.4 s that a replayed run does not need: loads when one connects
    import httpx2
    import openai

OPENAI_URL = "https://api.openai.com/v1"
KEY_ENV = "OPENAI_API_KEY"
OPTIONS = frozenset({"headers", "azure_endpoint", "azure_deployment", "api_version"})
CHAT_PATH = "/chat/completions"
RESPONSES_PATH = "/responses"


def chat_endpoint(provider: Provider) -> str:
    azure = text_option(provider, "azure_endpoint")
    if azure is None:
        return _base_url(provider) + CHAT_PATH
    deployment = quote(_deployment(provider), safe="")
    return _azure_url(provider, azure, f"/deployments/{deployment}{CHAT_PATH}")


def responses_endpoint(provider: Provider) -> str:
    azure = text_option(provider, "azure_endpoint")
    if azure is None:
        return _base_url(provider) + RESPONSES_PATH
    return _azure_url(provider, azure, RESPONSES_PATH)


def connect_chat(
    provider: Provider, api_key: str | None, transport: httpx2.AsyncBaseTransport | None
) -> SdkSender:
    return _connect(provider, api_key, transport, CHAT_PATH)


def connect_responses(
    provider: Provider, api_key: str | None, transport: httpx2.AsyncBaseTransport | None
) -> SdkSender:
    return _connect(provider, api_key, transport, RESPONSES_PATH)


def _connect(
    provider: Provider,
    api_key: str | None,
    transport: httpx2.AsyncBaseTransport | None,
    path: str,
) -> SdkSender:
    import httpx2
    import openai

    check_options(provider, OPTIONS)
    key = usable_key(provider, api_key, KEY_ENV)
    client = _client(provider, key, transport)
    headers = _headers(provider, key)

    async def post(body: JsonObject) -> httpx2.Response:
        try:
            response = await client.post(
                path,
                cast_to=httpx2.Response,
                content=json_bytes(body),
                options={"headers": headers},
                stream=True,
                stream_cls=openai.AsyncStream[object],
            )
        except openai.APIStatusError as error:
            return error.response
        return cast("httpx2.Response", response)  # `cast_to` asks for it, whatever `stream_cls`

    return SdkSender(
        provider=provider,
        url=chat_endpoint(provider) if path == CHAT_PATH else responses_endpoint(provider),
        api_key=key,
        post=post,
        close_client=client.close,
        connection_error=openai.APIConnectionError,
    )


def _client(
    provider: Provider, api_key: str | None, transport: httpx2.AsyncBaseTransport | None
) -> openai.AsyncOpenAI:
    import openai

    http_client = openai.DefaultAsyncHttpxClient(transport=transport)
    azure = text_option(provider, "azure_endpoint")
    if azure is None:
        return openai.AsyncOpenAI(
            api_key=api_key or NO_KEY,
            base_url=_base_url(provider),
            max_retries=0,
            timeout=provider.timeout_s,
            http_client=http_client,
        )
    return openai.AsyncAzureOpenAI(
        api_key=api_key or NO_KEY,
        azure_endpoint=azure,
        azure_deployment=_deployment(provider),
        api_version=_api_version(provider),
        max_retries=0,
        timeout=provider.timeout_s,
        http_client=http_client,
    )


def _headers(provider: Provider, api_key: str | None) -> dict[str, str | openai.Omit]:
    """Return the headers of each request; OpenAI's own identifiers stay away from other servers."""
    import openai

    omitted: dict[str, str | openai.Omit] = {}
    if api_key is None:
        omitted |= {"Authorization": openai.Omit(), "api-key": openai.Omit()}
    if provider.base_url:
        omitted |= {"OpenAI-Organization": openai.Omit(), "OpenAI-Project": openai.Omit()}
    return {**omitted, **header_options(provider)}


def _base_url(provider: Provider) -> str:
    if provider.base_url:
        return provider.base_url.rstrip("/")
    return f"{SIMULATED_URL}/v1" if provider.simulate else OPENAI_URL


def _azure_url(provider: Provider, endpoint: str, path: str) -> str:
    query = urlencode({"api-version": _api_version(provider)})
    return f"{endpoint.rstrip('/')}/openai{path}?{query}"


def _deployment(provider: Provider) -> str:
    return text_option(provider, "azure_deployment") or provider.model


def _api_version(provider: Provider) -> str:
    version = text_option(provider, "api_version")
    if version is None:
        raise UsageError(
            "Azure needs the option 'api_version'",
            where=f"provider {provider.name}",
            hint="for example `options: {azure_endpoint: ..., api_version: '2025-04-01-preview'}`",
        )
    return version

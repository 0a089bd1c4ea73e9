"""The way from a simulator's lasting address to the port that it listens on today."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:  # importing evalkit.simulator costs no HTTP library
    import httpx2


def redirected(base_url: str) -> httpx2.AsyncBaseTransport:
    """Send every request over HTTP to `base_url`, whatever host its URL names.

    So a recording holds the same address each time it is made, and none that could be real.
    """
    import httpx2

    target = httpx2.URL(base_url)

    class Redirected(httpx2.AsyncHTTPTransport):
        async def handle_async_request(self, request: httpx2.Request) -> httpx2.Response:
            request.url = request.url.copy_with(
                scheme=target.scheme, host=target.host, port=target.port
            )
            request.headers["Host"] = target.netloc.decode("ascii")
            return await super().handle_async_request(request)

    return Redirected()

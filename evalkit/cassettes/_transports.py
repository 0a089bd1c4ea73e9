"""Makes transports; httpx2 is imported only here, and only when one is asked for."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import httpx2


def transport(provider: httpx2.AsyncBaseTransport | None = None) -> httpx2.AsyncBaseTransport:
    """Make the transport of an asynchronous client; one client may serve every case at once.

    `provider` sends what no cassette answers; unset, requests go out as the SDKs send them.
    """
    from evalkit.cassettes._transport import AsyncCassetteTransport  # httpx2

    return AsyncCassetteTransport(provider)


def sync_transport(provider: httpx2.BaseTransport | None = None) -> httpx2.BaseTransport:
    """Make the transport of a client that is not asynchronous."""
    from evalkit.cassettes._transport import CassetteTransport  # httpx2

    return CassetteTransport(provider)

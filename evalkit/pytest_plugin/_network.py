"""No connection leaves this machine while tests run, whoever would make it."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from ipaddress import ip_address

from evalkit.cassettes import unwrapped
from evalkit.errors import NetworkBlocked

_CONNECTING = frozenset({"socket.connect", "socket.sendto", "socket.sendmsg"})
"""What Python audits with a socket and the address that it is about to reach."""
_RESOLVING = frozenset({"socket.getaddrinfo", "socket.gethostbyname"})
"""What it audits with the name that it is about to look up."""


@contextmanager
def network_blocked() -> Iterator[None]:
    """Refuse every connection of this process but those to this machine itself.

    Python has no way to take an audit hook back, so it stays, and asks whether it still counts.
    """
    is_on = True

    def refuse(event: str, details: tuple[object, ...]) -> None:
        if is_on and event in _CONNECTING:
            _check(_host(details[1]))
        elif is_on and event in _RESOLVING:
            _check(details[0])

    sys.addaudithook(refuse)
    try:
        yield
    finally:
        is_on = False


def _host(address: object) -> object:
    """Return the host of an internet address; other sockets have none."""
    return address[0] if isinstance(address, tuple) else None


def _check(host: object) -> None:
    name = host.decode("utf-8", "replace") if isinstance(host, bytes) else host
    if isinstance(name, str) and not _is_here(name):
        raise unwrapped(NetworkBlocked)(
            f"a connection to {name} was refused",
            where="--evalkit-block-network",
            hint="record what the test needs first, without that flag",
        )


def _is_here(host: str) -> bool:
    try:
        return ip_address(host.partition("%")[0]).is_loopback
    except ValueError:
        return host.lower() in {"", "localhost"}

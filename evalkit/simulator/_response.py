"""An HTTP answer on its way out: whole, in pieces, slow, cut off or left hanging."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Awaitable, Callable, Iterator, Mapping, MutableMapping
from typing import TypeAlias

from msgspec import Struct, field

from evalkit.transcript import JsonObject

AsgiMessage: TypeAlias = MutableMapping[str, object]
Receive: TypeAlias = Callable[[], Awaitable[AsgiMessage]]
Send: TypeAlias = Callable[[AsgiMessage], Awaitable[None]]
Sleep: TypeAlias = Callable[[float], Awaitable[None]]

SIMULATED_HEADER = "x-evalkit-simulated"
"""Every reply carries it with the value `true`: no real model answered."""


class ConnectionCut(Exception):
    """The script has the connection break off here; the server closes it on any exception."""


class Response(Struct, frozen=True, kw_only=True):
    """What to send, and how the sending goes wrong."""

    status: int = 200
    pieces: tuple[bytes, ...]
    """The body; in more than one piece, each is sent on its own."""
    media_type: str = "application/json"
    headers: Mapping[str, str] = field(default_factory=dict)
    latency_s: float = 0.0
    pause_s: float = 0.0
    cut: float | None = None
    """The part of the body after which the connection breaks off."""
    hang: float | None = None
    """The part of the body after which nothing more comes."""

    @property
    def size(self) -> int:
        return sum(map(len, self.pieces))


def json_pieces(body: JsonObject) -> tuple[bytes, ...]:
    return (json.dumps(body, ensure_ascii=False).encode(),)


async def send_response(
    response: Response, receive: Receive, send: Send, sleep: Sleep = asyncio.sleep
) -> None:
    """Send a response as it says; `sleep` waits out its latency and its pauses.

    Raises:
        ConnectionCut: once as much was sent as the response allows.
    """
    await sleep(response.latency_s)
    if response.hang == 0:
        await _client_left(receive)
        return
    await send(_start(response))
    end = response.hang if response.cut is None else response.cut
    for piece in _pieces_until(response, 1 if end is None else end):
        await send({"type": "http.response.body", "body": piece, "more_body": True})
        if response.pause_s:
            await sleep(response.pause_s)
    if response.cut is not None:
        raise ConnectionCut
    if response.hang is not None:
        await _client_left(receive)
        return
    await send({"type": "http.response.body"})


def _start(response: Response) -> AsgiMessage:
    headers = {**response.headers, "content-type": response.media_type, SIMULATED_HEADER: "true"}
    if len(response.pieces) == 1:
        headers["content-length"] = str(response.size)
    wire = [(name.encode(), value.encode()) for name, value in headers.items()]
    return {"type": "http.response.start", "status": response.status, "headers": wire}


def _pieces_until(response: Response, part: float) -> Iterator[bytes]:
    left = int(response.size * part)
    for piece in response.pieces:
        if left > 0:
            yield piece[:left]
        left -= len(piece)


async def _client_left(receive: Receive) -> None:
    while (await receive())["type"] != "http.disconnect":
        pass

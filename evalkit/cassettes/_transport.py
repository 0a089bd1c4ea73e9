"""A transport for one HTTP client, under which cassettes play and record.

Importing this module imports httpx2 and anyio, on which that stands; `transport` and
`sync_transport` do so when called.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Iterator
from time import perf_counter, sleep

import anyio
import httpx2
from msgspec.structs import replace

from evalkit.cassettes._answers import has_ended, is_stream
from evalkit.cassettes._pace import paced
from evalkit.cassettes._playing import Playing, active
from evalkit.cassettes._recording import Answered, Asked, Recording, Timing
from evalkit.cassettes._unwrapped import unwrapped
from evalkit.errors import ExchangeFailed, UsageError

_LIMITS = httpx2.Limits(max_connections=1000, max_keepalive_connections=100)
"""As the SDKs set them; httpx2's own would make a hundred cases wait for each other."""


class AsyncCassetteTransport(httpx2.AsyncBaseTransport):
    """Answers from the cassette that plays, or asks the provider and records."""

    def __init__(self, provider: httpx2.AsyncBaseTransport | None = None) -> None:
        self._provider = provider

    async def handle_async_request(self, request: httpx2.Request) -> httpx2.Response:
        playing = active()
        asked = Asked(method=request.method, url=str(request.url), body=await request.aread())
        recording = playing.play(asked)
        if recording is not None:
            return _replayed(recording, _AsyncReplay(recording, playing.cassette.speed))
        if self._provider is None:
            self._provider = _AsyncNetwork()
        _refuse_vcr(type(self._provider).handle_async_request)
        _refuse_vcr(httpx2.AsyncHTTPTransport.handle_async_request)
        started = perf_counter()
        response = await self._provider.handle_async_request(request)
        assert isinstance(response.stream, httpx2.AsyncByteStream)
        take = _Take(playing, _introduced(asked, request), response, started)
        return _passed_on(response, _AsyncTee(response.stream, take))

    async def aclose(self) -> None:
        if self._provider is not None:
            await self._provider.aclose()


class CassetteTransport(httpx2.BaseTransport):
    """The same for a client that is not asynchronous."""

    def __init__(self, provider: httpx2.BaseTransport | None = None) -> None:
        self._provider = provider

    def handle_request(self, request: httpx2.Request) -> httpx2.Response:
        playing = active()
        asked = Asked(method=request.method, url=str(request.url), body=request.read())
        recording = playing.play(asked)
        if recording is not None:
            return _replayed(recording, _Replay(recording, playing.cassette.speed))
        if self._provider is None:
            self._provider = _Network()
        _refuse_vcr(type(self._provider).handle_request)
        _refuse_vcr(httpx2.HTTPTransport.handle_request)
        started = perf_counter()
        response = self._provider.handle_request(request)
        assert isinstance(response.stream, httpx2.SyncByteStream)
        take = _Take(playing, _introduced(asked, request), response, started)
        return _passed_on(response, _Tee(response.stream, take))

    def close(self) -> None:
        if self._provider is not None:
            self._provider.close()


class _AsyncNetwork(httpx2.AsyncBaseTransport):
    """Sends through a client, which heeds the proxies and certificates of the environment."""

    def __init__(self) -> None:
        self._client = httpx2.AsyncClient(limits=_LIMITS)

    async def handle_async_request(self, request: httpx2.Request) -> httpx2.Response:
        return await self._client.send(request, stream=True)

    async def aclose(self) -> None:
        await self._client.aclose()


class _Network(httpx2.BaseTransport):
    def __init__(self) -> None:
        self._client = httpx2.Client(limits=_LIMITS)

    def handle_request(self, request: httpx2.Request) -> httpx2.Response:
        return self._client.send(request, stream=True)

    def close(self) -> None:
        self._client.close()


class _Take:
    """An answer while it arrives; recorded once it is whole."""

    def __init__(
        self, playing: Playing, asked: Asked, response: httpx2.Response, started: float
    ) -> None:
        self._playing = playing
        self._asked = asked
        self._response = response
        self._started = started
        self._body = bytearray()
        self._chunks: list[tuple[float, int]] = []
        self._is_recorded = False

    def add(self, chunk: bytes) -> None:
        self._body += chunk
        self._chunks.append((perf_counter() - self._started, len(self._body)))

    def close(self) -> None:
        """Record what an SDK stopped reading because its last word was said."""
        if not self._is_recorded and has_ended(bytes(self._body)):
            self.finish()

    def finish(self) -> None:
        if self._is_recorded:
            return
        self._is_recorded = True
        latency_s = perf_counter() - self._started
        answered = _answered(self._response, bytes(self._body))
        self._playing.record(self._asked, answered, self._timing(latency_s, answered))

    def _timing(self, latency_s: float, answered: Answered) -> Timing:
        if not self._chunks or not is_stream(answered):
            return Timing(latency_s=latency_s)
        first_token_s = self._chunks[0][0]
        is_packed = len(answered.body) != len(self._body)
        chunks = () if is_packed else tuple(self._chunks)
        return Timing(latency_s=latency_s, first_token_s=first_token_s, chunks=chunks)


class _AsyncTee(httpx2.AsyncByteStream):
    """Hands on each piece as it comes."""

    def __init__(self, stream: httpx2.AsyncByteStream, take: _Take) -> None:
        self._stream = stream
        self._take = take

    async def __aiter__(self) -> AsyncIterator[bytes]:
        async for chunk in self._stream:
            self._take.add(chunk)
            yield chunk
        self._take.finish()

    async def aclose(self) -> None:
        try:
            self._take.close()
        finally:
            await self._stream.aclose()


class _Tee(httpx2.SyncByteStream):
    def __init__(self, stream: httpx2.SyncByteStream, take: _Take) -> None:
        self._stream = stream
        self._take = take

    def __iter__(self) -> Iterator[bytes]:
        for chunk in self._stream:
            self._take.add(chunk)
            yield chunk
        self._take.finish()

    def close(self) -> None:
        try:
            self._take.close()
        finally:
            self._stream.close()


class _AsyncReplay(httpx2.AsyncByteStream):
    """A recorded body, as slowly as it shall be."""

    def __init__(self, recording: Recording, speed: float | None) -> None:
        self._recording = recording
        self._speed = speed

    async def __aiter__(self) -> AsyncIterator[bytes]:
        for pause_s, piece in paced(self._recording, self._speed):
            if pause_s:
                await anyio.sleep(pause_s)
            yield piece


class _Replay(httpx2.SyncByteStream):
    def __init__(self, recording: Recording, speed: float | None) -> None:
        self._recording = recording
        self._speed = speed

    def __iter__(self) -> Iterator[bytes]:
        for pause_s, piece in paced(self._recording, self._speed):
            if pause_s:
                sleep(pause_s)
            yield piece


def _introduced(asked: Asked, request: httpx2.Request) -> Asked:
    """Add the headers, which only a recording needs; reading them costs more than a lookup."""
    return replace(asked, headers=_grouped(request.headers))


def _answered(response: httpx2.Response, body: bytes) -> Answered:
    """Store a body unpacked: readable, and to be replayed where brotli is not installed."""
    headers = _grouped(response.headers)
    encoding = headers.pop("content-encoding", ())
    if encoding:
        packed = [("content-encoding", value) for value in encoding]
        unpacked = httpx2.Response(200, headers=packed, content=body).content
        if unpacked == body and body and set(encoding) != {"identity"}:
            raise unwrapped(ExchangeFailed)(
                f"the answer is packed as {', '.join(encoding)}, which cannot be unpacked here, "
                "so nobody can read it and no secret can be taken out of it",
                hint="install httpx2[brotli,zstd], or do not ask for that encoding",
            )
        body = unpacked
    return Answered(
        status=response.status_code, reason=response.reason_phrase, headers=headers, body=body
    )


def _grouped(headers: httpx2.Headers) -> dict[str, tuple[str, ...]]:
    grouped: dict[str, tuple[str, ...]] = {}
    for name, value in headers.multi_items():
        grouped[name.lower()] = (*grouped.get(name.lower(), ()), value)
    return grouped


def _replayed(
    recording: Recording, stream: httpx2.AsyncByteStream | httpx2.SyncByteStream
) -> httpx2.Response:
    answered = recording.answered
    reason = answered.reason.encode("ascii", "ignore")
    return httpx2.Response(
        answered.status,
        headers=[(name, value) for name, values in answered.headers.items() for value in values],
        stream=stream,
        extensions={"reason_phrase": reason} if reason else None,
    )


def _passed_on(
    response: httpx2.Response, stream: httpx2.AsyncByteStream | httpx2.SyncByteStream
) -> httpx2.Response:
    return httpx2.Response(
        response.status_code,
        headers=response.headers,
        stream=stream,
        extensions=response.extensions,
    )


def _refuse_vcr(send: Callable[..., object]) -> None:
    """Refuse to ask while vcrpy is patched in below: it would record too, secrets included."""
    layer: object = send
    while layer is not None:
        if getattr(layer, "__globals__", {}).get("__name__", "").startswith("vcr."):
            raise unwrapped(UsageError)(
                "a cassette of vcrpy is active around one of evalkit's",
                hint="use either: leave `vcr.use_cassette`, or remove the `vcr` marker",
            )
        layer = getattr(layer, "__wrapped__", None)

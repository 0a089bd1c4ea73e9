"""Ways to reach a simulator: a server on this machine, or a transport in this process."""

from __future__ import annotations

import socket
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from threading import Thread
from typing import TYPE_CHECKING

from evalkit.errors import UsageError, why
from evalkit.simulator._app import app
from evalkit.simulator._response import ConnectionCut
from evalkit.simulator._script import Script

if TYPE_CHECKING:
    import httpx2
    import uvicorn

LOOPBACK = "127.0.0.1"
"""The only address that a simulator listens on."""

_PATIENCE_S = 1
"""How long a request that is under way may hold up the end."""

_ANY_PORT = "port 0 takes any free one"


@contextmanager
def serve(script: Script, port: int = 0) -> Iterator[str]:
    """Serve `script` in a thread and yield the base URL; port 0 takes any free one.

    OpenAI clients take `{base_url}/v1`, Anthropic clients `{base_url}`.

    Raises:
        UsageError: the port cannot be had, or uvicorn is not installed.
    """
    server = _server(script)
    with _listen(port) as listening:
        thread = Thread(target=server.run, kwargs={"sockets": [listening]}, name="simulator")
        thread.start()
        try:
            yield _url(listening)
        finally:
            server.should_exit = True
            thread.join()


def run_forever(script: Script, port: int, on_listening: Callable[[str], None]) -> None:
    """Serve `script` until interrupted; `on_listening` is told the base URL once it can be used.

    Raises:
        UsageError: the port cannot be had, or uvicorn is not installed.
        KeyboardInterrupt: once the requests under way were answered, or a second later.
    """
    server = _server(script)
    with _listen(port) as listening:
        on_listening(_url(listening))
        server.run(sockets=[listening])


def transport(script: Script) -> httpx2.AsyncBaseTransport:
    """Reach `script` without a port: a transport for the async clients of both SDKs.

    A stream comes in one piece here, and an answer that hangs is not ended by a client's timeout.
    """
    import httpx2  # importing evalkit.simulator costs no HTTP library

    class InProcess(httpx2.ASGITransport):
        async def handle_async_request(self, request: httpx2.Request) -> httpx2.Response:
            try:
                return await super().handle_async_request(request)
            except ConnectionCut:
                raise httpx2.RemoteProtocolError(
                    "the connection was cut, as the script says", request=request
                ) from None

    return InProcess(app(script))


def _server(script: Script) -> uvicorn.Server:
    try:
        import uvicorn  # an optional dependency
    except ImportError as error:
        raise UsageError(
            "serving a simulator needs uvicorn", hint="pip install 'evalkit[simulator]'"
        ) from error
    config = uvicorn.Config(
        app(script),
        http="h11",
        ws="none",
        lifespan="off",
        log_config=None,
        log_level="critical",  # a connection that the script cuts is no error
        access_log=False,
        date_header=False,
        server_header=False,
        timeout_graceful_shutdown=_PATIENCE_S,
    )
    return uvicorn.Server(config)


def _listen(port: int) -> socket.socket:
    """Bind and listen at once, so that whoever connects from now on waits instead of failing."""
    if port not in range(2**16):
        raise UsageError(f"there is no port {port}", hint=_ANY_PORT)
    try:
        return socket.create_server((LOOPBACK, port))
    except OSError as error:
        raise UsageError(
            f"cannot listen on {LOOPBACK}:{port}: {why(error)}", hint=_ANY_PORT
        ) from error


def _url(listening: socket.socket) -> str:
    return f"http://{LOOPBACK}:{listening.getsockname()[1]}"

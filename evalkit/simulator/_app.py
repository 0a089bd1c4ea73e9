"""The simulator as an ASGI app: HTTP in, the answer of a script out."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Awaitable, Callable
from typing import TypeAlias

from pydantic import ValidationError

from evalkit.errors import UsageError
from evalkit.simulator._answers import Answer, Failure, Reply
from evalkit.simulator._asked import Asked
from evalkit.simulator._following import follow
from evalkit.simulator._response import (
    AsgiMessage,
    Receive,
    Response,
    Send,
    Sleep,
    json_pieces,
    send_response,
)
from evalkit.simulator._script import Script
from evalkit.simulator._wires import OPENAI_CHAT, WIRES, Wire

AsgiApp: TypeAlias = Callable[[AsgiMessage, Receive, Send], Awaitable[None]]

MAX_BODY_BYTES = 16 * 1024 * 1024
_SHOWN = 200


def app(script: Script, *, sleep: Sleep = asyncio.sleep) -> AsgiApp:
    """Make an ASGI app that answers as `script` says, over every protocol that the script speaks.

    `sleep` waits out the latencies and pauses of the script. Where the script cuts a connection,
    the app raises, and its server closes the connection.
    """
    simulator = _Simulator(script)

    async def answer_request(scope: AsgiMessage, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            raise UsageError(f"the simulator speaks HTTP, not {scope['type']}")
        body = await _read_body(receive)
        response = simulator.respond(str(scope["method"]), str(scope["path"]), body)
        await send_response(response, receive, send, sleep)

    return answer_request


class _Simulator:
    """Answers by the rules of a script, and remembers how often it was asked the same."""

    def __init__(self, script: Script) -> None:
        self._script = script
        self._times_asked: Counter[str] = Counter()

    def respond(self, method: str, path: str, body: bytes) -> Response:
        wire = WIRES.get(path, OPENAI_CHAT)
        refusal = _refusal(self._script, method, path, len(body))
        if refusal is not None:
            return _failed(refusal, wire)
        try:
            asked = wire.read(body)
        except ValidationError as error:
            return _failed(Failure(status=400, error=_first_complaint(error)), wire)
        answer = self._answer(asked)
        if isinstance(answer, Failure):
            return _failed(answer, wire)
        try:
            followed = follow(answer, asked.results)
        except LookupError as error:
            return _failed(Failure(status=404, error=f"{self._script.file}: {error}"), wire)
        return _replied(followed, asked, wire)

    def _answer(self, asked: Asked) -> Answer:
        rule = self._script.rule_for(asked)
        if rule is None:
            return Failure(status=404, error=_unanswered(self._script, asked))
        if len(rule.sequence) == 1:
            return rule.sequence[0]
        before = self._times_asked[asked.fingerprint]
        self._times_asked[asked.fingerprint] += 1
        return rule.sequence[min(before, len(rule.sequence) - 1)]


def _refusal(script: Script, method: str, path: str, size: int) -> Failure | None:
    wire = WIRES.get(path)
    if wire is None:
        known = ", ".join(f"POST {path}" for path in sorted(WIRES))
        return Failure(status=404, error=f"the simulator answers {known}, not {method} {path}")
    if script.api not in {None, wire.api}:
        return Failure(status=404, error=f"{script.file} speaks {script.api}, not {wire.api}")
    if method != "POST":
        return Failure(status=405, error=f"send POST, not {method}", headers={"allow": "POST"})
    if size > MAX_BODY_BYTES:
        return Failure(status=413, error=f"the body has more than {MAX_BODY_BYTES} bytes")
    return None


def _first_complaint(error: ValidationError) -> str:
    first = error.errors(include_url=False, include_context=False, include_input=False)[0]
    place = ".".join(str(step) for step in first["loc"])
    return f"{place}: {first['msg']}" if place else first["msg"]


def _unanswered(script: Script, asked: Asked) -> str:
    speaker, said = ("the user", asked.user) if asked.result is None else ("a tool", asked.result)
    said = said if len(said) <= _SHOWN else f"{said[:_SHOWN]}..."
    return f"no rule of {script.file} matches: {speaker} said {said!r}, answer {asked.turn} is due"


def _replied(reply: Reply, asked: Asked, wire: Wire) -> Response:
    body = wire.write(reply, asked)
    pieces = tuple(wire.stream(body, asked)) if asked.streams else json_pieces(body)
    return Response(
        pieces=pieces,
        media_type="text/event-stream" if asked.streams else "application/json",
        latency_s=reply.latency_s,
        pause_s=reply.pause_s,
        cut=reply.cut,
        hang=reply.hang,
    )


def _failed(failure: Failure, wire: Wire) -> Response:
    shaped = wire.write_error(failure.status, failure.error)
    return Response(
        status=failure.status,
        pieces=json_pieces(shaped if failure.body is None else failure.body),
        headers=failure.headers,
        latency_s=failure.latency_s,
    )


async def _read_body(receive: Receive) -> bytes:
    """Read the whole body, but keep no more of it than one byte too many.

    A client that could not send the rest would find a closed connection instead of the reason.
    """
    body = bytearray()
    more = True
    while more:
        message = await receive()
        chunk = message.get("body", b"")
        assert isinstance(chunk, bytes)
        body += chunk[: MAX_BODY_BYTES + 1 - len(body)]
        more = bool(message.get("more_body", False))
    return bytes(body)

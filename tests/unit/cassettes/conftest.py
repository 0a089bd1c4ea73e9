"""A provider on the loopback interface, whose replies a test lays down."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest


@dataclass(frozen=True)
class Reply:
    body: bytes
    status: int = 200
    headers: dict[str, str] = field(default_factory=dict)
    pieces: tuple[bytes, ...] = ()
    """Set for a stream: its pieces, sent one by one."""
    breaks: bool = False
    """Close the connection before the stream is whole."""


@dataclass
class Provider:
    """Answers each request with the next reply, or with the last one for ever."""

    replies: list[Reply]
    url: str = ""
    requests: list[dict[str, object]] = field(default_factory=list)

    def send(self, body: bytes, **headers: str) -> None:
        self.replies.append(Reply(body, headers=headers))

    def answer(self, body: object, status: int = 200, **headers: str) -> None:
        headers = {"Content-Type": "application/json", **headers}
        self.replies.append(Reply(json.dumps(body).encode(), status, headers))

    def stream(self, *pieces: str, breaks: bool = False) -> None:
        encoded = tuple(piece.encode() for piece in pieces)
        headers = {"Content-Type": "text/event-stream"}
        self.replies.append(Reply(b"", headers=headers, pieces=encoded, breaks=breaks))

    def next_reply(self) -> Reply:
        return self.replies.pop(0) if len(self.replies) > 1 else self.replies[0]


@pytest.fixture
def provider() -> Iterator[Provider]:
    state = Provider([])

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_POST(self):
            body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
            state.requests.append({"path": self.path, "headers": dict(self.headers), "body": body})
            reply = state.next_reply()
            self.send_response(reply.status)
            for name, value in reply.headers.items():
                self.send_header(name, value)
            if reply.pieces:
                self._stream(reply)
            else:
                self.send_header("Content-Length", str(len(reply.body)))
                self.end_headers()
                self.wfile.write(reply.body)

        def _stream(self, reply: Reply):
            self.send_header("Transfer-Encoding", "chunked")
            self.end_headers()
            for piece in reply.pieces:
                self.wfile.write(b"%x\r\n%s\r\n" % (len(piece), piece))
                self.wfile.flush()
            if reply.breaks:
                self.close_connection = True
            else:
                self.wfile.write(b"0\r\n\r\n")

        def log_message(self, *_):
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    state.url = f"http://127.0.0.1:{server.server_port}"
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    yield state
    server.shutdown()
    server.server_close()
    thread.join()


@pytest.fixture
def openai_body() -> dict[str, object]:
    return {
        "id": "chatcmpl-1",
        "object": "chat.completion",
        "created": 1,
        "model": "gpt-5.4-mini-2026-03-01",
        "choices": [
            {
                "index": 0,
                "finish_reason": "tool_calls",
                "message": {
                    "role": "assistant",
                    "content": None,
                    "tool_calls": [
                        {
                            "id": "call_1",
                            "type": "function",
                            "function": {"name": "get_weather", "arguments": '{"location": "Pa'},
                        }
                    ],
                },
            }
        ],
    }


@pytest.fixture
def anthropic_body() -> dict[str, object]:
    return {
        "id": "msg_1",
        "type": "message",
        "role": "assistant",
        "model": "claude-sonnet-4-5",
        "content": [{"type": "text", "text": "Hello"}],
        "stop_reason": "end_turn",
        "stop_sequence": None,
        "usage": {"input_tokens": 1, "output_tokens": 1},
    }

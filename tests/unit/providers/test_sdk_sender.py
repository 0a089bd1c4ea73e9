from __future__ import annotations

import asyncio
import gzip
import json
import traceback
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread

import httpx2
import pytest

from evalkit.cassettes import Asked, request_key
from evalkit.errors import (
    CassetteMiss,
    ExchangeFailed,
    ProviderTimeout,
    UnknownName,
    UsageError,
)
from evalkit.providers import Provider, find_api
from evalkit.suite import Settings
from evalkit.transcript import Prompt, ToolCall, ToolResult, Turn

KEY = "sk-not-a-real-key"
HELLO = (
    Prompt(role="system", text="Be brief."),
    Prompt(role="user", text='Wetter in Ålesund? 🌧 \ud83c " \\ud800'),
    Turn(calls=(ToolCall(id="c1", name="get_weather", raw='{"city": ', arguments=None),)),
    ToolResult(call_id="c1", name="get_weather", content={"error": "bad JSON"}, is_error=True),
)
AZURE = {"azure_endpoint": "https://us.openai.azure.com/", "api_version": "2025-04-01-preview"}


def provider(api="openai-chat", **fields):
    return Provider(**{"name": "p", "api": api, "model": "m 1"} | fields)


def send(asked, transport, body=None, key=KEY):
    """Send one body over a transport of ours, and return the reply."""

    async def exchange():
        sender = find_api(asked.api).connect(asked, key, transport)
        try:
            return await sender.send(body or {"model": asked.model})
        finally:
            await sender.close()

    return asyncio.run(exchange())


@pytest.mark.parametrize("stream", [False, True], ids=["whole", "streamed"])
@pytest.mark.parametrize(
    ("asked", "url"),
    [
        pytest.param(
            provider(), "https://api.openai.com/v1/chat/completions", id="OpenAI chat completions"
        ),
        pytest.param(
            provider(base_url="http://127.0.0.1:8000/v1/"),
            "http://127.0.0.1:8000/v1/chat/completions",
            id="compatible server",
        ),
        pytest.param(
            provider(options=AZURE),
            "https://us.openai.azure.com/openai/deployments/m%201/chat/completions"
            "?api-version=2025-04-01-preview",
            id="Azure, the model as deployment",
        ),
        pytest.param(
            provider(options=AZURE | {"azure_deployment": "blue"}),
            "https://us.openai.azure.com/openai/deployments/blue/chat/completions"
            "?api-version=2025-04-01-preview",
            id="Azure, a named deployment",
        ),
        pytest.param(
            provider("openai-responses"), "https://api.openai.com/v1/responses", id="Responses"
        ),
        pytest.param(
            provider("openai-responses", options=AZURE | {"azure_deployment": "blue"}),
            "https://us.openai.azure.com/openai/responses?api-version=2025-04-01-preview",
            id="Responses on Azure",
        ),
        pytest.param(
            provider("anthropic"), "https://api.anthropic.com/v1/messages", id="Anthropic"
        ),
        pytest.param(
            provider("anthropic", base_url="http://127.0.0.1:8000/v1"),
            "http://127.0.0.1:8000/v1/messages",
            id="a server that speaks Anthropic's protocol",
        ),
        pytest.param(
            provider(simulate=Path("careful.yaml")),
            "http://simulator.invalid/v1/chat/completions",
            id="simulated OpenAI",
        ),
        pytest.param(
            provider("anthropic", simulate=Path("careful.yaml")),
            "http://simulator.invalid/v1/messages",
            id="simulated Anthropic",
        ),
    ],
)
def test_the_sdk_sends_to_the_endpoint_what_encode_made_under_the_same_key(
    asked, url, stream, weather, wire
):
    api, server = find_api(asked.api), wire()
    body = api.encode(asked, HELLO, [weather], Settings(temperature=0, seed=1, stream=stream))

    send(asked, server, body)

    (request,) = server.requests
    assert request.headers["content-type"] == "application/json"
    assert str(request.url) == url == api.endpoint(asked)
    assert json.loads(request.content) == body
    assert request_key(Asked(method="POST", url=url, body=body)) == request_key(
        Asked(method=request.method, url=str(request.url), body=request.content)
    )


@pytest.mark.parametrize(
    ("api", "fields", "header", "value"),
    [
        ("openai-chat", {}, "authorization", f"Bearer {KEY}"),
        ("openai-chat", {"options": AZURE}, "api-key", KEY),
        ("anthropic", {}, "authorization", f"Bearer {KEY}"),
    ],
)
def test_the_key_is_sent_where_the_api_wants_it(api, fields, header, value, wire):
    server = wire()

    send(provider(api, **fields), server)

    headers = server.requests[0].headers
    sent = headers.get(header) or f"Bearer {headers['x-api-key']}"
    assert sent == value


@pytest.mark.parametrize("api", ["openai-chat", "openai-responses", "anthropic"])
def test_a_server_that_needs_no_key_is_sent_none(api, wire, monkeypatch):
    monkeypatch.setenv("OPENAI_API_KEY", KEY)
    monkeypatch.setenv("ANTHROPIC_API_KEY", KEY)
    monkeypatch.setenv("OPENAI_ORG_ID", "org-secret")
    server = wire()

    send(provider(api, base_url="http://127.0.0.1:8000/v1"), server, key=None)

    headers = server.requests[0].headers
    assert not headers.keys() & {"authorization", "x-api-key", "api-key", "openai-organization"}


@pytest.mark.parametrize("api", ["openai-chat", "openai-responses", "anthropic"])
def test_a_script_is_sent_no_key(api, wire):
    server = wire()

    send(provider(api, simulate=Path("careful.yaml")), server)

    assert not server.requests[0].headers.keys() & {"authorization", "x-api-key", "api-key"}


def test_the_environment_does_not_lead_requests_elsewhere(wire, monkeypatch):
    monkeypatch.setenv("OPENAI_BASE_URL", "http://elsewhere.invalid/v1")
    server = wire()

    send(provider(), server)

    assert server.requests[0].url.host == "api.openai.com"


def test_headers_of_the_provider_are_sent(wire):
    asked = provider("anthropic", options={"headers": {"anthropic-beta": "x-2026"}})
    server = wire()

    send(asked, server)

    assert server.requests[0].headers["anthropic-beta"] == "x-2026"


@pytest.mark.parametrize("api", ["openai-chat", "anthropic"])
@pytest.mark.parametrize("status", [200, 400, 429, 500, 529])
def test_every_status_is_a_reply_and_is_asked_for_once(api, status, wire):
    server = wire(
        lambda _: httpx2.Response(
            status, content=b'{"b": "\xc3\xa9"}', headers={"Retry-After": "3"}
        )
    )

    reply = send(provider(api), server)

    assert (reply.status, reply.body) == (status, b'{"b": "\xc3\xa9"}')
    assert reply.headers["retry-after"] == "3"
    assert len(server.requests) == 1


def test_a_compressed_reply_is_unpacked(wire):
    packed = gzip.compress(b'{"a": 1}')
    server = wire(
        lambda _: httpx2.Response(200, content=packed, headers={"Content-Encoding": "gzip"})
    )

    assert send(provider(), server).body == b'{"a": 1}'


class Chunks(httpx2.AsyncByteStream):
    def __init__(self, *chunks):
        self._chunks = chunks

    async def __aiter__(self):
        for chunk in self._chunks:
            if isinstance(chunk, Exception):
                raise chunk
            yield chunk


def test_the_chunks_of_a_stream_are_timed(wire):
    server = wire(lambda _: httpx2.Response(200, stream=Chunks(b"data: {}\n", b"\n", b"data: 1")))

    reply = send(provider(), server, {"model": "m", "stream": True})

    seconds, sizes = zip(*reply.marks, strict=True)
    assert sizes == (9, 10, 17)
    assert list(seconds) == sorted(seconds)
    assert reply.latency_s >= seconds[-1]


def test_a_whole_reply_has_no_marks(wire):
    assert send(provider(), wire()).marks == ()


@pytest.mark.parametrize("api", ["openai-chat", "anthropic"])
@pytest.mark.parametrize(
    "trouble",
    [httpx2.ConnectTimeout("slow"), httpx2.ReadTimeout("slow")],
    ids=["connecting", "reading"],
)
def test_a_timeout_of_the_network_is_the_providers_timeout(api, trouble, wire):
    with pytest.raises(ProviderTimeout) as raised:
        send(provider(api, timeout_s=7), wire(lambda _: trouble))

    assert raised.value.where == "provider p"
    assert raised.value.what.endswith("within 7 s")


class Silence(httpx2.AsyncBaseTransport):
    async def handle_async_request(self, _request):
        await asyncio.Event().wait()


class Drip(httpx2.AsyncByteStream):
    async def __aiter__(self):
        while True:
            yield b" "
            await asyncio.sleep(0)


@pytest.mark.parametrize("api", ["openai-chat", "anthropic"])
def test_the_time_holds_for_the_whole_answer(api, wire):
    asked = provider(api, timeout_s=0.02)

    with pytest.raises(ProviderTimeout):
        send(asked, Silence())
    with pytest.raises(ProviderTimeout):
        send(asked, wire(lambda _: httpx2.Response(200, stream=Drip())))


@pytest.mark.parametrize("key", [KEY, None], ids=["with a key", "without"])
@pytest.mark.parametrize("api", ["openai-chat", "anthropic"])
def test_a_server_that_cannot_be_reached_is_named_with_the_cause(api, key, wire):
    asked = provider(api, base_url="http://127.0.0.1:9/v1")
    server = wire(lambda _: httpx2.ConnectError("Connection refused"))

    with pytest.raises(ExchangeFailed) as raised:
        send(asked, server, key=key)

    url = find_api(api).endpoint(asked)
    assert raised.value.what == f"cannot reach {url}: ConnectError: Connection refused"


def test_a_stream_that_breaks_off_is_a_failed_exchange(wire):
    broken = Chunks(b"data: {}", httpx2.RemoteProtocolError("peer closed connection"))

    with pytest.raises(ExchangeFailed, match="RemoteProtocolError: peer closed connection"):
        send(provider(), wire(lambda _: httpx2.Response(200, stream=broken)))


@pytest.mark.parametrize("api", ["openai-chat", "anthropic"])
def test_a_miss_of_the_cassette_passes_through_the_sdk(api, wire):
    import anthropic
    import openai

    class Miss(CassetteMiss, openai.OpenAIError, anthropic.AnthropicError):
        pass

    with pytest.raises(Miss, match="nothing recorded"):
        send(provider(api), wire(lambda _: Miss("nothing recorded")))


@pytest.mark.parametrize("api", ["openai-chat", "anthropic"])
def test_no_error_shows_the_key(api, wire):
    leaky = httpx2.LocalProtocolError(f"Illegal header value b'Bearer {KEY}'")

    with pytest.raises(ExchangeFailed) as raised:
        send(provider(api), wire(lambda _: leaky))

    printed = "".join(traceback.format_exception(raised.value))
    assert KEY not in printed
    assert "Illegal header value b'Bearer [key]'" in printed


@pytest.mark.parametrize("api", ["openai-chat", "openai-responses", "anthropic"])
@pytest.mark.parametrize("key", [f"{KEY}\n", f"{KEY}é", f"{KEY}\x00", ""])
def test_a_key_that_no_header_may_hold_is_refused_unseen(api, key):
    asked = provider(api, api_key_env="MY_KEY")

    with pytest.raises(UsageError) as raised:
        send(asked, None, key=key)

    assert "MY_KEY" in raised.value.what
    assert KEY not in str(raised.value)


@pytest.mark.parametrize(
    ("asked", "variable"),
    [
        (provider(), "OPENAI_API_KEY"),
        (provider("anthropic"), "ANTHROPIC_API_KEY"),
        (provider(api_key_env="MINE"), "MINE"),
    ],
)
def test_a_missing_key_is_asked_for_by_its_variable(asked, variable):
    with pytest.raises(UsageError) as raised:
        send(asked, None, key=None)

    assert raised.value.hint == f"set the variable {variable}"


@pytest.mark.parametrize(
    ("options", "error", "what"),
    [
        ({"azure_endpont": "x"}, UnknownName, "unknown option 'azure_endpont'"),
        ({"azure_endpoint": "https://x"}, UsageError, "Azure needs the option 'api_version'"),
        (AZURE | {"api_version": 2025}, UsageError, "option 'api_version' is not a text"),
        ({"headers": "x"}, UsageError, "option 'headers' is not a mapping of names to texts"),
        ({"headers": {"a": 1}}, UsageError, "option 'headers' is not a mapping of names to texts"),
    ],
)
def test_an_option_that_cannot_be_used_is_refused(options, error, what, wire):
    with pytest.raises(error) as raised:
        send(provider(options=options), wire())

    assert raised.value.what == what
    assert raised.value.where == "provider p"


class _Echo(BaseHTTPRequestHandler):
    def do_POST(self):
        body = self.rfile.read(int(self.headers["Content-Length"]))
        self.server.received.append((self.path, body))
        self.send_response(200)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_):
        pass


@contextmanager
def loopback():
    server = ThreadingHTTPServer(("127.0.0.1", 0), _Echo)
    server.received = []
    thread = Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    try:
        yield server
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


@pytest.mark.parametrize("api", ["openai-chat", "openai-responses", "anthropic"])
def test_a_real_server_gets_the_body_over_a_real_socket(api, weather):
    with loopback() as server:
        asked = provider(api, base_url=f"http://127.0.0.1:{server.server_port}/v1")
        body = find_api(api).encode(asked, HELLO, [weather], Settings(temperature=0))

        reply = send(asked, None, body)

    ((path, received),) = server.received
    assert find_api(api).endpoint(asked).endswith(path)
    assert json.loads(received) == body == json.loads(reply.body)

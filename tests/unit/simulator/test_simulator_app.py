import asyncio
import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from evalkit.errors import UsageError
from evalkit.simulator import Reply, Rule, Script, app

CHAT = "/v1/chat/completions"
MESSAGES = "/v1/messages"
RESPONSES = "/v1/responses"
HELLO = {"model": "careful", "messages": [{"role": "user", "content": "hello"}]}
GREETER = "rules: [{when: {user: hello}, answer: Hi}]"


def error_of(reply):
    return reply.status_code, reply.json()["error"]["message"]


def test_every_reply_says_that_it_was_simulated(script, post):
    greeter = script(GREETER)

    replies = [post(greeter, CHAT, HELLO), post(greeter, CHAT, b"{"), post(greeter, "/", b"")]

    assert [reply.headers["x-evalkit-simulated"] for reply in replies] == ["true"] * 3


def test_the_same_request_again_gets_the_next_answer_and_at_the_end_the_last(script):
    flaky = app(script("rules: [{answers: [{status: 500}, one, two]}]"))

    replies = [call(flaky, HELLO) for _ in range(4)]

    assert [status for status, _ in replies] == [500, 200, 200, 200]
    assert [text(body) for _, body in replies[1:]] == ["one", "two", "two"]


def test_other_requests_do_not_use_up_the_answers_of_this_one(script):
    flaky = app(script("rules: [{answers: [one, two]}]"))
    other = {**HELLO, "messages": [{"role": "user", "content": "bye"}]}

    replies = [call(flaky, body) for body in (HELLO, other, HELLO)]

    assert [text(body) for _, body in replies] == ["one", "one", "two"]


def test_the_scripted_latency_is_waited_out(script):
    waited = []

    async def sleep(seconds):
        waited.append(seconds)

    slow = app(script("rules: [{answer: {text: Hi, latency_s: 0.25}}]"), sleep=sleep)

    call(slow, HELLO)

    assert waited == [0.25]


def test_a_script_of_one_protocol_refuses_the_other(script, post):
    chat_only = script("api: openai-chat\n" + GREETER)

    reply = post(chat_only, MESSAGES, {**HELLO, "max_tokens": 9})

    assert error_of(reply) == (404, "shop.yaml speaks openai-chat, not anthropic")


@pytest.mark.parametrize("path", [CHAT, MESSAGES, RESPONSES])
@pytest.mark.parametrize(
    "body",
    [
        pytest.param(b"", id="nothing"),
        pytest.param(b"hello", id="prose"),
        pytest.param(b'{"model": "m"', id="cut off"),
        pytest.param(b"[]", id="a list"),
        pytest.param(b"null", id="null"),
        pytest.param(b"\xff\xfe", id="no UTF-8"),
        pytest.param(b'{"model": "\\ud800"}', id="half a surrogate pair"),
        pytest.param(b"[" * 100_000, id="deep nesting"),
        pytest.param(b'{"messages": ' + b'{"a":' * 100_000, id="deep objects"),
        pytest.param(b'{"max_tokens": ' + b"9" * 100_000 + b"}", id="a very long number"),
        pytest.param(json.dumps({**HELLO, "model": 1}).encode(), id="a model of another type"),
        pytest.param(json.dumps({**HELLO, "model": ""}).encode(), id="a model without a name"),
        pytest.param(json.dumps({**HELLO, "messages": []}).encode(), id="no messages"),
        pytest.param(json.dumps({**HELLO, "messages": "x"}).encode(), id="messages as text"),
        pytest.param(json.dumps({**HELLO, "messages": [1]}).encode(), id="a number as message"),
        pytest.param(json.dumps({**HELLO, "tools": [{"function": 1}]}).encode(), id="no tool"),
        pytest.param(json.dumps({**HELLO, "stream": "often"}).encode(), id="no way to stream"),
    ],
)
def test_a_hostile_body_is_a_clean_400(path, body, script, post):
    reply = post(script(GREETER), path, body)

    assert reply.status_code == 400
    assert reply.json()["error"]["type"] == "invalid_request_error"


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
    max_leaves=8,
)
REQUESTS = st.fixed_dictionaries(
    {"model": JSON, "messages": st.lists(st.fixed_dictionaries({"role": JSON, "content": JSON}))},
    optional={"input": JSON, "tools": JSON, "system": JSON, "max_tokens": JSON, "stream": JSON},
)


@given(
    path=st.sampled_from([CHAT, MESSAGES, RESPONSES]),
    body=st.binary()
    | JSON.map(json.dumps).map(str.encode)
    | REQUESTS.map(json.dumps).map(str.encode),
)
def test_whatever_is_sent_gets_an_answer_of_the_protocol(path, body):
    simulator = app(Script(file="x", api=None, rules=(Rule(answer=Reply(text="Hi")),)))

    status, headers, _ = exchange(simulator, "POST", body, path)

    assert status in {200, 400}
    assert headers[b"x-evalkit-simulated"] == b"true"


def test_a_broken_request_is_told_where_it_is_broken(script, post):
    reply = post(script(GREETER), CHAT, {**HELLO, "messages": [{"content": "hello"}]})

    assert error_of(reply) == (400, "messages.0.role: Field required")


def test_a_body_that_is_too_long_is_read_to_its_end_and_refused(script, post):
    reply = post(script(GREETER), CHAT, b" " * (16 * 1024 * 1024 + 1))

    assert error_of(reply) == (413, "the body has more than 16777216 bytes")


@pytest.mark.parametrize(
    "path", ["/", "/v1/models", "/v1/chat/completions/", "//v1/messages", "/%00", "/\u00e9"]
)
def test_any_other_path_is_told_what_there_is(path, script, post):
    status, message = error_of(post(script(GREETER), path, HELLO))

    assert status == 404
    assert message.startswith(
        "the simulator answers POST /v1/chat/completions, POST /v1/messages, POST /v1/responses,"
        " not POST /"
    )


def test_another_method_is_told_to_post(script):
    status, headers, body = exchange(app(script(GREETER)), "GET", b"")

    assert status == 405
    assert headers[b"allow"] == b"POST"
    assert body["error"]["message"] == "send POST, not GET"


def test_a_client_that_leaves_in_the_middle_of_its_body_does_no_harm(script):
    events = iter(
        [{"type": "http.request", "body": b"{", "more_body": True}, {"type": "http.disconnect"}]
    )

    status, _, _ = exchange(app(script(GREETER)), "POST", events)

    assert status == 400


def test_a_websocket_is_refused(script):
    with pytest.raises(UsageError, match="the simulator speaks HTTP, not websocket"):
        asyncio.run(app(script(GREETER))({"type": "websocket"}, None, None))


def call(simulator, body):
    status, _, reply = exchange(simulator, "POST", json.dumps(body).encode())
    return status, reply


def text(reply):
    return reply["choices"][0]["message"]["content"]


def exchange(simulator, method, body, path=CHAT):
    """Hold one exchange with an ASGI app: a body, or the events that bring it."""
    events = iter([{"type": "http.request", "body": body}]) if isinstance(body, bytes) else body
    sent = []

    async def receive():
        return next(events)

    async def send(message):
        sent.append(message)

    asyncio.run(simulator({"type": "http", "method": method, "path": path}, receive, send))
    start, *pieces = sent
    body = b"".join(piece.get("body", b"") for piece in pieces)
    headers = dict(start["headers"])
    is_json = headers[b"content-type"] == b"application/json"
    return start["status"], headers, json.loads(body) if is_json else body

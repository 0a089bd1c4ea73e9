"""Agents of the user's: what they are sent, what they may answer, and how a function is run."""

import asyncio
import json
import sys
import threading
from types import ModuleType

import httpx2
import pytest

from evalkit.errors import CassetteMiss, ExchangeFailed, PluginFailed, UndecodableReply, UsageError
from evalkit.providers import Provider, find_api
from evalkit.suite import Settings
from evalkit.transcript import Defect, Prompt, Stop, ToolCall, ToolResult, Turn, Usage

PYTHON, HTTP = find_api("python"), find_api("http")
ASKED = {"model": "m", "messages": [{"role": "user", "content": "hello"}], "tools": []}


@pytest.fixture
def agent(monkeypatch):
    """Make a provider of a function, as a module of its own."""

    def provider(function, **more):
        module = ModuleType("the_agent")
        module.answer = function
        monkeypatch.setitem(sys.modules, "the_agent", module)
        return Provider(name="mine", api="python", model="the_agent:answer", **more)

    return provider


def converse(provider, *rounds):
    """Ask an agent, answer its calls with each round in turn; return every reply."""

    async def talk():
        sender = PYTHON.connect(provider, None, None)
        messages, replies = list(ASKED["messages"]), []
        for results in ((), *rounds):
            if replies:
                messages.append({"role": "assistant", "content": None, **replies[-1]})
                pairs = zip(replies[-1]["calls"], results, strict=True)
                messages += [{"role": "tool", "id": c["id"], "content": r} for c, r in pairs]
            reply = await sender.send({**ASKED, "messages": messages})
            replies.append(json.loads(reply.body))
        await sender.close()
        return replies

    return asyncio.run(talk())


def test_a_conversation_is_sent_as_plain_json(weather):
    call = ToolCall(id="1", name="get_weather", raw=None, arguments={"city": "Oslo"})
    broken = ToolCall(id="2", name="get_weather", raw="{", arguments=None)
    messages = [
        Prompt(role="system", text="Be brief."),
        Turn(calls=(call, broken)),
        ToolResult(call_id="1", name="get_weather", content={"sky": "grey"}),
        ToolResult(call_id="2", name="get_weather", content={"error": {}}, is_error=True),
    ]
    provider = Provider(name="a", api="http", model="m", extra_body={"tenant": "shop"})

    body = HTTP.encode(provider, messages, [weather], Settings(temperature=0, stream=True))

    assert body == {
        "model": "m",
        "tenant": "shop",
        "messages": [
            {"role": "system", "content": "Be brief."},
            {
                "role": "assistant",
                "content": None,
                "calls": [
                    {"id": "1", "name": "get_weather", "arguments": {"city": "Oslo"}},
                    {"id": "2", "name": "get_weather", "arguments": "{"},
                ],
            },
            {"role": "tool", "id": "1", "name": "get_weather", "content": {"sky": "grey"}},
            {
                "role": "tool",
                "id": "2",
                "name": "get_weather",
                "content": {"error": {}},
                "is_error": True,
            },
        ],
        "tools": [
            {
                "name": "get_weather",
                "description": "Weather now.",
                "parameters": weather.parameters,
            }
        ],
    }


def test_a_reply_may_have_all_that_a_turn_has():
    turn = HTTP.decode(
        {
            "text": "One moment.",
            "calls": [{"name": "f", "arguments": "{'a': 1}"}, {"id": "7", "name": "g"}],
            "usage": {"input": 812, "output": 40},
            "model": "inner-model",
        }
    )

    first, second = turn.calls
    assert (turn.text, turn.model, turn.usage) == (
        "One moment.",
        "inner-model",
        Usage(input=812, output=40),
    )
    assert (first.raw, first.arguments, first.defects) == (
        "{'a': 1}",
        None,
        (Defect.SINGLE_QUOTES,),
    )
    assert (second.id, second.name, second.arguments) == ("7", "g", {})


def test_a_refusal_is_a_stop_of_its_own():
    assert HTTP.decode({"refusal": "Not that."}).stop is Stop.REFUSED


@pytest.mark.parametrize(
    ("body", "what"),
    [
        pytest.param({}, "the agent's reply has neither text nor calls", id="nothing"),
        pytest.param({"txt": "Hi"}, "the agent's reply has an unknown key 'txt'", id="a typo"),
        pytest.param({"text": 5}, "reply.text is a number, the protocol wants a string", id="type"),
        pytest.param({"calls": [{}]}, "reply.calls[0] has no 'name'", id="a call of nothing"),
    ],
)
def test_a_reply_that_is_none_says_why(body, what):
    with pytest.raises(UndecodableReply) as told:
        HTTP.decode(body)

    assert told.value.what == what


def test_a_plain_function_waits_for_each_of_its_calls(agent):
    def answer(messages, tools):
        first = tools.call("get_user", {"of": messages[0]["content"]})
        second = tools.call("get_orders", '{"user": 7')
        return f"{first} {second}"

    replies = converse(agent(answer), ["Kim"], [3])

    assert replies == [
        {"calls": [{"id": "call-1", "name": "get_user", "arguments": {"of": "hello"}}]},
        {"calls": [{"id": "call-2", "name": "get_orders", "arguments": '{"user": 7'}]},
        {"text": "Kim 3"},
    ]


def test_calls_made_at_once_are_calls_of_one_turn(agent):
    async def answer(_messages, tools):
        return str(await asyncio.gather(tools.call("f", {}), tools.call("g", {})))

    replies = converse(agent(answer), ["one", "two"])

    assert [call["name"] for call in replies[0]["calls"]] == ["f", "g"]
    assert replies[1] == {"text": "['one', 'two']"}


def test_many_conversations_at_once_keep_their_results_apart(agent):
    async def answer(messages, tools):
        return await tools.call("echo", {"text": messages[0]["content"]})

    async def hold(sender, text):
        messages = [{"role": "user", "content": text}]
        reply = json.loads((await sender.send({**ASKED, "messages": messages})).body)
        [call] = reply["calls"]
        messages.append({"role": "tool", "id": call["id"], "content": call["arguments"]["text"]})
        return json.loads((await sender.send({**ASKED, "messages": messages})).body)["text"]

    async def hold_all():
        sender = PYTHON.connect(agent(answer), None, None)
        return await asyncio.gather(*(hold(sender, f"line {n}") for n in range(100)))

    assert asyncio.run(hold_all()) == [f"line {n}" for n in range(100)]


def test_results_that_a_suite_gives_beforehand_begin_a_new_run(agent):
    provider = agent(lambda messages, _tools: messages[-1]["content"])
    given = {**ASKED, "messages": [{"role": "tool", "id": "call-1", "content": "given"}]}

    async def ask():
        reply = await PYTHON.connect(provider, None, None).send(given)
        return json.loads(reply.body)

    assert asyncio.run(ask()) == {"text": "given"}


def test_an_agent_that_raises_is_trouble_at_its_line(agent):
    def answer(_messages, _tools):
        raise KeyError("order")

    with pytest.raises(PluginFailed) as told:
        converse(agent(answer))

    assert told.value.what == "the_agent:answer raised KeyError: 'order'"
    assert told.value.where == "provider mine"
    assert "test_agents.py:" in told.value.hint


@pytest.mark.parametrize("said", [5, ["Hi"], {"text": object()}], ids=["number", "list", "object"])
def test_an_agent_that_returns_no_reply_is_trouble(said, agent):
    with pytest.raises(PluginFailed, match="that is no reply"):
        converse(agent(lambda _messages, _tools: said))


def test_an_agent_that_hangs_is_ended_after_its_time(agent):
    async def answer(_messages, _tools):
        await asyncio.Event().wait()

    with pytest.raises(ExchangeFailed, match=r"the_agent:answer gave no answer within 0\.05 s"):
        converse(agent(answer, timeout_s=0.05))


def test_an_agent_whose_conversation_ended_before_it_is_stopped_and_not_left_behind(agent):
    ended = threading.Event()

    def answer(_messages, tools):
        try:
            tools.call("f", {})
        finally:
            ended.set()

    async def ask():
        sender = PYTHON.connect(agent(answer), None, None)
        await sender.send(ASKED)
        await sender.close()
        await asyncio.to_thread(ended.wait, 5)

    asyncio.run(ask())

    assert ended.is_set()


def test_conversations_that_ended_early_do_not_pile_up_threads(agent):
    provider = agent(lambda _messages, tools: tools.call("f", {}), max_concurrency=1)
    before = threading.active_count()

    async def ask():
        sender = PYTHON.connect(provider, None, None)
        for _ in range(300):
            await sender.send(ASKED)
        left = [t for t in threading.enumerate() if t.name == "evalkit agent"]
        await sender.close()
        return len(left)

    assert asyncio.run(ask()) <= before + 150


def test_a_miss_of_the_agents_own_cassette_stays_a_miss(agent):
    def answer(_messages, _tools):
        raise CassetteMiss("nothing was recorded for this request")

    with pytest.raises(CassetteMiss):
        converse(agent(answer))


@pytest.mark.parametrize("model", ["answer", "the_agent:", ":answer"])
def test_a_model_that_names_no_function_is_a_usage_error(model):
    provider = Provider(name="mine", api="python", model=model)

    with pytest.raises(UsageError, match="names no function"):
        PYTHON.connect(provider, None, None)


@pytest.mark.parametrize(
    ("model", "what"),
    [
        ("no_such_module:answer", "cannot be loaded: ModuleNotFoundError"),
        ("json:no_such_name", "cannot be loaded: AttributeError"),
        ("json:__name__", "is no function"),
    ],
)
def test_a_function_that_cannot_be_had_is_trouble_of_the_users(model, what):
    provider = Provider(name="mine", api="python", model=model)

    with pytest.raises(PluginFailed, match=what):
        PYTHON.connect(provider, None, None)


def test_an_endpoint_is_posted_to_with_its_key_and_headers(wire):
    server = wire()
    provider = Provider(
        name="a",
        api="http",
        model="m",
        base_url="http://127.0.0.1:1/agent?v=2",
        options={"headers": {"X-Tenant": "shop"}},
    )

    async def ask():
        sender = HTTP.connect(provider, "secret", server)
        reply = await sender.send(ASKED)
        await sender.close()
        return reply

    reply = asyncio.run(ask())

    [request] = server.requests
    assert (request.method, str(request.url)) == ("POST", "http://127.0.0.1:1/agent?v=2")
    assert request.headers["authorization"] == "Bearer secret"
    assert request.headers["x-tenant"] == "shop"
    assert json.loads(request.content) == ASKED
    assert (reply.status, reply.body) == (200, b'{"answered":true}')


def test_an_endpoint_that_is_not_there_is_trouble_and_hides_the_key(wire):
    server = wire(lambda _: httpx2.ConnectError("no secret here"))
    provider = Provider(name="a", api="http", model="m", base_url="http://127.0.0.1:1/agent")

    with pytest.raises(ExchangeFailed) as told:
        asyncio.run(HTTP.connect(provider, "secret", server).send(ASKED))

    assert told.value.what == ("cannot reach http://127.0.0.1:1/agent: ConnectError: no [key] here")


def test_an_endpoint_needs_a_url():
    with pytest.raises(UsageError, match="needs its URL"):
        HTTP.endpoint(Provider(name="a", api="http", model="m"))


def test_only_a_function_runs_code_in_this_process():
    assert [find_api(n).runs_code for n in ("python", "http", "openai-chat")] == [
        True,
        False,
        False,
    ]

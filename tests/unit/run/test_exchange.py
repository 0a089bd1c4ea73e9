import asyncio
import json
import random

import pytest

from evalkit.cassettes import Mode, Taping, open_cassette
from evalkit.errors import (
    CassetteMiss,
    ExchangeFailed,
    ProviderRefused,
    ProviderTimeout,
    RateLimited,
)
from evalkit.providers import Provider, Reply, find_api
from evalkit.run import Asker, RetryPolicy, World
from evalkit.run._exchange import retry_after_s
from evalkit.suite import Case, Settings
from evalkit.transcript import Prompt

PROVIDER = Provider(name="p", api="openai-chat", model="m", max_concurrency=2)
PATIENT = RetryPolicy()
HELLO = (Prompt(role="user", text="hello"),)
CASE = Case(
    suite="s",
    id="c",
    where="s.yaml:1:1",
    given=HELLO,
    expect=None,
    settings=Settings(),
    simulate={},
)


class Clock:
    """Time that passes only when somebody sleeps."""

    def __init__(self):
        self.now = 0.0
        self.slept = []

    def __call__(self):
        return self.now

    async def sleep(self, seconds):
        self.slept.append(seconds)
        self.now += seconds


class Scripted:
    """Gives the planned replies in order, and fails when asked for more."""

    def __init__(self, *replies):
        self.replies = list(replies)
        self.bodies = []

    async def send(self, body):
        self.bodies.append(body)
        reply = self.replies.pop(0)
        if isinstance(reply, Exception):
            raise reply
        return reply

    async def close(self):
        assert self.replies == []


def answer(text="hi"):
    body = {
        "model": "m-2026",
        "choices": [{"finish_reason": "stop", "message": {"role": "assistant", "content": text}}],
        "usage": {"prompt_tokens": 10, "completion_tokens": 2, "total_tokens": 12},
    }
    return Reply(status=200, body=json.dumps(body).encode(), latency_s=0.25)


def refusal(status, headers=None, message="no", code=None):
    error = {"error": {"message": message, "code": code}}
    return Reply(status=status, body=json.dumps(error).encode(), headers=headers or {})


def ask(sender, clock, tmp_path, mode=Mode.LIVE, retry=PATIENT):
    async def asking():
        world = World(
            connect=lambda _: sender,
            clock=clock,
            sleep=clock.sleep,
            chance=random.Random(1),
            retry=retry,
        )
        asker = Asker(PROVIDER, find_api("openai-chat"), world)
        with open_cassette(tmp_path / "c.yaml", Taping(mode=mode)) as cassette:
            found = await asker.ask(HELLO, CASE, cassette, 0)
        await asker.close()
        return found

    return asyncio.run(asking())


def test_an_answer_comes_with_its_turn_its_latency_and_one_attempt(tmp_path):
    found = ask(Scripted(answer("hello!")), Clock(), tmp_path)

    assert found.turn.text == "hello!"
    assert found.turn.model == "m-2026"
    assert (found.exchange.latency_s, found.exchange.attempts) == (0.25, 1)
    assert found.exchange.replayed is False


def test_a_provider_in_trouble_is_asked_again_and_the_attempts_are_counted(tmp_path):
    clock = Clock()

    found = ask(Scripted(refusal(503), refusal(529), answer()), clock, tmp_path)

    assert found.exchange.attempts == 3
    assert len(clock.slept) == 2
    assert 0.25 <= clock.slept[0] <= 0.5 <= clock.slept[1] <= 1.0


def test_trouble_that_lasts_is_an_error_that_quotes_the_provider(tmp_path):
    sender = Scripted(*[refusal(500, message="out of memory")] * 3)

    with pytest.raises(ExchangeFailed) as failed:
        ask(sender, Clock(), tmp_path, retry=RetryPolicy(attempts=3))

    assert failed.value.what == "the provider answered 500 after 3 attempts: out of memory"
    assert failed.value.where == "provider p"


def test_a_429_waits_as_long_as_the_provider_says_and_loses_nothing(tmp_path):
    clock = Clock()
    limited = refusal(429, {"retry-after": "2"})

    found = ask(Scripted(limited, limited, answer()), clock, tmp_path)

    assert found.exchange.attempts == 3
    assert clock.slept == [2.0, 2.0]


@pytest.mark.parametrize(
    "reply",
    [
        pytest.param(refusal(429, code="insufficient_quota"), id="out of quota"),
        pytest.param(refusal(429, {"retry-after": "3600"}), id="an hour's pause"),
        pytest.param(refusal(429, {"x-should-retry": "false"}), id="told not to"),
    ],
)
def test_a_429_that_will_not_pass_is_not_repeated(tmp_path, reply):
    sender = Scripted(reply)

    with pytest.raises(RateLimited):
        ask(sender, Clock(), tmp_path)

    assert len(sender.bodies) == 1


@pytest.mark.parametrize(
    ("status", "hint"),
    [
        pytest.param(401, "check the key", id="wrong key"),
        pytest.param(404, "check the provider's model and base_url", id="no such model"),
        pytest.param(400, "does not take this request", id="bad request"),
    ],
)
def test_a_refused_request_is_told_at_once_with_what_to_check(tmp_path, status, hint):
    with pytest.raises(ProviderRefused) as refused:
        ask(Scripted(refusal(status)), Clock(), tmp_path)

    assert hint in refused.value.hint


def test_a_timeout_is_tried_again_and_then_stays_a_timeout(tmp_path):
    late = ProviderTimeout("no answer")
    clock = Clock()

    with pytest.raises(ProviderTimeout):
        ask(Scripted(late, late), clock, tmp_path, retry=RetryPolicy(attempts=2))

    assert len(clock.slept) == 1


def test_a_replay_without_a_recording_asks_nobody(tmp_path):
    sender = Scripted()

    with pytest.raises(CassetteMiss):
        ask(sender, Clock(), tmp_path, mode=Mode.NONE)

    assert sender.bodies == []


@pytest.mark.parametrize(
    ("headers", "seconds"),
    [
        pytest.param({}, None, id="not said"),
        pytest.param({"retry-after": "1.5"}, 1.5, id="seconds"),
        pytest.param({"retry-after-ms": "250", "retry-after": "9"}, 0.25, id="milliseconds first"),
        pytest.param(
            {
                "retry-after": "Fri, 20 Nov 2026 10:00:30 GMT",
                "date": "Fri, 20 Nov 2026 10:00:00 GMT",
            },
            30.0,
            id="a date",
        ),
        pytest.param({"retry-after": "soon"}, None, id="nonsense"),
        pytest.param({"retry-after": "Fri, 20 Nov 2026 10:00:30 GMT"}, None, id="no own date"),
        pytest.param({"retry-after-ms": "-5"}, 0.0, id="negative"),
    ],
)
def test_the_wanted_pause_is_read_from_the_headers(headers, seconds):
    assert retry_after_s(headers) == seconds

"""Thousands of conversations with models at random, tools at random and faults at random."""

import asyncio
import json
import random
from functools import partial

import pytest

from evalkit.cassettes import KEYS, Mode, Personal, Redaction, Taping, open_cassette
from evalkit.grade import grade
from evalkit.providers import Provider, Reply
from evalkit.run import Job, Runner, World, log_to
from evalkit.runfile import dump
from evalkit.suite import load_suite
from evalkit.suite._simulated import FAULTS
from evalkit.transcript import Stop, ToolResult, Turn

SUITES = 40
PROVIDER = Provider(name="p", api="openai-chat", model="m", max_concurrency=4)
NAMED_STOPS = {
    Stop.ANSWERED, Stop.TURN_LIMIT, Stop.REPEATED_CALL, Stop.TRUNCATED, Stop.REFUSED,
    Stop.CONTEXT_OVERFLOW, Stop.TOOL_BUDGET, Stop.TIMEOUT,
}  # fmt: skip
KEY = "sk-proj-4f9Aq2Lx7Rt0Vw3Zb8Nc"
NAMED_KEY = "a1b2c3d4" * 4
PERSONAL = ["4111 1111 1111 1111", "kim@example.org"]
EVERYTHING = Redaction(personal=tuple(Personal))
CALLS = [
    ("get_order", '{"order_id": "A1"}'),
    ("get_order", '{"order_id": "A2"}'),
    ("get_order", '{"order_id": 5}'),
    ("get_order", '{"order_id": "A1"'),
    ("get_order", json.dumps({"order_id": KEY})),
    ("pay", "{}"),
    ("pay", json.dumps({"note": f"card {PERSONAL[0]} of {PERSONAL[1]}", "api_key": NAMED_KEY})),
    ("refund_everything", "{}"),
    ("", ""),
]


def suite(seed, trials):
    """A suite with limits and faults at random."""
    chance = random.Random(seed)
    rules = [
        {"fault": fault, "rate": chance.choice([0.2, 0.6, 1]), "seed": seed}
        for fault in chance.sample(sorted(FAULTS), 4)
    ]
    settings = {
        "max_turns": chance.randint(1, 12),
        "max_calls": chance.randint(1, 30),
        "max_repeats": chance.randint(1, 5),
        "max_parallel_calls": chance.randint(1, 4),
        "tool_timeout_s": chance.choice([0.5, 5]),
        "conversation_timeout_s": chance.choice([1, 10, 30]),
        "context_tokens": chance.choice([None, 100, 400]),
        "rate_limits": chance.choice([{}, {"pay": {"calls": 2, "per_s": 5}}]),
    }
    order = {"type": "object", "properties": {"order_id": {"type": "string"}}}
    return {
        "version": 1,
        "tools": [{"name": "get_order", "parameters": order}, {"name": "pay"}],
        "settings": {key: value for key, value in settings.items() if value is not None},
        "simulate": {
            "get_order": [*rules, {"return": {"order": "{{ args.order_id }}"}}],
            "pay": [*rules[:2], {"return": {"key": KEY, "for": PERSONAL}}],
        },
        "cases": [
            {
                "id": "a",
                "turns": [{"user": "Pay A1"}, {"user": "Yes"}, {"user": "Thanks"}],
                "trials": trials,
                "expect": {"recovers": True},
            }
        ],
    }


class AnyModel:
    """Answers at random: calls of every kind, words, and lies about why it stopped."""

    def __init__(self, seed):
        self.chance = random.Random(seed)
        self.asked = 0

    async def send(self, _):
        self.asked += 1
        await asyncio.sleep(0)
        message = {"role": "assistant", "content": self.chance.choice([None, "Fine.", KEY])}
        if self.chance.random() < 0.75:
            message["tool_calls"] = [self.call(n) for n in range(self.chance.choice([1, 1, 2, 8]))]
        finish = self.chance.choice(["stop", "stop", "tool_calls", "length", "content_filter"])
        reply = {"model": "m", "choices": [{"finish_reason": finish, "message": message}]}
        latency_s = self.chance.choice([0.1, 0.1, 2.0, 20.0])
        return Reply(status=200, body=json.dumps(reply).encode(), latency_s=latency_s)

    def call(self, number):
        name, arguments = self.chance.choice(CALLS)
        function = {"name": name, "arguments": arguments}
        return {"id": f"c{number}", "type": "function", "function": function}

    async def close(self):
        pass


class NoWaiting:
    """A clock that nobody may wait by."""

    def __call__(self):
        return 0.0

    async def sleep(self, seconds):
        raise AssertionError(f"the loop slept {seconds} s")


def hold(jobs, folder):
    """Hold all trials of the jobs; nothing is recorded."""
    clock = NoWaiting()
    world = World(
        connect=lambda _: AnyModel(1), clock=clock, sleep=clock.sleep, chance=random.Random(1)
    )

    async def holding():
        cassette = partial(open_cassette, folder / "c.yaml", Taping(mode=Mode.LIVE))
        runner = Runner(lambda _: cassette(), world, grade)
        transcripts = [result.transcript async for result in runner.run(jobs)]
        await runner.close()
        return transcripts

    return asyncio.run(asyncio.wait_for(holding(), timeout=300))


def broken_promises(transcript, settings):
    """What a conversation did that its limits forbid."""
    if transcript.trouble is not None:
        yield f"trouble: {transcript.trouble.what}"
    if transcript.stop not in NAMED_STOPS:
        yield f"stop {transcript.stop}"
    results = [m for m in transcript.messages if isinstance(m, ToolResult)]
    if len(transcript.turns) > settings.max_turns:
        yield f"{len(transcript.turns)} turns"
    if len(results) > settings.max_calls:
        yield f"{len(results)} calls"
    asked_s = [exchange.latency_s for exchange in transcript.exchanges]
    if sum(asked_s[:-1]) >= settings.conversation_timeout_s:
        yield f"asked again after {sum(asked_s[:-1])} s"
    yield from unanswered(transcript.messages)


def unanswered(messages):
    """Turns in the middle of a conversation whose calls were not all answered in order."""
    last = max(i for i, message in enumerate(messages) if isinstance(message, Turn))
    for index, message in enumerate(messages[:last]):
        if not isinstance(message, Turn):
            continue
        answers = messages[index + 1 : index + 1 + len(message.calls)]
        for call, answer in zip(message.calls, answers, strict=True):
            own_id = call.id + ("-other" if "wrong_id" in (answer.fault or "") else "")
            if answer.call_id not in (own_id, call.id):
                yield f"{call.id} was answered under {answer.call_id}"


@pytest.fixture(
    scope="module",
    params=[2_000, pytest.param(10_000, marks=pytest.mark.benchmark)],
    ids=lambda conversations: f"{conversations} conversations",
)
def held(request, tmp_path_factory):
    """Every conversation with the settings of its case, and the log of them all."""
    folder = tmp_path_factory.mktemp("sweep")
    jobs = []
    for seed in range(SUITES):
        path = folder / f"s{seed}.yaml"
        path.write_text(json.dumps(suite(seed, request.param // SUITES)))
        jobs.append(Job(case=load_suite(path).cases[0], provider=PROVIDER))
    settings = {job.case.suite: job.case.settings for job in jobs}
    with log_to(folder / "log.jsonl"):
        transcripts = hold(jobs, folder)
    return [(one, settings[one.suite]) for one in transcripts], folder / "log.jsonl"


def test_none_hangs_and_none_exceeds_its_limits_and_each_ends_with_a_named_stop(held):
    conversations, _ = held

    broken = [
        (transcript.suite, transcript.trial, promise)
        for transcript, settings in conversations
        for promise in broken_promises(transcript, settings)
    ]

    assert len(conversations) in (2_000, 10_000)
    assert broken == []
    assert {transcript.stop for transcript, _ in conversations} == NAMED_STOPS


def test_every_fault_and_every_limit_struck_somewhere(held):
    conversations, _ = held

    faults = {
        name
        for transcript, _ in conversations
        for message in transcript.messages
        if isinstance(message, ToolResult) and message.fault
        for name in message.fault.split(", ")
    }
    struck = " ".join(limit for transcript, _ in conversations for limit in transcript.limits)

    assert faults == set(FAULTS)
    for setting in (
        "max_turns", "max_calls", "max_repeats", "max_parallel_calls", "tool_timeout_s",
        "conversation_timeout_s", "context_tokens", "rate_limits",
    ):  # fmt: skip
        assert f"settings.{setting}" in struck


def test_no_key_is_in_any_transcript_and_nothing_redactable_in_the_log(held):
    conversations, log = held

    kept = [json.dumps(dump(transcript)) for transcript, _ in conversations]

    assert not any(KEY in text or NAMED_KEY in text for text in kept)
    assert [finding for text in kept[::20] for finding in KEYS.findings(text)] == []
    assert EVERYTHING.findings(log.read_text()) == ()


def test_every_log_line_belongs_to_a_conversation_and_every_conversation_is_told_whole(held):
    conversations, log = held

    with log.open() as file:
        lines = [json.loads(line) for line in file]

    begun = [line["conversation"] for line in lines if line["event"] == "started"]
    ended = [line["conversation"] for line in lines if line["event"] == "ended"]
    ids = {transcript.conversation for transcript, _ in conversations}
    assert len(begun) == len(ended) == len(ids) == len(conversations)
    assert {line["conversation"] for line in lines} == ids

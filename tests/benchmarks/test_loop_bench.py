"""What the loop itself costs for each turn, without a provider."""

import gc
import json
import time

import pytest

from evalkit.cassettes import KEYS
from evalkit.run import Ask, Course, converse
from evalkit.run._log import ConversationLog
from evalkit.run._redacted import without_secrets
from evalkit.suite import load_suite
from evalkit.tools import Toolbox
from evalkit.transcript import Exchange, ToolCall, Transcript, Turn

SUITE = """\
version: 1
system: Be brief.
tools:
  - name: get_order
    parameters:
      type: object
      properties: {order_id: {type: string, pattern: '^A[0-9]+$'}}
      required: [order_id]
      additionalProperties: false
settings: {max_turns: 99, max_calls: 999, rate_limits: {get_order: {calls: 999, per_s: 1}}}
simulate:
  get_order:
    - when: {order_id: A0}
      return: none
    - return: {status: delivered, amount_usd: 47.0}
cases: [{id: a, prompt: Where are my orders?, expect: {recovers: true}}]
"""
TURNS = 40
TARGET_US = 100
"""CPU for each turn; printed beside what was measured."""
MOST = 12
"""How often the JSON of one turn's request could be written and read in the same time."""


def turn(number):
    """A turn with two calls."""
    calls = []
    for half in (1, 2):
        arguments = {"order_id": f"A{2 * number + half}"}
        calls.append(
            ToolCall(
                id=f"c{half}", name="get_order", raw=json.dumps(arguments), arguments=arguments
            )
        )
    return Turn(calls=tuple(calls))


def hold(case, turns):
    """Hold one conversation and make its transcript, as a run does."""
    course = Course()
    log = ConversationLog("c", {}, KEYS)
    conversation = converse(case, Toolbox(case), course)
    request = next(conversation)
    exchanges = []
    for one in turns:
        assert isinstance(request, Ask)
        exchanges.append(Exchange(latency_s=0.1))
        course.now_s += 0.1
        try:
            request = conversation.send(one)
        except StopIteration:
            break
        finally:
            log.heard(course, exchanges)
    transcript = Transcript(
        suite="s", case="c", provider="p", model="m", messages=tuple(course.messages)
    )
    return without_secrets(transcript, KEYS.text)


def cpu_us(work):
    """The least CPU time of several tries, in microseconds."""
    best = float("inf")
    for _ in range(15):
        gc.collect()
        gc.disable()
        began = time.process_time()
        work()
        best = min(best, time.process_time() - began)
        gc.enable()
    return best * 1e6


@pytest.fixture
def case(tmp_path):
    path = tmp_path / "s.yaml"
    path.write_text(SUITE)
    return load_suite(path).cases[0]


def test_a_turn_costs_the_loop_little(case):
    turns = [*map(turn, range(TURNS - 1)), Turn(text="Here they are.")]
    body = {
        "messages": [{"role": "user", "content": "Where are my orders?" * 8}] * 4,
        "tools": [tool.parameters for tool in case.tools] * 4,
    }
    assert len(hold(case, turns).calls) == 2 * (TURNS - 1)

    turn_us = cpu_us(lambda: hold(case, turns)) / TURNS
    floor_us = cpu_us(lambda: [json.loads(json.dumps(body)) for _ in range(100)]) / 100

    print(f"\n{turn_us:.0f} us CPU a turn with two calls (target {TARGET_US}); ", end="")
    print(f"{turn_us / floor_us:.1f} times a request through JSON ({floor_us:.0f} us)")
    assert turn_us / floor_us < MOST


def test_the_time_of_a_turn_does_not_grow_with_the_conversation(case):
    def turn_us(length):
        turns = [*map(turn, range(length - 1)), Turn(text="Here they are.")]
        return cpu_us(lambda: hold(case, turns)) / length

    assert turn_us(80) < 2 * turn_us(20)

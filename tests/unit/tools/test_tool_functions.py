import asyncio
import sys
import threading
import types

import pytest

from evalkit.cassettes import KEYS
from evalkit.errors import PluginFailed
from evalkit.tools import NEVER_S, Answer, FunctionCall, ToolFailed, Workshop, sanitised
from evalkit.tools._functions import _load

KEY = "sk-proj-4f9Aq2Lx7Rt0Vw3Zb8Nc"


@pytest.fixture
def functions(monkeypatch):
    """A module of the user's, with these functions in it."""
    _load.cache_clear()
    module = types.ModuleType("shop_functions")
    monkeypatch.setitem(sys.modules, "shop_functions", module)

    def define(**members):
        vars(module).update(members)

    yield define
    _load.cache_clear()


class Clock:
    """Time that is told in advance."""

    def __init__(self, *times):
        self.times = list(times)

    def __call__(self):
        return self.times.pop(0) if self.times else 0.0


def run(*names, state=None, most=5, timeout_s=5.0, clock=None, **arguments):
    workshop = Workshop(most=most, timeout_s=timeout_s, clock=clock or Clock(), redact=KEYS.text)
    state = {} if state is None else state
    calls = [
        FunctionCall(
            call_id=f"call-{number}",
            function=f"shop_functions:{name}",
            arguments=arguments,
            state=state,
        )
        for number, name in enumerate(names, 1)
    ]
    return asyncio.run(workshop.run(calls))


def test_a_function_gets_the_arguments_and_answers(functions):
    functions(price=lambda arguments, _: {"usd": 2 * arguments["items"]})

    assert run("price", items=3) == (Answer(call_id="call-1", content={"usd": 6}),)


def test_a_coroutine_answers_too(functions):
    async def price(arguments, _):
        await asyncio.sleep(0)
        return arguments

    functions(price=price)

    assert run("price", items=3)[0].content == {"items": 3}


def test_a_function_changes_the_state_of_its_conversation(functions):
    functions(book=lambda arguments, state: state.update(booked=arguments["room"]))
    state = {"guest": "Kim"}

    run("book", state=state, room=7)

    assert state == {"guest": "Kim", "booked": 7}


def test_answers_come_in_the_order_of_the_calls_whichever_is_done_first(functions):
    second_is_done = threading.Event()

    def first(*_):
        second_is_done.wait(5)
        return 1

    def second(*_):
        second_is_done.set()
        return 2

    functions(first=first, second=second)

    assert [answer.content for answer in run("first", "second")] == [1, 2]


def test_no_more_functions_run_at_once_than_allowed(functions):
    lock, running, seen = threading.Lock(), [], []

    def count(*_):
        with lock:
            running.append(1)
            seen.append(len(running))
        with lock:
            running.pop()

    functions(count=count)

    run(*["count"] * 12, most=2)

    assert len(seen) == 12
    assert max(seen) <= 2


def test_a_function_that_hangs_is_given_up_and_left_behind(functions):
    release = threading.Event()
    functions(hang=lambda *_: release.wait(30), quick=lambda *_: "here")

    hung, quick = run("hang", "quick", timeout_s=0.02)
    release.set()

    assert (hung.content, hung.took_s) == (None, NEVER_S)
    assert quick.content == "here"


def test_a_coroutine_that_blocks_its_loop_blocks_no_other(functions):
    release = threading.Event()

    async def hang(*_):
        release.wait(30)

    functions(hang=hang)

    (hung,) = run("hang", timeout_s=0.02)
    release.set()

    assert hung.took_s == NEVER_S


@pytest.mark.parametrize(("ended_s", "took_s"), [(100.9, 0.0), (102.1, 2.0)])
def test_time_is_counted_in_whole_seconds_so_that_a_replay_counts_the_same(
    functions, ended_s, took_s
):
    functions(price=lambda *_: 1)

    (answer,) = run("price", clock=Clock(100.0, ended_s))

    assert answer.took_s == took_s


def test_a_function_fails_as_a_tool_does_by_saying_so(functions):
    def refuse(*_):
        raise ToolFailed(f"the shop rejected {KEY}\n for now", code="closed")

    functions(refuse=refuse)

    (answer,) = run("refuse")

    assert answer.is_error is True
    assert answer.content == {
        "error": {"code": "closed", "message": "the shop rejected [redacted] for now"}
    }


def test_secrets_in_what_a_function_returns_stay_out_of_the_conversation(functions):
    functions(leak=lambda *_: {"config": [KEY, {"api_key": "a1" * 16}]})

    (answer,) = run("leak")

    assert answer.content == {"config": ["[redacted]", {"api_key": "[redacted]"}]}


def raise_(error):
    raise error


@pytest.mark.parametrize(
    ("function", "what"),
    [
        (lambda *_: raise_(KeyError("x")), "shop_functions:f raised KeyError: 'x'"),
        (lambda *_: sys.exit(3), "shop_functions:f raised SystemExit: 3"),
        (lambda *_: raise_(StopIteration()), "shop_functions:f raised StopIteration: "),
        (lambda *_: {1, 2}, "shop_functions:f returned, or left in the state, what is no JSON: "),
        (lambda *_: float("nan"), "shop_functions:f returned, or left in the state"),
        (lambda _, state: state.update(a=object()), "shop_functions:f returned, or left in the"),
        (5, "the simulated tool shop_functions:f is no function"),
    ],
    ids=["crash", "exit", "stop iteration", "set", "nan", "odd state", "no function"],
)
def test_a_mistake_in_a_function_is_its_authors_not_the_models(functions, function, what):
    functions(f=function)

    with pytest.raises(PluginFailed) as failed:
        run("f")

    assert failed.value.what.startswith(what)


@pytest.mark.usefixtures("functions")
@pytest.mark.parametrize("name", ["no_such_module:f", "shop_functions:missing"])
def test_a_function_that_is_not_there_is_named(name):
    workshop = Workshop(most=1, timeout_s=5, clock=Clock(), redact=str)
    call = FunctionCall(call_id="c", function=name, arguments={}, state={})

    with pytest.raises(PluginFailed) as failed:
        asyncio.run(workshop.run([call]))

    assert failed.value.what.startswith(f"the simulated tool {name} cannot be loaded: ")


def test_a_function_cannot_change_later_what_it_answered(functions):
    kept = {"a": 1}
    functions(f=lambda *_: kept)

    (answer,) = run("f")
    kept["a"] = 2

    assert answer.content == {"a": 1}


@pytest.mark.parametrize(
    "message",
    [
        'Traceback (most recent call last):\n  File "a.py", line 1, in f\nKeyError: 1',
        'in f: File "/srv/app/a.py", line 12',
        "Error: no\n    at Shop.refund (shop.js:10:3)",
        "panic: no\nmain.go:12 +0x1d",
    ],
    ids=["python", "frame", "javascript", "go"],
)
def test_a_stack_trace_never_reaches_a_model(message):
    assert sanitised(message, str) == "The tool failed."


def test_a_message_to_a_model_is_one_short_line():
    assert sanitised(f"a\n b\t{'x' * 500}", str) == f"a b {'x' * 296}…"

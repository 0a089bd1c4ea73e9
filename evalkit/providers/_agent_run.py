"""One run of an agent written in Python, which stops at each tool call until it is answered."""

from __future__ import annotations

import asyncio
import inspect
import json
from collections.abc import Callable, Iterator, Mapping
from contextlib import suppress
from contextvars import copy_context
from threading import Thread
from typing import TypeAlias, cast

from evalkit.providers import _shape as shape
from evalkit.providers._agent_tools import Arguments, AsyncTools, Tools
from evalkit.transcript import JsonObject, JsonValue

Function: TypeAlias = "Callable[[list[JsonValue], Tools | AsyncTools], object]"
"""Takes the messages so far and the tools; returns its last word, or a coroutine that does."""


class AgentRun:
    """An agent at work on one line of a user."""

    def __init__(self, function: Function, body: JsonObject, ids: Iterator[str]) -> None:
        self._ids = ids
        self._made: asyncio.Queue[JsonObject | None] = asyncio.Queue()
        self._waiting: dict[str, asyncio.Future[JsonValue]] = {}
        self._task = asyncio.create_task(self._work(function, body))
        self._task.add_done_callback(lambda _: self._made.put_nowait(None))

    @property
    def is_waiting(self) -> bool:
        """Whether calls of the agent's are to be answered before it can go on."""
        return bool(self._waiting)

    def waits_for(self, call_id: str) -> bool:
        return call_id in self._waiting

    async def go_on(self, results: Mapping[str, JsonValue]) -> list[JsonValue]:
        """Hand over results, and return the calls that the agent makes next; none at its end."""
        for call_id, content in results.items():
            waiting = self._waiting.pop(call_id)
            if not waiting.done():  # a call that the agent itself has given up waits no longer
                waiting.set_result(content)
        calls = [await self._made.get()]
        await asyncio.sleep(0)  # calls that were made at once are all there by now
        while not self._made.empty():
            calls.append(self._made.get_nowait())
        if calls[-1] is None:
            self._made.put_nowait(None)
        return [call for call in calls if call is not None]

    async def outcome(self) -> object:
        """Return what the agent returned, or raise what it raised."""
        return await self._task

    def stop(self) -> None:
        """End the run; a call that is waited for raises `CancelledError` in the agent."""
        self._task.cancel()
        for waiting in self._waiting.values():
            waiting.cancel()

    async def _work(self, function: Function, body: JsonObject) -> object:
        messages = cast("list[JsonValue]", body["messages"])
        offered = tuple(shape.objects(body, "tools", "request"))
        if inspect.iscoroutinefunction(function):
            return await function(messages, AsyncTools(offered=offered, ask=self._ask))
        loop = asyncio.get_running_loop()
        tools = Tools(offered=offered, ask=self._ask, loop=loop)
        outcome = await _in_a_thread(lambda: function(messages, tools), loop)
        if isinstance(outcome, BaseException):
            raise outcome
        return outcome

    async def _ask(self, name: str, arguments: Arguments) -> JsonValue:
        copied = json.loads(json.dumps(arguments))  # raises in the agent where it is no JSON
        call_id = next(self._ids)
        answer: asyncio.Future[JsonValue] = asyncio.get_running_loop().create_future()
        self._waiting[call_id] = answer
        self._made.put_nowait({"id": call_id, "name": name, "arguments": copied})
        return await answer


async def _in_a_thread(work: Callable[[], object], loop: asyncio.AbstractEventLoop) -> object:
    """Run a function where it can block nobody; return what it returned or raised.

    The thread is a daemon's: an agent that hangs keeps no run from ending. It has the context of
    the caller, so that requests of the agent's meet the cassette of its case.
    """
    done: asyncio.Future[object] = loop.create_future()

    def run() -> None:
        outcome = _outcome(work)
        with suppress(RuntimeError):  # the loop is closed: nobody waits any more
            loop.call_soon_threadsafe(_settle, done, outcome)

    Thread(target=copy_context().run, args=(run,), name="evalkit agent", daemon=True).start()
    return await done


def _outcome(work: Callable[[], object]) -> object:
    try:
        return work()
    except BaseException as error:  # noqa: BLE001 - one plugin call: told apart by who waits
        return error


def _settle(done: asyncio.Future[object], outcome: object) -> None:
    if not done.done():
        done.set_result(outcome)


def results_in(body: JsonObject) -> dict[str, JsonValue]:
    """Return the results that a body ends with, by the id of their call."""
    messages = shape.objects(body, "messages", "request")
    last = []
    for message in reversed(messages):
        if message["role"] != "tool":
            break
        last.append((shape.string(message, "id"), message["content"]))
    return dict(reversed(last))

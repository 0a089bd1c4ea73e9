"""Functions of the user's that answer for a tool: loaded, run beside the others, and timed."""

from __future__ import annotations

import asyncio
import inspect
import json
from collections.abc import Awaitable, Callable, Sequence
from contextlib import suppress
from functools import lru_cache
from importlib import import_module
from threading import Thread
from typing import TypeAlias

from msgspec import Struct

from evalkit.errors import EvalkitError, PluginFailed
from evalkit.tools._answer import NEVER_S, Answer, failed
from evalkit.tools._sanitise import Redact, redacted, sanitised
from evalkit.transcript import JsonObject, JsonValue

Function: TypeAlias = Callable[[JsonObject, JsonObject], "JsonValue | Awaitable[JsonValue]"]
"""Takes the arguments of a call and the state of the conversation, which it may change."""


class ToolFailed(EvalkitError):
    """What a function raises to fail as a tool does: the model is told, and the case goes on.

    Any other exception is a mistake in the function, and errors the case.
    """

    def __init__(self, what: str, *, code: str = "error") -> None:
        super().__init__(what)
        self.code = code


class FunctionCall(Struct, frozen=True, kw_only=True):
    """A call that a function of the user's answers."""

    call_id: str
    function: str
    """`module:function`."""
    arguments: JsonObject
    state: JsonObject


class Workshop(Struct, frozen=True, kw_only=True):
    """How functions are run."""

    most: int
    """Functions that may run at once."""
    timeout_s: float
    clock: Callable[[], float]
    redact: Redact

    async def run(self, calls: Sequence[FunctionCall]) -> tuple[Answer, ...]:
        """Run the functions; answers come in the order of the calls.

        Raises:
            PluginFailed: a function cannot be loaded, crashed, or returned what is no JSON.
        """
        places = asyncio.Semaphore(self.most)
        try:
            async with asyncio.TaskGroup() as group:
                tasks = [group.create_task(self._answer(call, places)) for call in calls]
        except ExceptionGroup as several:  # one plugin call: the first to fail says it all
            raise several.exceptions[0] from several
        return tuple(task.result() for task in tasks)

    async def _answer(self, call: FunctionCall, places: asyncio.Semaphore) -> Answer:
        async with places:
            began = self.clock()
            try:
                async with asyncio.timeout(self.timeout_s):
                    outcome = await _in_a_thread(_load(call.function), call)
            except TimeoutError:
                return Answer(call_id=call.call_id, content=None, took_s=NEVER_S)
            # Whole seconds, so that a replay, on another machine, counts what the recording did.
            took_s = float(int(self.clock() - began))
        match outcome:
            case ToolFailed(what=what, code=code):
                message = sanitised(what, self.redact)
                return failed(call.call_id, sanitised(code, self.redact), message)
            case BaseException():
                what = f"{call.function} raised {type(outcome).__name__}: {outcome}"
                hint = "raise evalkit.tools.ToolFailed for what the model shall be told"
                raise PluginFailed(what, hint=hint) from outcome
        content = redacted(_json(outcome, call), self.redact)
        return Answer(call_id=call.call_id, content=content, took_s=took_s)


@lru_cache(maxsize=256)
def _load(name: str) -> Function:
    module, _, function = name.partition(":")
    try:
        loaded = getattr(import_module(module), function)
    except Exception as error:  # one plugin call: whatever the import raises is the user's
        raise PluginFailed(
            f"the simulated tool {name} cannot be loaded: {type(error).__name__}: {error}",
            hint="the module must be importable where evalkit runs, as by PYTHONPATH=.",
        ) from error
    if not callable(loaded):
        raise PluginFailed(f"the simulated tool {name} is no function")
    return loaded  # type: ignore[no-any-return]  # the user's function has no static type


async def _in_a_thread(function: Function, call: FunctionCall) -> object:
    """Run a function where it can block nobody; return what it returned or raised.

    The thread is a daemon's: one that hangs is left behind and keeps no run from ending. A
    coroutine gets a loop of its own there, for it may block as well.
    """
    loop = asyncio.get_running_loop()
    done: asyncio.Future[object] = loop.create_future()

    def work() -> None:
        outcome = _outcome(function, call)
        with suppress(RuntimeError):  # the loop is closed: nobody waits any more
            loop.call_soon_threadsafe(_settle, done, outcome)

    Thread(target=work, name=f"evalkit {call.function}", daemon=True).start()
    return await done


def _outcome(function: Function, call: FunctionCall) -> object:
    try:
        value = function(call.arguments, call.state)
        return asyncio.run(_awaited(value)) if inspect.isawaitable(value) else value
    except (Exception, SystemExit) as error:  # noqa: BLE001 - one plugin call: told apart by who waits
        return error


async def _awaited(value: Awaitable[JsonValue]) -> JsonValue:
    return await value


def _settle(done: asyncio.Future[object], outcome: object) -> None:
    if not done.done():
        done.set_result(outcome)


def _json(value: object, call: FunctionCall) -> JsonValue:
    """Return a copy, so that the function cannot change later what it answered."""
    try:
        copy: JsonValue = json.loads(json.dumps(value, allow_nan=False))
        json.dumps(call.state, allow_nan=False)
    except (TypeError, ValueError, RecursionError) as error:
        what = f"{call.function} returned, or left in the state, what is no JSON: {error}"
        raise PluginFailed(what, hint="use dicts, lists, text, numbers, booleans, None") from error
    return copy

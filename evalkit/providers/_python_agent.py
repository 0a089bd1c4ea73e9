"""The way to an agent of the user's in this process: a function that takes messages and tools."""

from __future__ import annotations

import asyncio
import json
import time
import traceback
from collections.abc import Callable
from importlib import import_module
from itertools import count
from typing import TYPE_CHECKING, cast

from evalkit.errors import EvalkitError, ExchangeFailed, PluginFailed, UsageError
from evalkit.providers._agent_run import AgentRun, Function, results_in
from evalkit.providers._api import Reply
from evalkit.providers._provider import Provider
from evalkit.providers._sender import json_bytes
from evalkit.transcript import JsonObject, JsonValue

if TYPE_CHECKING:  # named in a signature only
    import httpx2


LEFT_BEHIND = 100
"""Runs that may wait for results beside those of live conversations: nobody says when one ends."""


def endpoint(provider: Provider) -> str:
    """Return what stands for the address of a function: it has none."""
    return f"python:{provider.model}"


def connect(
    provider: Provider, _api_key: str | None, _transport: httpx2.AsyncBaseTransport | None
) -> AgentSender:
    return AgentSender(provider, _load(provider))


class AgentSender:
    """Runs the agent once for each line of a user, and keeps the runs that wait for results."""

    def __init__(
        self,
        provider: Provider,
        function: Function,
        clock: Callable[[], float] = time.perf_counter,
    ) -> None:
        self._provider = provider
        self._function = function
        self._clock = clock
        self._runs: list[AgentRun] = []
        self._ids = (f"call-{number}" for number in count(1))

    async def send(self, body: JsonObject) -> Reply:
        """Let the agent go on until it makes calls or has its last word.

        Raises:
            PluginFailed: the agent raised, or returned what is no reply.
            ExchangeFailed: it took longer than the provider's `timeout_s`.
        """
        started = self._clock()
        results = results_in(body)
        run = next((r for r in self._runs if all(map(r.waits_for, results))), None)
        if run is None or not results:
            run, results = AgentRun(self._function, body, self._ids), {}
            self._leave_behind()
            self._runs.append(run)
        try:
            async with asyncio.timeout(self._provider.timeout_s):
                reply = await self._reply(run, results)
        except TimeoutError:
            run.stop()
            raise self._late() from None
        return Reply(status=200, body=json_bytes(reply), latency_s=self._clock() - started)

    async def close(self) -> None:
        for run in self._runs:
            run.stop()

    def _leave_behind(self) -> None:
        """Stop the oldest of the waiting runs where there are more than can be alive."""
        waiting = [run for run in self._runs if run.is_waiting]
        for run in waiting[: -LEFT_BEHIND - self._provider.max_concurrency]:
            run.stop()
            self._runs.remove(run)

    async def _reply(self, run: AgentRun, results: dict[str, JsonValue]) -> JsonObject:
        calls = await run.go_on(results)
        if calls:
            return {"calls": calls}
        self._runs.remove(run)
        try:
            said = await run.outcome()
        except EvalkitError:
            raise
        except Exception as error:  # one plugin call: whatever the agent raises is the user's
            raise self._crashed(error) from error
        return self._last_word(said)

    def _last_word(self, said: object) -> JsonObject:
        match said:
            case str() | None:
                return {"text": said or ""}
            case dict() if _is_json(said):
                return cast("JsonObject", said)
            case _:
                raise PluginFailed(
                    f"{self._provider.model} returned {type(said).__name__} that is no reply",
                    where=f"provider {self._provider.name}",
                    hint="return the agent's last words, or a mapping as in docs/agents.md",
                )

    def _crashed(self, error: Exception) -> PluginFailed:
        frame = traceback.extract_tb(error.__traceback__)[-1]
        what = f"{self._provider.model} raised {type(error).__name__}: {error}"
        where = f"provider {self._provider.name}"
        return PluginFailed(what, where=where, hint=f"see {frame.filename}:{frame.lineno}")

    def _late(self) -> ExchangeFailed:
        return ExchangeFailed(
            f"{self._provider.model} gave no answer within {self._provider.timeout_s:g} s",
            where=f"provider {self._provider.name}",
            hint="set the provider's `timeout_s` higher",
        )


def _is_json(value: object) -> bool:
    try:
        json.dumps(value)
    except (TypeError, ValueError, RecursionError):
        return False
    return True


def _load(provider: Provider) -> Function:
    where = f"provider {provider.name}"
    module, colon, name = provider.model.partition(":")
    if not (module and colon and name):
        hint = "write `model: package.module:function`"
        raise UsageError(f"{provider.model!r} names no function", where=where, hint=hint)
    try:
        loaded = getattr(import_module(module), name)
    except Exception as error:  # one plugin call: whatever the import raises is the user's
        raise PluginFailed(
            f"the agent {provider.model} cannot be loaded: {type(error).__name__}: {error}",
            where=where,
            hint="the module must be importable where evalkit runs, as by PYTHONPATH=.",
        ) from error
    if not callable(loaded):
        raise PluginFailed(f"the agent {provider.model} is no function", where=where)
    return cast("Function", loaded)

"""The tools that an agent written in Python is given: each call goes to the suite."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from typing import TypeAlias

from msgspec import Struct

from evalkit.transcript import JsonObject, JsonValue

Arguments: TypeAlias = "JsonObject | str"
"""As an object, or to the letter as a model wrote them."""
Ask: TypeAlias = "Callable[[str, Arguments], Awaitable[JsonValue]]"


class AsyncTools(Struct, frozen=True, kw_only=True):
    """The tools of a case, for an `async def`."""

    offered: tuple[JsonObject, ...]
    """Name, description and parameters of each tool."""
    ask: Ask

    async def call(self, name: str, arguments: Arguments) -> JsonValue:
        """Have a tool called, and return what it answered; errors of a tool are answers, too.

        Calls made at once, as by `asyncio.gather`, count as calls of one turn.
        """
        return await self.ask(name, arguments)


class Tools(Struct, frozen=True, kw_only=True):
    """The tools of a case, for a plain `def`, which runs in a thread of its own."""

    offered: tuple[JsonObject, ...]
    """Name, description and parameters of each tool."""
    ask: Ask
    loop: asyncio.AbstractEventLoop

    def call(self, name: str, arguments: Arguments) -> JsonValue:
        """Have a tool called, and return what it answered; errors of a tool are answers, too."""
        return asyncio.run_coroutine_threadsafe(self._asked(name, arguments), self.loop).result()

    async def _asked(self, name: str, arguments: Arguments) -> JsonValue:
        return await self.ask(name, arguments)

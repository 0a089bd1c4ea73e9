"""How many requests may be under way to one provider, and when the next may start."""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager

SHRINK = 0.7


class Gate:
    """Holds requests back: additive increase, multiplicative decrease, one shared Retry-After.

    After a 429 nobody asks until the provider's time is up, and fewer may ask at once; every
    answer widens the gate again by one part of its width, up to `most`.
    """

    def __init__(
        self,
        most: int,
        *,
        clock: Callable[[], float],
        sleep: Callable[[float], Awaitable[None]],
    ) -> None:
        self._most = most
        self._width = float(most)
        self._inside = 0
        self._closed_until = float("-inf")
        self._waiting: deque[asyncio.Future[None]] = deque()
        self._clock = clock
        self._sleep = sleep

    @asynccontextmanager
    async def passing(self) -> AsyncIterator[None]:
        """Wait for a place, and hold it."""
        await self._enter()
        try:
            yield
        finally:
            self._inside -= 1
            self._wake()

    def answered(self) -> None:
        """Note that the provider answered: the gate widens."""
        self._width = min(self._most, self._width + 1 / self._width)

    def rate_limited(self, retry_after_s: float) -> None:
        """Note a 429: the gate narrows once for each wave, and stays shut for `retry_after_s`."""
        now = self._clock()
        if now >= self._closed_until:
            self._width = max(1.0, self._width * SHRINK)
        self._closed_until = max(self._closed_until, now + retry_after_s)

    async def _enter(self) -> None:
        while True:
            shut_s = self._closed_until - self._clock()
            if shut_s > 0:
                await self._sleep(shut_s)
            elif self._inside < int(self._width):
                self._inside += 1
                return
            else:
                await self._turn()

    async def _turn(self) -> None:
        place = asyncio.get_running_loop().create_future()
        self._waiting.append(place)
        try:
            await place
        except asyncio.CancelledError:
            if place.done() and not place.cancelled():
                self._wake()
            raise

    def _wake(self) -> None:
        free = int(self._width) - self._inside
        while free > 0 and self._waiting:
            place = self._waiting.popleft()
            if not place.done():
                place.set_result(None)
                free -= 1

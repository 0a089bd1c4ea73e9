"""What a run may spend; no request is sent that might pass it."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from msgspec import Struct

from evalkit.errors import BudgetSpent


class Bill(Struct, eq=False):
    """What one request costs: the most it can until it is answered."""

    usd: float


class Purse:
    """Counts requests and money; requests under way count with the most that they can cost."""

    def __init__(self, *, budget_usd: float | None = None, max_requests: int | None = None) -> None:
        self.budget_usd = budget_usd
        self._requests_left = max_requests
        self._spent_usd = 0.0
        self._under_way: list[Bill] = []
        self._settled = asyncio.Condition()

    @property
    def counts_money(self) -> bool:
        return self.budget_usd is not None

    @asynccontextmanager
    async def paying(self, most_usd: float) -> AsyncIterator[Bill]:
        """Set aside the price of a request; what its bill does not take comes back.

        Waits while requests under way may leave enough.

        Raises:
            BudgetSpent: the request must not be sent.
        """
        bill = Bill(most_usd)
        async with self._settled:
            await self._settled.wait_for(lambda: not self._under_way or self._has(most_usd))
            self._take(bill)
        try:
            yield bill
        finally:
            async with self._settled:
                self._under_way.remove(bill)
                self._spent_usd += bill.usd
                self._settled.notify_all()

    def _has(self, usd: float) -> bool:
        set_aside = sum(bill.usd for bill in self._under_way)
        return self.budget_usd is None or self._spent_usd + set_aside + usd <= self.budget_usd

    def _take(self, bill: Bill) -> None:
        if self._requests_left == 0:
            raise BudgetSpent(
                "the run has sent as many requests as it may",
                hint="`evalkit run --resume RUN --max-requests N` holds the rest",
            )
        if not self._has(bill.usd):
            raise BudgetSpent(
                f"this request may cost {bill.usd:.6f} USD, and with it the run more than its "
                f"budget of {self.budget_usd:g} USD",
                hint="`evalkit run --resume RUN --budget-usd USD` holds the rest",
            )
        if self._requests_left is not None:
            self._requests_left -= 1
        self._under_way.append(bill)

"""What a run may spend; no request is sent that might pass it."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from evalkit.errors import BudgetSpent


@dataclass(slots=True)
class Bill:
    """What one request costs: the most it can until it is answered."""

    usd: float


class Purse:
    """Counts requests and money; requests under way count with the most that they can cost."""

    def __init__(self, *, budget_usd: float | None = None, max_requests: int | None = None) -> None:
        self.budget_usd = budget_usd
        self._requests_left = max_requests
        self._committed_usd = 0.0

    @property
    def counts_money(self) -> bool:
        return self.budget_usd is not None

    @contextmanager
    def paying(self, most_usd: float) -> Iterator[Bill]:
        """Set aside the price of a request; what its bill does not take comes back.

        Raises:
            BudgetSpent: the request must not be sent.
        """
        self._check(most_usd)
        if self._requests_left is not None:
            self._requests_left -= 1
        bill = Bill(most_usd)
        self._committed_usd += most_usd
        try:
            yield bill
        finally:
            self._committed_usd += bill.usd - most_usd

    def _check(self, most_usd: float) -> None:
        if self._requests_left == 0:
            raise BudgetSpent(
                "the run has sent as many requests as it may",
                hint="`evalkit run --resume RUN --max-requests N` holds the rest",
            )
        if self.budget_usd is not None and self._committed_usd + most_usd > self.budget_usd:
            raise BudgetSpent(
                f"this request may cost {most_usd:.6f} USD, and with it the run more than its "
                f"budget of {self.budget_usd:g} USD",
                hint="`evalkit run --resume RUN --budget-usd USD` holds the rest",
            )

import asyncio

import pytest

from evalkit.errors import BudgetSpent
from evalkit.run import Purse


async def pay(purse, most_usd, usd=None):
    async with purse.paying(most_usd) as bill:
        await asyncio.sleep(0)
        if usd is not None:
            bill.usd = usd


def paid(purse, *bills):
    """Pay one after the other; tell how many were paid until the purse refused."""

    async def pay_all():
        for number, bill in enumerate(bills):
            try:
                await pay(purse, *bill)
            except BudgetSpent:
                return number
        return len(bills)

    return asyncio.run(pay_all())


@pytest.mark.parametrize(
    ("limits", "bills", "sent"),
    [
        pytest.param({}, [(9.0, 9.0)] * 3, 3, id="nothing is limited"),
        pytest.param({"max_requests": 2}, [(0.0,)] * 3, 2, id="requests"),
        pytest.param({"max_requests": 0}, [(0.0,)], 0, id="no request at all"),
        pytest.param({"budget_usd": 1.0}, [(0.5, 0.5)] * 3, 2, id="money, to the cent"),
        pytest.param({"budget_usd": 1.0}, [(0.9, 0.1)] * 3, 2, id="what may be spent counts"),
        pytest.param({"budget_usd": 1.0}, [(0.6,)] * 2, 1, id="no bill costs the most"),
        pytest.param({"budget_usd": 1.0}, [(float("inf"), 0.0)], 0, id="no price"),
        pytest.param({"budget_usd": 0.0}, [(0.0, 0.0)] * 2, 2, id="for nothing"),
    ],
)
def test_a_purse_pays_until_the_next_request_might_pass_its_limit(limits, bills, sent):
    assert paid(Purse(**limits), *bills) == sent


def test_a_request_waits_for_what_others_may_leave():
    async def pay_at_once():
        purse = Purse(budget_usd=1.0)
        return await asyncio.gather(*(pay(purse, 0.9, 0.01) for _ in range(8)))

    assert asyncio.run(pay_at_once()) == [None] * 8


def test_a_request_that_fails_counts_as_the_most_it_may_cost():
    purse = Purse(budget_usd=1.0)

    async def fail():
        async with purse.paying(0.6):
            raise TimeoutError

    with pytest.raises(TimeoutError):
        asyncio.run(fail())

    assert paid(purse, (0.6,)) == 0


def test_requests_at_once_never_pass_the_limit_together():
    async def pay_at_once():
        purse = Purse(budget_usd=1.0)
        return await asyncio.gather(*(pay(purse, 0.3) for _ in range(9)), return_exceptions=True)

    assert asyncio.run(pay_at_once()).count(None) == 3

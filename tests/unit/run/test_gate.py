import asyncio

from evalkit.run._gate import Gate


class Clock:
    """Time that passes only when somebody sleeps."""

    def __init__(self):
        self.now = 0.0
        self.slept = []

    def __call__(self):
        return self.now

    async def sleep(self, seconds):
        self.slept.append(seconds)
        self.now = max(self.now, self.now + seconds)
        await asyncio.sleep(0)


def test_no_more_requests_than_the_gate_is_wide_are_under_way():
    clock = Clock()
    gate = Gate(3, clock=clock, sleep=clock.sleep)
    under_way = []
    seen = []

    async def request():
        async with gate.passing():
            under_way.append(1)
            seen.append(len(under_way))
            await asyncio.sleep(0)
            under_way.pop()

    async def ten():
        await asyncio.gather(*(request() for _ in range(10)))

    asyncio.run(ten())

    assert len(seen) == 10
    assert max(seen) == 3


def test_after_a_429_nobody_asks_before_the_provider_said_so():
    clock = Clock()
    gate = Gate(8, clock=clock, sleep=clock.sleep)
    gate.rate_limited(2.5)

    async def request():
        async with gate.passing():
            return clock.now

    started = asyncio.run(request())

    assert started == 2.5


def test_a_wave_of_429s_narrows_the_gate_once():
    clock = Clock()
    gate = Gate(10, clock=clock, sleep=clock.sleep)

    for _ in range(5):
        gate.rate_limited(1.0)

    assert gate._width == 7.0


def test_the_gate_never_closes_for_good_and_widens_again_with_answers():
    clock = Clock()
    gate = Gate(4, clock=clock, sleep=clock.sleep)
    for wave in range(50):
        clock.now = wave * 10.0
        gate.rate_limited(1.0)
    narrow = gate._width

    for _ in range(20):
        gate.answered()

    assert narrow == 1.0
    assert gate._width == 4.0


def test_a_request_that_is_cancelled_while_it_waits_gives_its_place_on():
    clock = Clock()
    gate = Gate(1, clock=clock, sleep=clock.sleep)
    order = []

    async def request(name, hold):
        async with gate.passing():
            order.append(name)
            await hold.wait()

    async def three():
        hold = asyncio.Event()
        first = asyncio.create_task(request("first", hold))
        second = asyncio.create_task(request("second", hold))
        third = asyncio.create_task(request("third", hold))
        await asyncio.sleep(0)
        second.cancel()
        hold.set()
        await asyncio.gather(first, second, third, return_exceptions=True)

    asyncio.run(three())

    assert order == ["first", "third"]

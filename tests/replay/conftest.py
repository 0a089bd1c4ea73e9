"""The recorded example suites, replayed once for all tests here."""

import asyncio
import socket
from pathlib import Path

import pytest

from evalkit.cassettes import Mode
from evalkit.config import load_config
from evalkit.run import Selection
from evalkit.session import Session
from evalkit.suite import load_suites

ROOT = Path(__file__).parents[2]


@pytest.fixture(scope="session")
def results():
    """Every case for every provider, replayed while no socket can be opened."""
    config = load_config(ROOT / "evalkit.yaml", environ={})

    async def replay():
        async with Session(config, Mode.NONE, config.providers) as session:
            jobs = Selection().jobs(load_suites([ROOT / "suites"]), config.providers)
            return [result async for result in session.results(jobs)]

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(socket.socket, "connect", _no_network)
        return asyncio.run(replay())


def _no_network(_socket, address):
    raise AssertionError(f"a replay reached for {address}")

"""Values and doubles that the tests of the protocols share."""

from __future__ import annotations

import gzip
import json
import os
from collections.abc import Callable
from pathlib import Path

import httpx2
import pytest

from evalkit.suite import Tool

WEATHER_SCHEMA = {
    "type": "object",
    "properties": {"city": {"type": "string"}},
    "required": ["city"],
}


@pytest.fixture
def weather() -> Tool:
    return Tool(name="get_weather", description="Weather now.", parameters=WEATHER_SCHEMA)


@pytest.fixture
def rows() -> Callable[[str], list[dict]]:
    """Read a file of recorded replies, from the folder that EVALKIT_TEST_DATA names."""
    folder = os.environ.get("EVALKIT_TEST_DATA")
    if not folder:
        pytest.skip("EVALKIT_TEST_DATA names no folder of recorded replies")

    def read(name: str) -> list[dict]:
        with gzip.open(Path(folder) / f"{name}.jsonl.gz", "rt", encoding="utf-8") as lines:
            return [json.loads(line) for line in lines]

    return read


class Wire(httpx2.AsyncBaseTransport):
    """A server that answers every request alike, and keeps what it was asked."""

    def __init__(
        self, answer: Callable[[httpx2.Request], httpx2.Response | Exception] | None = None
    ) -> None:
        self.requests: list[httpx2.Request] = []
        self._answer = answer or (lambda _: httpx2.Response(200, json={"answered": True}))

    async def handle_async_request(self, request: httpx2.Request) -> httpx2.Response:
        await request.aread()
        self.requests.append(request)
        answer = self._answer(request)
        if isinstance(answer, Exception):
            raise answer
        return answer


@pytest.fixture
def wire() -> type[Wire]:
    return Wire

import asyncio
import json
from collections.abc import Callable, Mapping
from pathlib import Path
from textwrap import dedent

import httpx2
import pytest

from evalkit.simulator import Script, load_script, transport


@pytest.fixture
def script(tmp_path: Path) -> Callable[[str], Script]:
    """Loads the script that has these lines below its version."""

    def load(lines: str) -> Script:
        path = tmp_path / "shop.yaml"
        path.write_text("version: 1\n" + dedent(lines), encoding="utf-8")
        return load_script(path)

    return load


@pytest.fixture
def post() -> Callable[..., httpx2.Response]:
    """Sends one body to a script, in this process."""

    def send(script: Script, path: str, body: Mapping[str, object] | bytes) -> httpx2.Response:
        content = body if isinstance(body, bytes) else json.dumps(body).encode()

        async def exchange() -> httpx2.Response:
            async with httpx2.AsyncClient(transport=transport(script)) as client:
                return await client.post(f"http://simulator{path}", content=content)

        return asyncio.run(exchange())

    return send

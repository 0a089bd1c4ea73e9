"""Files of ours under vcrpy and pytest-recording, and theirs under evalkit."""

from __future__ import annotations

import asyncio
import gzip
import os
import subprocess
import sys
from pathlib import Path

import httpx2
import pytest
import vcr
import yaml
from openai import AsyncOpenAI

from evalkit.cassettes import Mode, Taping, open_cassette, playing, sync_transport, transport
from evalkit.errors import UsageError

MISSING = Taping(mode=Mode.MISSING)
MESSAGES = [{"role": "user", "content": "Weather in Paris?"}]
TOKEN = "Bearer sk-proj-1234567890abcdefghijkl"

RECORDING_TEST = """
import httpx2, pytest

@pytest.mark.vcr
def test_weather():
    assert httpx2.post("{url}/v1/chat", json={{"q": "Paris"}}).json() == {{"answer": "21 degrees"}}
"""


def record(path, url, body):
    with (
        open_cassette(path, MISSING) as cassette,
        playing(cassette),
        httpx2.Client(transport=sync_transport()) as client,
    ):
        return client.post(f"{url}/v1/chat", json=body)


def replay(path, url, body):
    with (
        open_cassette(path) as cassette,
        playing(cassette),
        httpx2.Client(transport=sync_transport()) as client,
    ):
        return client.post(f"{url}/v1/chat", json=body)


def run_pytest(folder: Path, *options: str) -> str:
    command = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", *options]
    environment = {**os.environ, "PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1"}
    done = subprocess.run(
        [*command, "-p", "pytest_recording.plugin", str(folder)],
        cwd=folder,
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )
    return done.stdout


def test_vcrpy_replays_a_file_of_ours_through_an_sdk(tmp_path, provider, openai_body):
    provider.answer(openai_body)
    path = tmp_path / "case.yaml"

    async def ask(http_client):
        async with AsyncOpenAI(
            base_url=provider.url, api_key="k", http_client=http_client
        ) as client:
            return await client.chat.completions.create(model="gpt", messages=MESSAGES)

    with open_cassette(path, MISSING) as cassette, playing(cassette):
        recorded = asyncio.run(ask(httpx2.AsyncClient(transport=transport())))
    with vcr.use_cassette(
        str(path), record_mode="none", match_on=["method", "uri", "body"]
    ) as theirs:
        replayed = asyncio.run(ask(None))

    assert replayed == recorded
    assert theirs.all_played
    assert len(provider.requests) == 1


def test_vcrpy_sees_the_bytes_of_a_difficult_body(tmp_path, provider):
    body = {"text": "  \x85\u2028\x7f\r\n😀 \\ud83d"}
    provider.answer(body)
    path = tmp_path / "case.yaml"
    recorded = record(path, provider.url, body).content

    with vcr.use_cassette(str(path), record_mode="none", match_on=["body"]):
        replayed = httpx2.post(f"{provider.url}/v1/chat", json=body).content

    assert replayed == recorded


def test_pytest_recording_replays_a_file_of_ours(tmp_path, provider):
    provider.answer({"answer": "21 degrees"})
    record(tmp_path / "cassettes/test_it/test_weather.yaml", provider.url, {"q": "Paris"})
    (tmp_path / "test_it.py").write_text(RECORDING_TEST.format(url=provider.url))

    output = run_pytest(tmp_path, "--block-network")

    assert "1 passed" in output
    assert len(provider.requests) == 1


def test_a_file_of_vcrpy_is_replayed(tmp_path, provider):
    provider.answer({"answer": "21 degrees"})
    path = tmp_path / "theirs.yaml"
    with vcr.use_cassette(str(path)):
        httpx2.post(
            f"{provider.url}/v1/chat", json={"q": "Paris"}, headers={"Authorization": TOKEN}
        )

    answer = replay(path, "https://elsewhere.example", {"q": "Paris"})

    assert answer.json() == {"answer": "21 degrees"}
    assert len(provider.requests) == 1


def test_a_file_of_pytest_recording_is_replayed(tmp_path, provider):
    provider.answer({"answer": "21 degrees"})
    (tmp_path / "test_it.py").write_text(RECORDING_TEST.format(url=provider.url))
    assert "1 passed" in run_pytest(tmp_path, "--record-mode=once")

    answer = replay(tmp_path / "cassettes/test_it/test_weather.yaml", provider.url, {"q": "Paris"})

    assert answer.json() == {"answer": "21 degrees"}
    assert len(provider.requests) == 1


def test_a_compressed_body_of_vcrpy_is_replayed_unpacked(tmp_path, provider):
    packed = gzip.compress(b'{"answer": "21 degrees"}')
    provider.send(packed, **{"Content-Encoding": "gzip"})
    path = tmp_path / "theirs.yaml"
    with vcr.use_cassette(str(path)):
        httpx2.post(f"{provider.url}/v1/chat", json={"q": "Paris"})
    assert b"!!binary" in path.read_bytes()

    answer = replay(path, provider.url, {"q": "Paris"})

    assert answer.json() == {"answer": "21 degrees"}
    assert "content-encoding" not in answer.headers


def test_repeated_requests_of_a_foreign_file_are_played_in_its_order(tmp_path, provider):
    for n in (1, 2):
        provider.answer({"n": n})
    path = tmp_path / "theirs.yaml"
    with vcr.use_cassette(str(path), record_mode="all"):
        for _ in (1, 2):
            httpx2.post(f"{provider.url}/v1/chat", json={"q": "Paris"})

    with (
        open_cassette(path) as cassette,
        playing(cassette, trial=3),
        httpx2.Client(transport=sync_transport()) as client,
    ):
        numbers = [client.post("http://x/v1/chat", json={"q": "Paris"}).json() for _ in (1, 2)]

    assert numbers == [{"n": 1}, {"n": 2}]


def test_adding_to_a_foreign_file_takes_the_secrets_out_of_it(tmp_path, provider):
    provider.answer({"answer": "21 degrees"}, **{"Set-Cookie": "session=topsecret"})
    path = tmp_path / "theirs.yaml"
    with vcr.use_cassette(str(path)):
        httpx2.post(f"{provider.url}/v1/chat", json={}, headers={"Authorization": TOKEN})
    assert TOKEN in path.read_text()

    record(path, provider.url, {"q": "Oslo"})

    assert len(yaml.safe_load(path.read_text())["interactions"]) == 2
    assert TOKEN not in path.read_text()
    assert "topsecret" not in path.read_text()


@pytest.mark.parametrize("use", ["transport", "sync_transport"])
def test_recording_under_an_active_cassette_of_vcrpy_is_refused(use, tmp_path, provider):
    async def ask_async():
        async with httpx2.AsyncClient(transport=transport()) as client:
            await client.post(f"{provider.url}/v1/chat", json={})

    def ask():
        if use == "transport":
            asyncio.run(ask_async())
        else:
            record(tmp_path / "ours.yaml", provider.url, {})

    with (
        pytest.raises(UsageError, match="a cassette of vcrpy is active"),
        vcr.use_cassette(str(tmp_path / "theirs.yaml")),
        open_cassette(tmp_path / "ours.yaml", MISSING) as cassette,
        playing(cassette),
    ):
        ask()

    assert provider.requests == []
    assert list(tmp_path.iterdir()) == []

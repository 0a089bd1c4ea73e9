import asyncio
import time

import httpx2
import pytest
from hypothesis import given
from hypothesis import strategies as st

from evalkit.cassettes import (
    Answered,
    Asked,
    Facts,
    Mode,
    Recording,
    Taping,
    Timing,
    open_cassette,
    playing,
    sync_transport,
    transport,
)
from evalkit.cassettes._pace import paced

ASKED = Asked(method="POST", url="http://x/v1", body=b'{"stream":true}')
STREAM = {"content-type": ("text/event-stream",)}


def recording(body=b"abcdef", **facts):
    return Recording(asked=ASKED, answered=Answered(status=200, body=body), facts=Facts(**facts))


@pytest.mark.parametrize(
    ("facts", "speed", "pieces"),
    [
        pytest.param({"chunks": ((0.5, 2), (1.5, 6))}, None, [(0, b"abcdef")], id="at once"),
        pytest.param(
            {"chunks": ((0.5, 2), (1.5, 6))}, 1.0, [(0.5, b"ab"), (1.0, b"cdef")], id="as it came"
        ),
        pytest.param(
            {"chunks": ((0.5, 2), (1.5, 6))}, 2.0, [(0.25, b"ab"), (0.5, b"cdef")], id="twice"
        ),
        pytest.param({"latency_s": 3.0}, 1.0, [(3.0, b"abcdef")], id="no stream"),
        pytest.param({}, 1.0, [(0, b"abcdef")], id="nothing is known"),
        pytest.param(
            {"chunks": ((0.5, 2),)}, 1.0, [(0.5, b"ab"), (0, b"cdef")], id="an edited body"
        ),
        pytest.param(
            {"chunks": ((1.0, 2), (0.5, 6))}, 1.0, [(1.0, b"ab"), (0, b"cdef")], id="edited times"
        ),
    ],
)
def test_a_replay_comes_in_the_pieces_and_at_the_times_it_was_recorded(facts, speed, pieces):
    assert list(paced(recording(**facts), speed)) == pieces


@given(
    st.binary(max_size=50),
    st.lists(st.tuples(st.floats(0, 9), st.integers(0, 60)), max_size=6).map(tuple),
    st.none() | st.floats(0.1, 100),
)
def test_whatever_the_times_say_the_body_is_whole(body, chunks, speed):
    sizes = sorted(size for _, size in chunks)
    marks = tuple((second, size) for (second, _), size in zip(chunks, sizes, strict=True))

    pieces = list(paced(recording(body, chunks=marks), speed))

    assert b"".join(piece for _, piece in pieces) == body
    assert all(pause_s >= 0 for pause_s, _ in pieces)


@pytest.fixture
def tape(tmp_path):
    """A stream that took 0.2 s, of which half before its first word."""
    path = tmp_path / "case.yaml"
    timing = Timing(latency_s=0.2, first_token_s=0.1, chunks=((0.1, 6), (0.2, 20)))
    answer = Answered(status=200, headers=STREAM, body=b"data: hello\n\n[DONE]\n")
    with open_cassette(path, Taping(mode=Mode.ALL)) as cassette:
        cassette.record(ASKED, answer, 0, timing)
    return path


def send_sync(cassette):
    with playing(cassette), httpx2.Client(transport=sync_transport()) as client:
        return read(client.stream("POST", ASKED.url, content=ASKED.body))


def read(opened):
    with opened as response:
        return [(time.perf_counter(), piece) for piece in response.iter_raw()]


def send_async(cassette):
    async def send():
        with playing(cassette):
            async with (
                httpx2.AsyncClient(transport=transport()) as client,
                client.stream("POST", ASKED.url, content=ASKED.body) as response,
            ):
                return [(time.perf_counter(), piece) async for piece in response.aiter_raw()]

    return asyncio.run(send())


@pytest.mark.parametrize("send", [send_sync, send_async])
def test_a_client_waits_for_a_paced_stream_as_for_the_provider(send, tape):
    started = time.perf_counter()
    (first, one), (last, two) = send(open_cassette(tape, Taping(speed=2.0)))

    assert (one, two) == (b"data: ", b"hello\n\n[DONE]\n")
    assert first - started >= 0.05
    assert last - first >= 0.045


@pytest.mark.parametrize("send", [send_sync, send_async])
def test_without_a_speed_a_stream_comes_at_once(send, tape):
    ((_, body),) = send(open_cassette(tape))

    assert body == b"data: hello\n\n[DONE]\n"

"""Many cases, many processes, and processes that are killed."""

from __future__ import annotations

import asyncio
import os
import random
import signal
import subprocess
import sys
from itertools import islice

import httpx2
import pytest

from evalkit.cassettes import (
    Answered,
    Asked,
    Mode,
    Taping,
    Timing,
    cassette_path,
    open_cassette,
    playing,
    recover,
    transport,
)
from evalkit.cassettes._journal import journals
from evalkit.errors import CassetteMiss, CassetteWriteFailed

MISSING = Taping(mode=Mode.MISSING)

RECORDER = """
import sys, time
from pathlib import Path
from evalkit.cassettes import *

path, name, count, pause = Path(sys.argv[1]), sys.argv[2], int(sys.argv[3]), sys.argv[4]
with open_cassette(path, Taping(mode=Mode.MISSING)) as cassette:
    for n in range(count):
        asked = Asked(method="POST", url="http://x/v1", body={"from": name, "n": n})
        assert cassette.play(asked, 0) is None
        cassette.record(asked, Answered(status=200, body=b'{"n": %d}' % n), 0, Timing())
        print(n, flush=True)
    if pause == "before close":
        time.sleep(60)
"""


def recorder(path, name, count, pause="never"):
    command = [sys.executable, "-c", RECORDER, str(path), name, str(count), pause]
    return subprocess.Popen(command, stdout=subprocess.PIPE, text=True)


def asked(**body):
    return Asked(method="POST", url="http://x/v1", body=body)


def numbers(path):
    with open_cassette(path) as cassette:
        return [int(each.answered.body[6:-1]) for each in cassette.recordings]


def test_two_hundred_cases_at_once_keep_to_their_own_files(tmp_path):
    async def reply(request):
        await asyncio.sleep(0)
        return httpx2.Response(200, json={"echo": request.content.decode()})

    def path(n):
        return cassette_path(tmp_path, suite="s", provider="p", model="m", case=f"case-{n}")

    async def case(client, n, mode):
        with open_cassette(path(n), Taping(mode=mode)) as cassette, playing(cassette):
            return [
                (await client.post("http://x/v1", json={"n": n, "i": i})).json() for i in (0, 1)
            ]

    async def run(mode, provider):
        async with httpx2.AsyncClient(transport=transport(provider)) as client:
            return await asyncio.gather(*(case(client, n, mode) for n in range(200)))

    recorded = asyncio.run(run(Mode.MISSING, httpx2.MockTransport(reply)))
    replayed = asyncio.run(run(Mode.NONE, None))

    assert replayed == recorded
    assert recorded[7] == [{"echo": '{"n":7,"i":0}'}, {"echo": '{"n":7,"i":1}'}]
    assert len(list(tmp_path.rglob("*.yaml"))) == 200


def test_four_processes_record_into_one_file_and_lose_nothing(tmp_path):
    path = tmp_path / "case.yaml"
    processes = [recorder(path, name, 50) for name in "abcd"]
    for process in processes:
        process.communicate()

    assert [process.returncode for process in processes] == [0] * 4
    assert sorted(numbers(path)) == sorted([*range(50)] * 4)
    assert list(tmp_path.iterdir()) == [path]


@pytest.mark.parametrize("answers", [1, 17, 50])
def test_a_killed_process_loses_no_answer_it_was_given(answers, tmp_path):
    path = tmp_path / "case.yaml"
    with recorder(path, "a", 50, "before close") as process:
        seen = [int(process.stdout.readline()) for _ in range(answers)]
        process.send_signal(signal.SIGKILL)

    with open_cassette(path, MISSING) as cassette:
        kept = [cassette.play(asked(**{"from": "a", "n": n}), 0) for n in seen]

    assert [each.answered.body for each in kept] == [b'{"n": %d}' % n for n in seen]
    assert list(tmp_path.iterdir()) == [path]


MERGER = """
import sys
from pathlib import Path
from evalkit.cassettes import *

for n in range(1000):
    with open_cassette(Path(sys.argv[1]), Taping(mode=Mode.MISSING)) as cassette:
        asked = Asked(method="POST", url="http://x/v1", body={"n": n})
        cassette.record(asked, Answered(status=200, body=b'{"n": %d}' % n), 0, Timing())
        print(n, flush=True)
"""


@pytest.mark.parametrize("answers", [1, 2, 3, 5, 8, 13, 21])
def test_a_process_killed_while_it_saves_leaves_a_whole_file(answers, tmp_path):
    path = tmp_path / "case.yaml"
    command = [sys.executable, "-c", MERGER, str(path)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        seen = [int(process.stdout.readline()) for _ in range(answers)]
        process.send_signal(signal.SIGKILL)

    recover(path)

    assert numbers(path)[:answers] == seen
    assert list(tmp_path.iterdir()) == [path]


PAYER = """
import sys
from pathlib import Path
from evalkit.cassettes import *

for case in range(3):
    path = Path(sys.argv[1]) / f"{case}.yaml"
    with open_cassette(path, Taping(mode=Mode.MISSING)) as cassette:
        for n, size in enumerate([20, 300, 5_000, 60_000, 1_000_000]):
            asked = Asked(method="POST", url="http://x/v1", body={"n": n})
            if cassette.play(asked, 0) is None:
                cassette.record(asked, Answered(status=200, body=b"x" * size), 0, Timing())
                print(case, n, flush=True)
"""


def paid(folder, stop_after=None):
    """Record three cases; tell which answers were paid for, up to a kill."""
    command = [sys.executable, "-c", PAYER, str(folder)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        lines = list(islice(process.stdout, stop_after))
        if stop_after is not None:
            process.send_signal(signal.SIGKILL)
    return lines


@pytest.mark.parametrize("answers", sorted(random.Random(7).sample(range(1, 15), 6)))
def test_after_a_kill_the_next_run_pays_only_for_the_rest(answers, tmp_path):
    had = paid(tmp_path, stop_after=answers)

    rest = paid(tmp_path)

    sizes = [
        [len(each.answered.body) for each in open_cassette(tmp_path / f"{case}.yaml").recordings]
        for case in range(3)
    ]
    assert set(had).isdisjoint(rest)
    assert sizes == [[20, 300, 5_000, 60_000, 1_000_000]] * 3


def test_the_draft_of_a_killed_process_is_swept_up(tmp_path):
    path = tmp_path / "case.yaml"
    crashed_journal(path)
    (tmp_path / ".case.yaml.0a1b2c3d.tmp").write_text("half a fi")

    recover(path)

    assert list(tmp_path.iterdir()) == [path]


def test_the_journal_of_a_living_process_is_left_alone(tmp_path):
    path = tmp_path / "case.yaml"
    with recorder(path, "a", 3, "before close") as process:
        for _ in range(3):
            process.stdout.readline()
        recovered = recover(path)
        alive = journals(path)
        process.kill()

    assert recovered == 0
    assert len(alive) == 1
    assert recover(path) == 3


def crashed_journal(path):
    with recorder(path, "a", 3, "before close") as process:
        for _ in range(3):
            process.stdout.readline()
        process.kill()
    (journal,) = journals(path)
    return journal


def test_a_journal_that_was_merged_but_not_deleted_is_not_merged_twice(tmp_path):
    path = tmp_path / "case.yaml"
    journal = crashed_journal(path)
    written = journal.read_bytes()
    recover(path)
    journal.write_bytes(written)

    recover(path)

    assert numbers(path) == [0, 1, 2]


@pytest.mark.parametrize(
    ("lost", "kept"),
    [
        pytest.param(1, [0, 1, 2], id="only the end of the line"),
        pytest.param(2, [0, 1], id="the last quote"),
        pytest.param(200, [0, 1], id="half an answer"),
        pytest.param(700, [0], id="more than one"),
    ],
)
def test_the_torn_end_of_a_journal_is_skipped(lost, kept, tmp_path):
    path = tmp_path / "case.yaml"
    journal = crashed_journal(path)
    os.truncate(journal, journal.stat().st_size - lost)

    recovered = recover(path)

    assert recovered == len(kept)
    assert numbers(path) == kept


def test_replaying_writes_nothing_but_tells_of_an_unfinished_recording(tmp_path):
    path = tmp_path / "case.yaml"
    journal = crashed_journal(path)

    with pytest.raises(CassetteMiss, match="an unfinished recording lies beside it"):
        open_cassette(path).play(asked(n=1), 0)

    assert list(tmp_path.iterdir()) == [journal]


def test_nothing_is_asked_where_nothing_can_be_saved(tmp_path):
    (tmp_path / "suite").write_text("a file where a folder should be")
    cassette = open_cassette(tmp_path / "suite/case.yaml", Taping(mode=Mode.ALL))

    with pytest.raises(CassetteWriteFailed) as refused:
        cassette.play(asked(n=1), 0)

    folder = str(tmp_path / "suite")
    said = f"a recording cannot be saved, so nobody was asked: {folder!r} is not a folder"
    assert refused.value.what == said


def test_answers_outlive_a_cassette_that_somebody_broke_meanwhile(tmp_path):
    path = tmp_path / "case.yaml"
    cassette = open_cassette(path, MISSING)
    cassette.play(asked(n=1), 0)
    cassette.record(asked(n=1), Answered(status=200, body=b'{"n": 1}'), 0, Timing())
    path.write_text("interactions: {")

    with pytest.raises(CassetteWriteFailed, match=str(journals(path)[0])):
        cassette.close()

    assert journals(path)[0].read_bytes().count(b"\n") == 1


TOO_LARGE = "File too large"
FULL = """
import resource, sys
from pathlib import Path
from evalkit.cassettes import *

def grow_to(size):
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, resource.RLIM_INFINITY))

def answer(cassette, n, size):
    asked = Asked(method="POST", url="http://x/v1", body={"n": n})
    if cassette.play(asked, 0) is None:
        print("asked", n)
        cassette.record(asked, Answered(status=200, body=b"x" * size), 0, Timing())

path, taping = Path(sys.argv[1]), Taping(mode=Mode.MISSING)
"""
"""A disk that is full as soon as a file has grown to some size."""


def on_a_full_disk(path, lines):
    words = [sys.executable, "-c", FULL + lines, str(path)]
    run = subprocess.run(words, capture_output=True, text=True, check=False)
    return run.stdout.splitlines(), run.stderr


def test_what_a_full_disk_cannot_merge_is_taken_over_once_there_is_room(tmp_path):
    path = tmp_path / "case.yaml"

    asked, _ = on_a_full_disk(
        path,
        "with open_cassette(path, taping) as cassette: answer(cassette, 0, 4000)\n"
        "for again in range(2):\n"
        "    try:\n"
        "        with open_cassette(path, taping) as cassette:\n"
        "            grow_to(6000)\n"
        "            answer(cassette, 1, 4000)\n"
        "    except Exception as error: print(type(error).__name__, error.what)\n"
        "grow_to(10 ** 6)\n"
        "with open_cassette(path, taping) as cassette: answer(cassette, 1, 4000)\n",
    )

    assert asked == [
        "asked 0",
        "asked 1",
        f"CassetteWriteFailed a recording cannot be saved: {TOO_LARGE}",
        f"CassetteWriteFailed what an earlier run recorded cannot be saved: {TOO_LARGE}",
    ]
    assert [len(each.answered.body) for each in open_cassette(path).recordings] == [4000, 4000]
    assert list(tmp_path.iterdir()) == [path]


def test_an_answer_that_does_not_fit_into_the_journal_hides_none_that_follows(tmp_path):
    path = tmp_path / "case.yaml"

    on_a_full_disk(
        path,
        "import os\n"
        "cassette = open_cassette(path, taping)\n"
        "answer(cassette, 0, 100)\n"
        "grow_to(3000)\n"
        "try: answer(cassette, 1, 4000)\n"
        "except Exception: answer(cassette, 2, 100)\n"
        "os._exit(0)\n",
    )
    recover(path)

    assert [each.asked.body for each in open_cassette(path).recordings] == [
        b'{"n": 0}',
        b'{"n": 2}',
    ]


WINDOWS = """
import sys
import httpx2, pydantic, re2, yaml
sys.platform = "win32"
sys.modules["fcntl"] = None
from pathlib import Path
from evalkit.cassettes import *

path, asked = Path(sys.argv[1]), Asked(method="POST", url="http://x/v1", body={"n": 0})
for mode in (Mode.NONE, Mode.MISSING):
    with open_cassette(path, Taping(mode=mode)) as cassette:
        print(cassette.play(asked, 0).answered.body.decode())
with open_cassette(path.with_name("new.yaml"), Taping(mode=Mode.MISSING)) as cassette:
    cassette.play(asked, 0)
"""


def test_windows_replays_and_refuses_to_record_before_anybody_is_asked(tmp_path):
    path = tmp_path / "case.yaml"
    with open_cassette(path, MISSING) as cassette:
        cassette.record(asked(n=0), Answered(status=200, body=b"hello"), 0, Timing())

    words = [sys.executable, "-c", WINDOWS, str(path)]
    run = subprocess.run(words, capture_output=True, text=True, check=False)

    assert run.stdout == "hello\nhello\n"
    assert run.stderr.endswith(
        f"{tmp_path} cannot be locked: under Windows cassettes are only replayed\n"
        "  hint: record under Linux, macOS or WSL\n"
    )
    assert list(tmp_path.iterdir()) == [path]

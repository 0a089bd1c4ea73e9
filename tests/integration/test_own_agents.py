"""docs/agents.md, run as it is printed."""

import re
import socket
import subprocess
import sys
import time
from pathlib import Path

import pytest

from evalkit.results import Status
from evalkit.runfile import read_run
from evalkit.simulator import load_script, serve

PAGE = Path(__file__).parents[2] / "docs/agents.md"


@pytest.fixture
def printed(empty_project):
    """A project of the page's files, each named in the first line of its block."""
    for name, text in re.findall(r"```\w+\n# (\S+)\n(.*?)```", PAGE.read_text(), re.DOTALL):
        empty_project.write(name, text)
    return empty_project


def statuses(project):
    results = read_run(project.folder / ".evalkit/latest.jsonl").results
    return {(r.provider, r.case): r.status for r in results}


def test_the_printed_function_passes_the_printed_suite(printed):
    run = printed.evalkit(
        "run", "--provider", "function", "--allow-python", PYTHONPATH=str(printed.folder)
    )

    assert run.returncode == 0, run.stdout + run.stderr
    assert statuses(printed) == {
        ("function", "status"): Status.PASSED,
        ("function", "no-number"): Status.PASSED,
    }


def test_without_a_word_of_trust_no_function_runs(printed):
    printed.write("shop_agent.py", "raise SystemExit('this must not run')")

    run = printed.evalkit("run", "--provider", "function", PYTHONPATH=str(printed.folder))

    assert run.returncode == 2
    assert "provider function: asking it runs code of yours, shop_agent:answer" in run.stderr
    assert "--allow-python" in run.stderr


def test_a_function_on_the_command_line_needs_the_word_as_well(printed):
    run = printed.evalkit("run", "--provider", "python:os:abort")

    assert run.returncode == 2
    assert "provider os:abort: asking it runs code of yours, os:abort" in run.stderr


def test_pytest_runs_a_function_only_when_it_may(printed):
    words = ("suites/orders.yaml", "--evalkit-provider", "function", "-q")

    refused = printed.pytest(*words, PYTHONPATH=str(printed.folder))
    allowed = printed.pytest(*words, "--evalkit-allow-python", PYTHONPATH=str(printed.folder))

    assert "asking it runs code of yours" in refused.stdout
    assert "2 passed" in allowed.stdout


def test_an_estimate_of_what_a_run_asks_runs_no_function(printed):
    printed.write("shop_agent.py", "raise SystemExit('this must not run')")

    run = printed.evalkit(
        *("run", "--provider", "function", "--allow-python", "--record", "missing", "--dry-run"),
        PYTHONPATH=str(printed.folder),
    )

    assert "this must not run" not in run.stdout + run.stderr
    assert run.returncode == 0


def test_a_function_that_crashes_errors_its_case(printed):
    printed.write("shop_agent.py", "def answer(messages, tools):\n    return messages[9]\n")

    run = printed.evalkit(
        "run", "--provider", "function", "--allow-python", PYTHONPATH=str(printed.folder)
    )

    assert run.returncode == 3
    assert set(statuses(printed).values()) == {Status.ERRORED}
    assert "shop_agent:answer raised IndexError" in run.stdout


ASKING = """
import os
from evalkit.cassettes import {transport}
from openai import {client}, {http}

client = {client}(
    base_url=os.environ["MODEL_URL"] + "/v1",
    api_key="none",
    http_client={http}(transport={transport}()),
)


{define} answer(messages, tools):
    reply = {wait}client.chat.completions.create(model="m", messages=messages)
    return reply.choices[0].message.content
"""
KINDS = [
    pytest.param(
        {
            "transport": "transport",
            "client": "AsyncOpenAI",
            "http": "DefaultAsyncHttpxClient",
            "define": "async def",
            "wait": "await ",
        },
        id="async",
    ),
    pytest.param(
        {
            "transport": "sync_transport",
            "client": "OpenAI",
            "http": "DefaultHttpxClient",
            "define": "def",
            "wait": "",
        },
        id="in its thread",
    ),
]


@pytest.mark.parametrize("words", KINDS)
def test_the_agents_own_requests_are_recorded_and_replayed_while_it_runs_anew(words, printed):
    printed.write("shop_agent.py", ASKING.format(**words))
    script = printed.write(
        "model.yaml",
        "version: 1\nrules: [{when: {user: A8472}, answer: It is delivered.},"
        " {answer: Which order number?}]\n",
    )
    suite = printed.folder / "suites/orders.yaml"
    no_call = suite.read_text().replace(
        "      calls:\n        - get_order: {order_id: A8472}\n", "      no_call: true\n"
    )
    suite.write_text(no_call)
    command = ("run", "--provider", "function", "--allow-python")
    home = str(printed.folder)

    with serve(load_script(script)) as url:
        first = printed.evalkit(*command, "--record", "missing", PYTHONPATH=home, MODEL_URL=url)
    replayed = printed.evalkit(*command, PYTHONPATH=home, MODEL_URL=url)

    assert (first.returncode, replayed.returncode) == (0, 0), first.stdout + replayed.stdout
    assert len([*printed.folder.glob("cassettes/orders/*/*.yaml")]) == 2


def test_the_printed_server_passes_and_is_replayed_when_it_is_gone(printed):
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    for name in ("evalkit.yaml", "shop_server.py"):
        path = printed.folder / name
        path.write_text(path.read_text().replace("8765", str(port)))
    server = subprocess.Popen(
        [sys.executable, "shop_server.py"], cwd=printed.folder, stderr=subprocess.DEVNULL
    )
    try:
        _wait_for(port)
        live = printed.evalkit("run", "--provider", "endpoint", "--record", "missing")
    finally:
        server.terminate()
        server.wait()
    replayed = printed.evalkit("run", "--provider", "endpoint")

    assert (live.returncode, replayed.returncode) == (0, 0), live.stdout + live.stderr
    assert set(statuses(printed).values()) == {Status.PASSED}


def _wait_for(port):
    deadline = time.monotonic() + 10
    while time.monotonic() < deadline:
        with socket.socket() as client:
            if client.connect_ex(("127.0.0.1", port)) == 0:
                return
    raise AssertionError("the printed server does not listen")

"""`--evalkit-block-network`: what may still be reached, and what a test is told."""

from __future__ import annotations

import pytest

BLOCKED = "--evalkit-block-network"
REACHING = """\
import asyncio, socket, threading
from http.server import BaseHTTPRequestHandler, HTTPServer
from urllib.request import urlopen

import pytest

from evalkit import EvalkitError
from evalkit.errors import NetworkBlocked


@pytest.mark.parametrize("address", [("192.0.2.1", 9), ("2001:db8::1", 9, 0, 0)])
def test_address(address):
    family = socket.AF_INET if len(address) == 2 else socket.AF_INET6
    with socket.socket(family) as one, pytest.raises(NetworkBlocked, match=address[0]):
        one.connect(address)


def test_datagram():
    with socket.socket(type=socket.SOCK_DGRAM) as one, pytest.raises(NetworkBlocked):
        one.sendto(b"hi", ("192.0.2.1", 9))


@pytest.mark.parametrize("name", ["provider.invalid", b"provider.invalid"])
def test_name(name):
    with pytest.raises(NetworkBlocked, match="provider.invalid"):
        socket.getaddrinfo(name, 443)


def test_event_loop():
    async def connect():
        await asyncio.open_connection("provider.invalid", 443)

    with pytest.raises(NetworkBlocked):
        asyncio.run(connect())


class Hello(BaseHTTPRequestHandler):
    def do_GET(self):
        self.send_response(204)
        self.end_headers()


def test_this_machine():
    with HTTPServer(("127.0.0.1", 0), Hello) as server:
        threading.Thread(target=server.handle_request).start()
        assert urlopen(f"http://localhost:{server.server_port}").status == 204


def test_a_pair_of_sockets():
    one, other = socket.socketpair()
    one.sendall(b"hi")
    assert other.recv(2) == b"hi"
    one.close()
    other.close()
"""


def test_nothing_reaches_another_machine_and_this_one_stays_within_reach(empty_project):
    empty_project.write("test_reaching.py", REACHING)

    run = empty_project.pytest(BLOCKED, "-q")

    assert run.stdout.splitlines()[-1].startswith("8 passed")


@pytest.mark.parametrize("spread", [[], ["-n", "2"]], ids=["alone", "two workers"])
def test_what_is_recorded_replays_and_what_is_not_is_told(project, spread):
    project.write(
        "evalkit.yaml",
        "providers:\n  careful: {api: openai-chat, model: careful}\n"
        "  gpt: {api: openai-chat, model: gpt, base_url: 'https://provider.invalid/v1'}\n",
    )

    cases = [f"suites/greetings.yaml::hello[{name}]" for name in ("careful", "gpt")]
    run = project.pytest(*cases, "--evalkit-record", "missing", BLOCKED, *spread)

    assert "1 passed, 1 error" in run.stdout
    assert "NetworkBlocked: --evalkit-block-network: a connection to provider.invalid" in run.stdout


def test_an_sdk_lets_the_refusal_through(empty_project):
    empty_project.write(
        "test_agent.py",
        "def test_ask(evalkit):\n    evalkit.openai().responses.create(model='gpt', input='hi')\n",
    )

    run = empty_project.pytest(
        BLOCKED, "--evalkit-record", "missing", "-q", OPENAI_API_KEY="sk-none", NO_PROXY="*"
    )

    assert "a connection to api.openai.com was refused" in run.stdout
    assert "hint: record what the test needs first" in run.stdout
    assert "APIConnectionError" not in run.stdout


def test_a_test_within_pytest_that_blocks_leaves_the_network_as_it_was(empty_project):
    empty_project.write(
        "test_outer.py",
        "import socket\n"
        "import pytest\n\n"
        "pytest_plugins = ['pytester']\n\n"
        "def test_inner(pytester):\n"
        "    pytester.makepyfile('def test_a(): pass')\n"
        f"    assert pytester.runpytest_inprocess('{BLOCKED}').ret == 0\n"
        "    with pytest.raises(socket.gaierror):\n"
        "        socket.getaddrinfo('provider.invalid', 443)\n",
    )

    run = empty_project.pytest("-q")

    assert run.returncode == 0, run.stdout


def test_it_lives_beside_the_flag_of_pytest_recording(empty_project):
    empty_project.write("test_a.py", "def test_a(): pass\n")

    run = empty_project.pytest(BLOCKED, "--block-network", "-q")

    assert run.returncode == 0

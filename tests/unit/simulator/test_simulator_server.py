import http.client
import json
import os
import signal
import socket
import subprocess
import sys
from pathlib import Path
from urllib.parse import urlsplit

import anthropic
import openai
import pytest

from evalkit.errors import ExitCode, UsageError
from evalkit.simulator import serve

HELLO = [{"role": "user", "content": "hello"}]


def openai_client(url, **more):
    return openai.OpenAI(base_url=f"{url}/v1", api_key="none", max_retries=0, **more)


def anthropic_client(url):
    return anthropic.Anthropic(base_url=url, api_key="none", max_retries=0)


def test_the_openai_client_gets_calls_to_the_letter(script):
    shop = script("""
        api: openai-chat
        rules:
          - answer: {calls: [{name: get_weather, raw: '{"location": "Köln"'}], stop: stop}
    """)

    with serve(shop) as url, openai_client(url) as client:
        reply = client.chat.completions.create(model="hasty", messages=HELLO)

    choice = reply.choices[0]
    assert reply.model == "hasty"
    assert choice.finish_reason == "stop"
    assert choice.message.tool_calls[0].function.arguments == '{"location": "Köln"'


def test_the_anthropic_client_gets_parsed_calls(script):
    shop = script("rules: [{answer: {calls: [{name: get_weather, arguments: {location: Oslo}}]}}]")

    with serve(shop) as url, anthropic_client(url) as client:
        reply = client.messages.create(model="careful", messages=HELLO, max_tokens=9)

    assert reply.stop_reason == "tool_use"
    assert reply.content[0].name == "get_weather"
    assert reply.content[0].input == {"location": "Oslo"}


def test_both_clients_raise_their_own_errors_for_scripted_failures(script):
    shop = script("rules: [{answer: {status: 429, error: Slow down, headers: {Retry-After: 1}}}]")

    with serve(shop) as url, openai_client(url) as chat, anthropic_client(url) as claude:
        with pytest.raises(openai.RateLimitError, match="Slow down") as limited:
            chat.chat.completions.create(model="m", messages=HELLO)
        with pytest.raises(anthropic.RateLimitError, match="Slow down"):
            claude.messages.create(model="m", messages=HELLO, max_tokens=9)

    assert limited.value.response.headers["retry-after"] == "1"


def test_a_server_error_heals_when_the_script_says_so(script):
    shop = script("rules: [{answers: [{status: 500}, Hi again]}]")

    with serve(shop) as url, openai_client(url) as client:
        with pytest.raises(openai.InternalServerError):
            client.chat.completions.create(model="m", messages=HELLO)
        reply = client.chat.completions.create(model="m", messages=HELLO)

    assert reply.choices[0].message.content == "Hi again"


def test_a_client_without_any_sdk_needs_nothing_but_http(script):
    with serve(script("rules: [{answer: Hi}]")) as url:
        connection = http.client.HTTPConnection(urlsplit(url).netloc, timeout=5)
        connection.request(
            "POST", "/v1/chat/completions", json.dumps({"model": "m", "messages": HELLO})
        )
        reply = connection.getresponse()
        body = json.load(reply)
        connection.close()

    assert (reply.status, reply.headers["content-type"]) == (200, "application/json")
    assert body["choices"][0]["message"]["content"] == "Hi"


def test_a_huge_body_over_the_wire_is_answered_and_not_cut_off(script):
    with serve(script("rules: [{answer: Hi}]")) as url:
        connection = http.client.HTTPConnection(urlsplit(url).netloc, timeout=5)
        connection.request("POST", "/v1/messages", b" " * (17 * 1024 * 1024))
        reply = connection.getresponse()
        body = json.load(reply)
        connection.close()

    assert reply.status == 413
    assert body["error"]["type"] == "request_too_large"


def test_no_other_machine_can_reach_it(script):
    with serve(script("rules: [{answer: Hi}]")) as url:
        host, port = urlsplit(url).hostname, urlsplit(url).port
        with socket.socket() as elsewhere:
            # 127.0.0.2 is this machine under another address: a server on 0.0.0.0 would answer.
            refused = elsewhere.connect_ex(("127.0.0.2", port))

    assert host == "127.0.0.1"
    assert refused != 0


def test_a_port_that_is_taken_is_a_usage_error(script):
    shop = script("rules: [{answer: Hi}]")

    with (
        serve(shop) as url,
        pytest.raises(UsageError, match=r"cannot listen on 127\.0\.0\.1") as told,
        serve(shop, port=urlsplit(url).port),
    ):
        pass

    assert told.value.hint == "port 0 takes any free one"
    assert told.value.exit_code is ExitCode.USAGE


def test_a_port_that_does_not_exist_is_a_usage_error(script):
    shop = script("rules: [{answer: Hi}]")

    with pytest.raises(UsageError, match="there is no port 70000"), serve(shop, port=70000):
        pass


def test_serving_without_uvicorn_says_what_to_install(script, monkeypatch):
    shop = script("rules: [{answer: Hi}]")
    monkeypatch.setitem(sys.modules, "uvicorn", None)

    with pytest.raises(UsageError, match="serving a simulator needs uvicorn") as told, serve(shop):
        pass

    assert told.value.hint == "pip install 'evalkit[simulator]'"


def test_leaving_the_block_closes_the_port(script):
    with serve(script("rules: [{answer: Hi}]")) as url:
        pass

    with socket.socket() as late:
        assert late.connect_ex(("127.0.0.1", urlsplit(url).port)) != 0


def test_a_client_that_never_ends_its_request_does_not_hold_up_the_end(script):
    with serve(script("rules: [{answer: Hi}]")) as url:
        stalled = socket.create_connection(("127.0.0.1", urlsplit(url).port))
        stalled.sendall(b"POST /v1/messages HTTP/1.1\r\nHost: x\r\nContent-Length: 9\r\n\r\n{")
        with openai_client(url) as client:
            client.chat.completions.create(model="m", messages=HELLO)

    with stalled, socket.socket() as late:
        assert late.connect_ex(("127.0.0.1", urlsplit(url).port)) != 0


@pytest.mark.skipif(os.name == "nt", reason="Ctrl-C of one child cannot be sent on Windows")
def test_it_runs_until_interrupted_and_prints_nothing_of_its_own(tmp_path: Path):
    path = tmp_path / "greeter.yaml"
    path.write_text("version: 1\nrules: [{answer: Hi}]\n", encoding="utf-8")
    program = (
        "import sys; from pathlib import Path\n"
        "from evalkit.simulator import load_script, run_forever\n"
        "tell = lambda url: print(url, flush=True)\n"
        "try: run_forever(load_script(Path(sys.argv[1])), 0, tell)\n"
        "except KeyboardInterrupt: sys.exit(130)\n"
    )
    with subprocess.Popen(
        [sys.executable, "-c", program, str(path)],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    ) as child:
        url = child.stdout.readline().strip()
        with openai_client(url) as client:
            reply = client.chat.completions.create(model="m", messages=HELLO)
        child.send_signal(signal.SIGINT)
        out, err = child.communicate(timeout=10)

    assert reply.choices[0].message.content == "Hi"
    assert (child.returncode, out, err) == (130, "", "")

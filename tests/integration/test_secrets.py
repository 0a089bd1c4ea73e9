"""A key that is planted anywhere is found in no file that evalkit writes, and by `scan`."""

import base64
import gzip
import json
import re
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import httpx2
import pytest

from evalkit.cassettes import (
    Mode,
    Redaction,
    Taping,
    open_cassette,
    playing,
    scan_file,
    sync_transport,
)
from evalkit.runfile import read_run

RANDOM = "Zk29LqPw7RtYx81VbNc4Mf63JdHs5GaQ"
KEYS = {
    "Anthropic": f"sk-ant-api03-{RANDOM}",
    "OpenAI": f"sk-proj-{RANDOM}",
    "Cerebras": f"csk-{RANDOM}",
    "Google": f"AIza{RANDOM}xyz",
    "Groq": f"gsk_{RANDOM}",
    "xAI": f"xai-{RANDOM}",
    "Hugging Face": f"hf_{RANDOM}",
    "Perplexity": f"pplx-{RANDOM}",
    "AWS": "AKIA" + "Z29LQPW7RTYX81VB",
    "Bedrock": f"ABSK{RANDOM}{RANDOM}",
    "GitHub": f"ghp_{RANDOM}",
    "GitHub, fine-grained": f"github_pat_{RANDOM}",
    "GitLab": f"glpat-{RANDOM}",
    "Stripe": f"sk_live_{RANDOM}",
    "Slack": f"xoxb-{RANDOM}",
    "JSON web token": f"eyJhbGciOiJIUzI1NiJ9.eyJ{RANDOM}.{RANDOM}",
    "bearer": f"Bearer {RANDOM}",
    "named": f"api_key={RANDOM}",
}
SECRET = "correct horse battery"
"""A key without a shape; known only because a configured variable holds it."""

KIND = pytest.mark.parametrize("key", KEYS.values(), ids=KEYS.keys())


def secret_part(key):
    """What must not be seen; the words before it may be."""
    return RANDOM if key.startswith(("Bearer", "api_key")) else key


def everything_in(path):
    """Return what a file says, with all that is packed in it unpacked."""
    text = path.read_bytes().decode("utf-8", "replace")
    packed = re.findall(r"(?<![A-Za-z0-9+/])H4sI[A-Za-z0-9+/]+=*", text)
    blocks = re.findall(r"!!binary \|(?:\n|\\n)((?: +[A-Za-z0-9+/=]+(?:\n|\\n))+)", text)
    parts = [gzip.decompress(base64.b64decode(each)) for each in packed]
    parts += [base64.b64decode("".join(each.replace("\\n", "").split())) for each in blocks]
    return "\n".join([text, *(part.decode("utf-8", "replace") for part in parts)])


@KIND
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8, then a byte that is none"])
def test_a_key_is_in_no_cassette_and_in_no_journal(key, encoding, tmp_path):
    tail = b"" if encoding == "utf-8" else b"\xff"

    def reply(request):
        echo = json.dumps({"said": key, "heard": dict(request.headers)}).encode()
        return httpx2.Response(200, headers={"x-echo": key, "set-cookie": key}, content=echo + tail)

    path = tmp_path / "case.yaml"
    taping = Taping(mode=Mode.MISSING, redaction=Redaction([SECRET]))
    with open_cassette(path, taping) as cassette, playing(cassette):
        with httpx2.Client(transport=sync_transport(httpx2.MockTransport(reply))) as client:
            client.post(
                f"http://user:{SECRET.replace(' ', '')}@x/v1",
                params={"key": key, "q": key, "named": SECRET},
                headers={"authorization": key, "x-other": key},
                json={"ask": key, "also": SECRET, "nested": json.dumps({"again": key})},
            )
        journals = [everything_in(each) for each in tmp_path.glob(".*partial*")]
    written = [*journals, everything_in(path)]

    assert len(journals) == 1
    assert [secret_part(key) in each for each in written] == [False, False]
    assert [SECRET in each or SECRET.replace(" ", "") in each for each in written] == [False] * 2


class Echo(BaseHTTPRequestHandler):
    """Answers with whatever it was sent, keys included; refuses and breaks off where asked to."""

    def do_POST(self):
        body = self.rfile.read(int(self.headers["Content-Length"])).decode()
        if "break off" in body:
            self.connection.close()
            return
        said = f"{body} {dict(self.headers)}"
        status, answer = (401, refused(said)) if "refuse" in body else (200, answered(said))
        raw = json.dumps(answer).encode()
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(raw)))
        self.send_header("X-Echo", self.headers["Authorization"])
        self.end_headers()
        self.wfile.write(raw)

    def log_message(self, *_):
        pass


def refused(said):
    return {"error": {"message": f"Incorrect API key provided: {said}", "type": "invalid"}}


def answered(said):
    call = {"name": "look", "arguments": json.dumps({"at": said})}
    message = {
        "role": "assistant",
        "content": said,
        "tool_calls": [{"id": "call_1", "type": "function", "function": call}],
    }
    choice = {"index": 0, "finish_reason": "tool_calls", "message": message}
    usage = {"prompt_tokens": 1, "completion_tokens": 1, "total_tokens": 2}
    return {"id": "c1", "model": "m", "choices": [choice], "usage": usage}


@pytest.fixture
def echo():
    server = ThreadingHTTPServer(("127.0.0.1", 0), Echo)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}/v1"
    server.shutdown()
    server.server_close()
    thread.join()


def suite_with(words):
    look = {"name": "look", "description": words, "parameters": {"type": "object"}}
    expect = {"calls": [{"look": {"at": {"$contains": words}}}], "answer": {"$contains": words}}
    prompts = {"plain": words, "refused": f"refuse {words}", "broken": f"break off {words}"}
    cases = [{"id": name, "prompt": text, "expect": expect} for name, text in prompts.items()]
    return json.dumps(
        {"version": 1, "suite": "s", "system": words, "tools": [look], "cases": cases}
    )


def test_no_key_is_in_any_file_or_line_of_a_run(empty_project, echo):
    all_keys = " ".join(KEYS.values())
    empty_project.write("suites/s.yaml", suite_with(f"{all_keys} {SECRET}"))
    empty_project.write(
        "evalkit.yaml",
        "secrets: [MY_SECRET]\n"
        f"providers: {{p: {{api: openai-chat, model: m, base_url: '{echo}', timeout_s: 5,"
        f" options: {{headers: {{x-own: '{KEYS['Groq']}'}}}}}}}}\n",
    )
    written = ("suites/s.yaml", "evalkit.yaml")
    environ = {"OPENAI_API_KEY": "no-shape-" + RANDOM, "MY_SECRET": SECRET}

    run = empty_project.evalkit(
        "run", "--record", "missing", "-o", "run.jsonl", "--report", "reports", **environ
    )
    bare = empty_project.evalkit("run", "-o", "replay.jsonl", "--report", "again", **environ)
    csv = empty_project.evalkit("report", "run.jsonl", "--format", "csv")
    shown = empty_project.evalkit("cassettes", "show", *_cassettes(empty_project), **environ)

    files = [
        path
        for path in empty_project.folder.rglob("*")
        if path.is_file() and str(path.relative_to(empty_project.folder)) not in written
    ]
    texts = {str(path.relative_to(empty_project.folder)): everything_in(path) for path in files}
    for name, each in (("run", run), ("replay", bare), ("csv", csv), ("show", shown)):
        texts |= {f"{name} stdout": each.stdout, f"{name} stderr": each.stderr}
    secrets = {*map(secret_part, KEYS.values()), SECRET, environ["OPENAI_API_KEY"]}
    leaks = {(name, secret) for name, text in texts.items() for secret in secrets if secret in text}
    assert leaks == set()
    assert {"run.jsonl", "reports/index.html", "again/report.md"} <= texts.keys()
    results = read_run(empty_project.folder / "run.jsonl").results
    assert {r.case: r.status for r in results} == {
        "plain": "failed",
        "refused": "errored",
        "broken": "errored",
    }
    (said,) = (turn.text for result in results for turn in result.transcript.turns)
    assert "[redacted]" in said


def _cassettes(project):
    return [str(path) for path in (project.folder / "cassettes").rglob("*.yaml")]


def test_a_recording_is_found_by_whoever_has_no_key_or_another_one(empty_project, echo):
    empty_project.write("suites/s.yaml", suite_with("look there"))
    config = "providers: {p: {api: openai-chat, model: m, base_url: '%s'}}\n"
    empty_project.write("evalkit.yaml", config % echo)
    only = ("run", "--case", "plain", "-o")
    empty_project.evalkit(*only, "a.jsonl", "--record", "missing", OPENAI_API_KEY=SECRET)

    empty_project.evalkit(*only, "b.jsonl", OPENAI_API_KEY="")
    empty_project.evalkit(*only, "c.jsonl", OPENAI_API_KEY="another-" + RANDOM)

    first, *others = (
        [(r.status, r.verdicts) for r in read_run(empty_project.folder / f"{name}.jsonl").results]
        for name in "abc"
    )
    assert others == [first, first]


def test_an_error_of_the_command_line_repeats_no_key(empty_project):
    empty_project.write("evalkit.yaml", f"providers: {{p: {{api: {KEYS['OpenAI']}, model: m}}}}\n")

    run = empty_project.evalkit("run")

    assert run.returncode == 2
    assert KEYS["OpenAI"] not in run.stdout + run.stderr


PLACES = {
    "suite.yaml": "cases:\n  - {{id: a, prompt: 'use {key}'}}\n",
    "run.jsonl": '{{"result": {{"text": "\\u0075se {key}"}}}}\n',
    "report.md": "| answer | `{key}` |\n",
    "log.txt": "Authorization: {key}\n",
    "header.yaml": "interactions:\n- request:\n    headers:\n      x-any: ['{key}']\n",
    "query.yaml": "interactions:\n- request:\n    uri: https://x/v1?q={key}\n",
    "body.yaml": 'interactions:\n- request:\n    body: "{{\\"a\\":\\"{key}\\"}}"\n',
    "response.yaml": "interactions:\n- response:\n    body:\n      string: |-\n        {key}\n",
}


@KIND
def test_a_planted_key_is_found_in_every_kind_of_file(key, tmp_path):
    for name, text in PLACES.items():
        (tmp_path / name).write_text(text.format(key=key))
    page = base64.b64encode(gzip.compress(f'{{"text":"{key}"}}'.encode())).decode()
    (tmp_path / "report.html").write_text(f"<script>{page}</script>\n")
    block = base64.b64encode(b"\xff " + key.encode()).decode()
    lines = f"string: !!binary |\n        {block}\n  evalkit:\n"
    (tmp_path / "binary.yaml").write_text(lines)
    (tmp_path / ".journal").write_text(json.dumps(lines) + "\n")

    found = {path.name: scan_file(path) for path in tmp_path.iterdir()}

    assert [name for name, findings in found.items() if not findings] == []
    shown = [each.excerpt for findings in found.values() for each in findings]
    assert not [excerpt for excerpt in shown if secret_part(key) in excerpt]


def test_a_secret_of_a_variable_is_found_by_its_value(tmp_path):
    path = tmp_path / "report.md"
    path.write_text(f"it said\n{SECRET}\n")

    (found,) = scan_file(path, Redaction([SECRET]))

    assert (found.rule, found.line, found.column) == ("configured secret", 2, 1)


@pytest.mark.parametrize(
    ("text", "rule"),
    [
        ("    uri: https://x/v1?token=plainword\n", "secret in an address"),
        ("    uri: https://me:plainword@x/v1\n", "secret in an address"),
        ("    uri: https://x/v1\n    headers: {X-Api-Key: [plainword]}\n", "header x-api-key"),
    ],
)
def test_a_secret_without_a_shape_is_found_in_a_cassette_by_its_place(text, rule, tmp_path):
    path = tmp_path / "case.yaml"
    response = "  response: {status: {code: 200, message: OK}, headers: {}, body: {string: ''}}\n"
    request = f"- request:\n    method: GET\n    body: null\n{text}"
    if "headers" not in text:
        request += "    headers: {}\n"
    path.write_text(f"version: 1\ninteractions:\n{request}{response}")

    assert [found.rule for found in scan_file(path)] == [rule]

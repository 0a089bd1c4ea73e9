"""A secret that a stream delivers in pieces."""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from evalkit.cassettes import (
    Answered,
    Asked,
    Mode,
    Personal,
    Redaction,
    Taping,
    Timing,
    open_cassette,
    scan_file,
)
from evalkit.cassettes._pieces import clean_body
from evalkit.providers import find_api, read_body

KEY = "sk-proj-Ab1cdefghijklmnopqrstuvwx-yz0123456789ABCDEF"
NAMED = 'correct "horse" battéry'
REDACTION = Redaction([NAMED], [Personal.CARD, Personal.EMAIL])
STREAM = {"content-type": ("text/event-stream",)}


def sse(*events):
    return "".join(f"data: {json.dumps(event)}\n\n" for event in events).encode()


def chat(*deltas):
    chunks = [
        {"id": "c", "model": "m", "choices": [{"index": 0, "delta": delta, "finish_reason": None}]}
        for delta in deltas
    ]
    chunks[-1]["choices"][0]["finish_reason"] = "stop"
    return sse(*chunks) + b"data: [DONE]\n\n"


def chat_text(pieces):
    return chat(*({"content": piece} for piece in pieces))


def chat_call(pieces):
    first = {
        "index": 0,
        "id": "call_1",
        "type": "function",
        "function": {"name": "look", "arguments": pieces[0]},
    }
    rest = ({"index": 0, "function": {"arguments": piece}} for piece in pieces[1:])
    return chat(*({"tool_calls": [call]} for call in (first, *rest)))


def messages(block, deltas):
    start = {"id": "m", "role": "assistant", "model": "m", "content": [], "usage": {}}
    return sse(
        {"type": "message_start", "message": start},
        {"type": "content_block_start", "index": 0, "content_block": block},
        *({"type": "content_block_delta", "index": 0, "delta": delta} for delta in deltas),
        {"type": "content_block_stop", "index": 0},
        {"type": "message_delta", "delta": {"stop_reason": "end_turn"}, "usage": {}},
        {"type": "message_stop"},
    )


def messages_text(pieces):
    deltas = ({"type": "text_delta", "text": piece} for piece in pieces)
    return messages({"type": "text", "text": ""}, deltas)


def messages_call(pieces):
    deltas = ({"type": "input_json_delta", "partial_json": piece} for piece in pieces)
    return messages({"type": "tool_use", "id": "t", "name": "look", "input": {}}, deltas)


def responses_call(pieces):
    arguments = "".join(pieces)
    item = {"type": "function_call", "id": "i", "call_id": "c", "name": "look", "arguments": ""}
    done = {**item, "arguments": arguments}
    place = {"item_id": "i", "output_index": 0}
    return sse(
        {"type": "response.output_item.added", "output_index": 0, "item": item},
        *(
            {"type": "response.function_call_arguments.delta", **place, "delta": piece}
            for piece in pieces
        ),
        {"type": "response.output_item.done", "output_index": 0, "item": done},
        {
            "type": "response.completed",
            "response": {"id": "r", "model": "m", "status": "completed", "output": [done]},
        },
    )


WIRES = {
    "chat text": ("openai-chat", chat_text),
    "chat arguments": ("openai-chat", chat_call),
    "messages text": ("anthropic", messages_text),
    "messages arguments": ("anthropic", messages_call),
    "responses arguments": ("openai-responses", responses_call),
}
EVERY_WIRE = pytest.mark.parametrize(("api", "stream"), WIRES.values(), ids=WIRES)


def cut(text, size):
    return [text[at : at + size] for at in range(0, len(text), size)]


def said(api, body):
    """Return all that a stream says, as it is decoded: text and raw arguments."""
    found = find_api(api)
    turn = found.decode(read_body(found, body))
    return (turn.text or "") + "".join(call.raw or "" for call in turn.calls)


def pieces_in(body):
    """Return every string of a stream, in its order, as one text."""
    return "".join(
        piece
        for line in body.decode().splitlines()
        if line.startswith("data: {")
        for piece in strings(json.loads(line[6:]))
    )


def strings(value):
    if isinstance(value, str):
        return [value]
    inner = value.values() if isinstance(value, dict) else value if isinstance(value, list) else ()
    return [text for each in inner for text in strings(each)]


@EVERY_WIRE
@pytest.mark.parametrize("size", [1, 3, 7, 20, 40])
def test_a_key_in_pieces_is_in_neither_the_pieces_nor_what_they_say(api, stream, size):
    body = stream(cut(json.dumps({"key": f"it is {KEY}, yes"}), size))

    clean = clean_body(body, REDACTION)

    assert said(api, clean) == '{"key": "it is [redacted], yes"}'
    assert not any(part in pieces_in(clean) for part in cut(KEY[8:], 8))


@EVERY_WIRE
def test_a_named_secret_in_pieces_is_taken_out_of_json_within_json(api, stream):
    body = stream(cut(json.dumps({"key": NAMED}), 5))

    clean = clean_body(body, REDACTION)

    assert said(api, clean) == '{"key": "[redacted]"}'
    assert "horse" not in pieces_in(clean)


@pytest.mark.parametrize(
    ("pieces", "redacted"),
    [
        (["Bear", "er Abcdefgh", "12345678.x, done"], "Bearer [redacted], done"),
        (["mail bob@", "example.", "com now"], "mail [redacted] now"),
        (["4111 1111", " 1111 1111"], "1111 1111 1111 1111"),
        (["-----BEGIN PRIV", "ATE KEY-----\nMII", "abc\n-----END PRIVATE KEY-----"], "[redacted]"),
        (
            [f"one {KEY[:9]}", f"{KEY[9:]} and {KEY[:30]}", KEY[30:]],
            "one [redacted] and [redacted]",
        ),
    ],
)
def test_whatever_is_redacted_in_one_piece_is_redacted_in_several(pieces, redacted):
    assert said("openai-chat", clean_body(chat_text(pieces), REDACTION)) == redacted


def test_calls_and_choices_are_kept_apart():
    head, tail = KEY[:20], KEY[20:]
    body = chat(
        *(
            {"tool_calls": [{"index": index, "function": {"arguments": part}}]}
            for index, part in ((0, head), (1, "x"), (0, tail), (1, "y"))
        )
    )

    clean = pieces_in(clean_body(body, REDACTION))

    assert KEY[25:] not in clean
    assert "[redacted]" in clean
    assert "x" in clean
    assert "y" in clean


def test_probabilities_of_tokens_do_not_spell_the_key():
    tokens = [
        {"token": part, "bytes": list(part.encode()), "top_logprobs": [{"token": part}]}
        for part in ("it is ", *cut(KEY, 6))
    ]
    message = {"role": "assistant", "content": f"it is {KEY}"}
    whole = {"choices": [{"index": 0, "message": message, "logprobs": {"content": tokens}}]}

    clean = json.loads(clean_body(json.dumps(whole).encode(), REDACTION))

    (choice,) = clean["choices"]
    kept = choice["logprobs"]["content"]
    assert choice["message"]["content"] == "it is [redacted]"
    assert "".join(token["token"] for token in kept) == "it is [redacted]"
    assert kept[0] == tokens[0]
    assert {(str(token["bytes"]), str(token["top_logprobs"])) for token in kept[1:]} == {
        ("None", "[]")
    }


def test_a_stream_without_a_secret_is_kept_to_the_letter():
    body = (
        b'data:{"choices": [{"delta": {"content":"sk-" }}]}\r\n\r\n: ping\r\ndata: [DONE]\r\n\r\n'
    )

    assert clean_body(body, REDACTION) == body


@pytest.mark.parametrize("line_end", ["\n", "\r\n"])
def test_what_is_no_piece_of_the_secret_stays_as_it_stands(line_end):
    lines = [
        'data: {"a": {"text":"so "}}',
        "",
        f'data: {{"a": {{"text":"{KEY[:20]}"}}}}',
        "",
        ": ping",
        f'data: {{"a": {{"text":"{KEY[20:]} it is"}}}}',
        "",
        "data: [DONE]",
    ]

    clean = clean_body(line_end.join(lines).encode(), REDACTION).decode().split(line_end)

    assert clean[:2] + clean[3:5] + clean[6:] == lines[:2] + lines[3:5] + lines[6:]
    assert clean[2] == 'data: {"a": {"text": "[redacted]"}}'
    assert clean[5] == 'data: {"a": {"text": " it is"}}'


@given(st.lists(st.text(max_size=8), min_size=1), st.integers(0, 30), st.integers(1, 9))
def test_the_pieces_say_what_the_whole_would_and_cleaning_twice_is_cleaning_once(words, at, size):
    text = " ".join(words)
    text = f"{text[:at]} {KEY} {text[at:]}"

    clean = clean_body(chat_text(cut(text, size)), REDACTION)

    assert said("openai-chat", clean) == said(
        "openai-chat", clean_body(chat_text([text]), REDACTION)
    )
    assert clean_body(clean, REDACTION) == clean


@pytest.mark.parametrize(
    "body",
    [
        b"data: {" + b'"a":{' * 900 + b'"b":"c"' + b"}" * 901 + b"\n\n",
        b"data: [" + b"[" * 5000 + b"\n\n",
        b'data: {"a": "\\ud83d"}\n\ndata: {"a": "\\ude00 sk-"}\n\n',
        b'data: {"a": "\xff\xfe"}\n\n',
        b"data: \n\ndata: {}\n\ndata",
    ],
    ids=["deep", "too deep", "half characters", "no text", "nothing"],
)
def test_hostile_streams_are_passed_on(body):
    assert clean_body(body, REDACTION) == body


def test_neither_journal_nor_cassette_holds_a_piece_of_the_key(tmp_path):
    path = tmp_path / "case.yaml"
    asked = Asked(method="POST", url="https://x/v1", body={"model": "m"})
    answered = Answered(status=200, headers=STREAM, body=chat_text(cut(f"it is {KEY}", 6)))

    with open_cassette(path, Taping(mode=Mode.MISSING, redaction=REDACTION)) as cassette:
        recording = cassette.record(asked, answered, 0, Timing(chunks=((0.1, 50), (0.2, 90))))
        (journal,) = tmp_path.iterdir()
        written = [journal.read_text()]
    written.append(path.read_text())

    assert said("openai-chat", recording.answered.body) == "it is [redacted]"
    assert [part for text in written for part in cut(KEY[6:], 6) if part in text] == []


def test_the_answer_that_a_live_run_judges_is_the_one_that_a_replay_will(tmp_path):
    body = chat_text(cut(f"it is {KEY}", 6))

    cassette = open_cassette(tmp_path / "case.yaml", Taping(mode=Mode.LIVE, redaction=REDACTION))

    assert said("openai-chat", cassette.clean(body)) == "it is [redacted]"


def test_a_scan_finds_a_key_in_pieces_that_another_tool_recorded(tmp_path):
    path = tmp_path / "foreign.yaml"
    text = chat_text(cut(f"it is {KEY}", 6)).decode()
    lines = "\n".join(f"        {line}" for line in text.splitlines())
    path.write_text(
        "version: 1\ninteractions:\n- request: {method: POST, uri: 'https://x/v1', headers: {}}\n"
        "  response:\n    status: {code: 200, message: OK}\n    headers: {}\n"
        f"    body:\n      string: |\n{lines}\n"
    )

    (found,) = scan_file(path)

    assert found.rule == "OpenAI-style key, in pieces"
    assert found.line == 9
    assert KEY[:12] not in found.excerpt

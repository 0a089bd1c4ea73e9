import json
import logging

import pytest

from evalkit.cassettes import KEYS, Redaction
from evalkit.errors import UsageError
from evalkit.run import Course, log_to
from evalkit.run._log import LOGGER, ConversationLog
from evalkit.run._redacted import without_secrets
from evalkit.transcript import (
    Exchange,
    Prompt,
    Stop,
    ToolCall,
    ToolResult,
    Transcript,
    Trouble,
    Turn,
)

KEY = "sk-proj-4f9Aq2Lx7Rt0Vw3Zb8Nc"
CARD = "4111 1111 1111 1111"
MAIL = "kim@example.org"


def leaky(secret):
    """Messages that hold a secret wherever a text can stand."""
    arguments = {"note": [secret]}
    raw = json.dumps(arguments)
    call = ToolCall(id="c1", name="pay", raw=raw, arguments=arguments)
    wire = {"role": "assistant", "tool_calls": [{"function": {"arguments": raw}}]}
    return [
        Prompt(role="user", text=f"use {secret}"),
        Turn(text=secret, refusal=secret, reasoning=secret, calls=(call,), wire=wire),
        ToolResult(call_id="c1", name="pay", content={secret: {"deep": secret}}),
    ]


def log(course, stop=Stop.ANSWERED, trouble=None, redaction=KEYS):
    facts = {"suite": "s", "case": "c", "provider": "p", "model": "m", "trial": 0}
    conversation = ConversationLog("5f0c", facts, redaction)
    conversation.heard(course, [Exchange(latency_s=0.25)])
    conversation.heard(course, [Exchange(latency_s=0.25)])
    conversation.ended(stop, trouble)


def test_every_line_is_json_and_names_its_conversation_and_each_event_is_told_once(tmp_path):
    course = Course(messages=leaky("hello"), limits=["turn 1: l"], alerts=["turn 1: a"])

    with log_to(tmp_path / "deep" / "log.jsonl"):
        log(course)

    text = (tmp_path / "deep" / "log.jsonl").read_text()
    lines = [json.loads(line) for line in text.splitlines()]
    assert [line["event"] for line in lines] == [
        "started", "user", "exchange", "turn", "call", "result", "limit", "alert", "ended",
    ]  # fmt: skip
    assert {line["conversation"] for line in lines} == {"5f0c"}
    assert all(next(iter(line)) == "time" for line in lines)
    assert lines[0]["case"] == "c"
    assert (lines[2]["turn"], lines[2]["latency_s"]) == (1, 0.25)
    assert (lines[4]["id"], lines[4]["arguments"]) == ("c1", {"note": ["hello"]})
    assert (lines[5]["turn"], lines[5]["call_id"]) == (1, "c1")
    assert (lines[8]["stop"], lines[8]["turns"]) == ("answered", 1)


def test_no_key_no_card_and_no_address_is_ever_logged(tmp_path):
    with log_to(tmp_path / "log.jsonl"):
        for secret in (KEY, CARD, MAIL, "hunter2hunter2"):
            course = Course(messages=leaky(secret), limits=[secret], alerts=[secret])
            trouble = Trouble(stop=Stop.PROVIDER_ERROR, error="E", what=f"it said {secret}")
            log(course, Stop.PROVIDER_ERROR, trouble, Redaction(["hunter2hunter2"]))

    text = (tmp_path / "log.jsonl").read_text()
    assert [secret for secret in (KEY, CARD, MAIL, "hunter2") if secret in text] == []
    assert all(json.loads(line) for line in text.splitlines())


def test_nothing_is_logged_unless_somebody_listens(tmp_path, capfd):
    log(Course(messages=leaky(KEY), alerts=["turn 1: a"]))
    with log_to(tmp_path / "log.jsonl"):
        pass
    log(Course(messages=leaky(KEY)))

    assert capfd.readouterr() == ("", "")
    assert (tmp_path / "log.jsonl").read_text() == ""
    assert (LOGGER.level, LOGGER.handlers) == (logging.NOTSET, [])


def test_a_program_that_listens_for_itself_gets_lines_without_secrets_too(caplog):
    with caplog.at_level(logging.INFO, logger="evalkit"):
        log(Course(messages=leaky(KEY)))

    assert KEY not in caplog.text
    assert json.loads(caplog.messages[1])["text"] == "use [redacted]"


def test_a_text_that_looks_like_a_format_is_only_text(caplog):
    with caplog.at_level(logging.INFO, logger="evalkit"):
        log(Course(messages=[Prompt(role="user", text='%s %d {0} "\n{"a": 1}')]))

    assert json.loads(caplog.messages[1])["text"] == '%s %d {0} "\n{"a": 1}'


def test_a_log_that_cannot_be_written_is_refused_before_anything_is_asked(tmp_path):
    with pytest.raises(UsageError) as refused, log_to(tmp_path):
        pass

    assert refused.value.what == "the log cannot be written: Is a directory"
    assert refused.value.where == str(tmp_path)


def transcript(messages, **more):
    return Transcript(
        suite="s", case="c", provider="p", model="m", messages=tuple(messages), **more
    )


def test_a_transcript_without_secrets_is_left_as_it_is():
    clean = transcript(leaky(f"{CARD} {MAIL}"))

    assert without_secrets(clean, KEYS.text) is clean


def test_no_key_stays_anywhere_in_a_transcript():
    trouble = Trouble(stop=Stop.TIMEOUT, error="E", what=KEY, hint=f"check {KEY}")

    clean = without_secrets(
        transcript(
            leaky(KEY), given=tuple(leaky(KEY)), limits=(KEY,), alerts=(KEY,), trouble=trouble
        ),
        KEYS.text,
    )

    assert KEY not in repr(clean)
    assert clean.messages[1].calls[0].arguments == {"note": ["[redacted]"]}
    assert json.loads(clean.messages[1].calls[0].raw) == {"note": ["[redacted]"]}
    assert clean.messages[2].content == {"[redacted]": {"deep": "[redacted]"}}


def test_a_key_that_only_its_name_gives_away_does_not_stay():
    secret = "a1b2c3d4" * 4
    result = ToolResult(call_id="c", name="config", content={"api_key": secret})

    clean = without_secrets(transcript([result]), KEYS.text)

    assert clean.messages[0].content == {"api_key": "[redacted]"}

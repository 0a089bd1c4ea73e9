"""What a person at a terminal sees: everything to the letter, and nothing that is hidden."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from evalkit.transcript import ToolCall, Turn, Usage
from evalkit.triage import Diagnosis, Response, Unread, diagnose, from_body, read_offer, show
from evalkit.triage import Hints as Known
from evalkit.triage._visible import columns, visible


def lines(found):
    return [line.text for line in show(found)]


def test_a_good_answer_is_shown_with_everything_it_holds(chat, weather):
    body = chat(("get_weather", '{"city": "Oslo"}'), text="One moment.\nPlease.")
    body |= {"model": "m-1", "usage": {"prompt_tokens": 7, "completion_tokens": 5}}

    shown = lines(diagnose(from_body(body, Known(offer=read_offer([weather])))))

    assert shown == [
        "a body (openai-chat)",
        "  stop    'tool_calls', read as answered",
        "  model   m-1",
        "  tokens  7 in, 5 out",
        "  text    One moment.",
        "          Please.",
        "  call 1  get_weather  id call_1",
        '  raw     {"city": "Oslo"}',
        '  read as {"city": "Oslo"}',
        "  nothing found",
    ]


def test_a_defect_is_marked_at_its_place_and_the_meaning_guessed(chat):
    shown = lines(diagnose(from_body(chat(("find", "{\"n\": 'x'}")))))

    assert shown[3:8] == [
        "  raw     {\"n\": 'x'}",
        "          single_quotes, from character 7:",
        "            {\"n\": 'x'}",
        "                  ^^^",
        '  read as no JSON object; probably meant: {"n": "x"}',
    ]


def test_wide_characters_before_a_defect_do_not_move_its_mark(chat):
    shown = lines(diagnose(from_body(chat(("find", "{\"東\": 'x'}")))))

    assert shown[5:7] == ["            {\"東\": 'x'}", "                   ^^^"]


def test_of_many_defects_the_first_are_shown_and_the_others_counted(chat):
    raw = "{" + ", ".join(f"\"{key}\": 'x'" for key in "abcdefghij") + "}"

    shown = lines(diagnose(from_body(chat(("find", raw)))))

    assert sum("single_quotes, from" in line for line in shown) == 8
    assert "          and 2 more" in shown


def test_a_call_without_raw_string_shows_its_input():
    call = ToolCall(id="evalkit-call-0", name="", raw=None, arguments={"n": 1})
    response = Response(shape="a body", api="gemini", turn=Turn(calls=(call,)))

    assert lines(Diagnosis(response=response, findings=())) == [
        "a body (gemini)",
        "  call 1  (no name)  id none",
        '  input   {"n": 1}',
        "  tools   not known: names and schemas are not checked (give --tools)",
        "  nothing found",
    ]


def test_a_finding_says_why_and_what_to_change(chat):
    why = "the stop reason is missing: the answer may have broken off"

    shown = lines(diagnose(from_body(chat(finish=None, text="Hi"))))

    assert shown[-2:] == [
        f"F12 stop reason not to be trusted: {why}",
        "    change: decide by the presence of calls, never by the stop reason",
    ]


def test_what_could_not_be_read_is_shown_with_its_place():
    assert lines(Unread(where="record 2", what="no answer")) == [
        "record 2: no answer",
        "  no answer",
    ]


def test_long_text_is_cut_but_a_raw_string_never_is(chat):
    raw = '{"n": "' + "x" * 5000 + '"}'

    shown = lines(diagnose(from_body(chat(("find", raw), text="y" * 3000))))

    assert f"  raw     {raw}" in shown
    assert "          … (3000 characters)" in shown


HOSTILE = "\x1b[31m\u202eevil\u200b\x07\r\nover"


@pytest.mark.parametrize(
    "found",
    [
        pytest.param(
            diagnose(
                Response(
                    shape="a body",
                    api="openai-chat",
                    where=HOSTILE,
                    turn=Turn(
                        text=HOSTILE,
                        refusal=HOSTILE,
                        model=HOSTILE,
                        finish=HOSTILE,
                        calls=(
                            ToolCall(id=HOSTILE, name=HOSTILE, raw=HOSTILE, arguments=None),
                            ToolCall(
                                id="2", name="a", raw=None, arguments={HOSTILE: f"../{HOSTILE}"}
                            ),
                        ),
                        usage=Usage(input=1),
                    ),
                    offer=read_offer([{"name": f"{HOSTILE}2"}]),
                )
            ),
            id="answer",
        ),
        pytest.param(Unread(where=HOSTILE, what=HOSTILE), id="no answer"),
    ],
)
def test_no_character_of_the_model_reaches_the_terminal_unseen(found):
    assert [line for line in lines(found) if not line.isprintable()] == []


@given(st.text())
def test_visible_text_is_printable_and_readable_text_is_unchanged(text):
    shown = visible(text)

    assert shown.isprintable()
    assert shown == text or not text.isprintable()


@pytest.mark.parametrize(
    ("text", "width"),
    [
        pytest.param("abc", 3, id="letters"),
        pytest.param("東京", 4, id="wide"),
        pytest.param("e\u0301", 1, id="combining"),
    ],
)
def test_columns_are_counted_as_a_terminal_does(text, width):
    assert columns(text) == width

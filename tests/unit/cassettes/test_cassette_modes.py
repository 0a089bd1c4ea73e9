from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from evalkit.cassettes import Answered, Asked, Facts, Mode, Recording, Taping, Timing, open_cassette
from evalkit.cassettes._answers import is_kept
from evalkit.errors import CassetteMiss

URL = "http://x/v1"
START = datetime(2026, 11, 20, 12, tzinfo=UTC)
STREAM = {"content-type": ("text/event-stream",)}


def asked(question="Paris?"):
    return Asked(method="POST", url=URL, body={"q": question})


def answered(text="21"):
    return Answered(status=200, body=text.encode())


def taping(mode, at=START):
    """With a clock that ticks once at every look, so that recordings have an order."""
    ticks = iter(range(1000))
    return Taping(mode=mode, now=lambda: at + timedelta(seconds=next(ticks)))


def record(path, mode, *answers, trial=0, at=START):
    with open_cassette(path, taping(mode, at)) as cassette:
        for question, text in answers:
            if cassette.play(asked(question), trial) is None:
                cassette.record(asked(question), answered(text), trial, Timing())


def contents(path):
    return [
        (each.facts.trial, each.asked.body, each.answered.body)
        for each in open_cassette(path).recordings
    ]


@pytest.fixture
def recorded(tmp_path):
    path = tmp_path / "case.yaml"
    record(path, Mode.MISSING, ("Paris?", "old"))
    return path


def test_none_replays_and_never_asks(recorded):
    cassette = open_cassette(recorded, taping(Mode.NONE))

    found = cassette.play(asked("Paris?"), 0)

    assert found.answered.body == b"old"
    with pytest.raises(CassetteMiss):
        cassette.play(asked("Oslo?"), 0)


def test_once_records_a_file_that_does_not_exist(tmp_path):
    record(tmp_path / "new.yaml", Mode.ONCE, ("Paris?", "21"), ("Oslo?", "9"))

    assert [body for _, _, body in contents(tmp_path / "new.yaml")] == [b"21", b"9"]


def test_once_only_replays_a_file_that_exists(recorded):
    cassette = open_cassette(recorded, taping(Mode.ONCE))

    with pytest.raises(CassetteMiss):
        cassette.play(asked("Oslo?"), 0)


def test_missing_replays_what_is_there_and_records_the_rest(recorded):
    record(recorded, Mode.MISSING, ("Paris?", "new"), ("Oslo?", "9"))

    assert [body for _, _, body in contents(recorded)] == [b"old", b"9"]


def test_all_records_everything_anew_and_drops_what_is_asked_no_more(recorded):
    later = START + timedelta(days=1)

    record(recorded, Mode.ALL, ("Oslo?", "9"), at=later)

    assert [body for _, _, body in contents(recorded)] == [b"9"]


def test_all_keeps_trials_that_were_not_asked_again(recorded):
    record(recorded, Mode.MISSING, ("Paris?", "second"), trial=1)

    record(recorded, Mode.ALL, ("Paris?", "new"), trial=1, at=START + timedelta(days=1))

    assert [body for _, _, body in contents(recorded)] == [b"old", b"new"]


def test_all_keeps_what_another_process_recorded_meanwhile(recorded):
    later = START + timedelta(days=1)
    with open_cassette(recorded, taping(Mode.ALL, later)) as ours:
        ours.play(asked("Paris?"), 0)
        ours.record(asked("Paris?"), answered("ours"), 0, Timing())
        record(recorded, Mode.ALL, ("Oslo?", "theirs"), at=later + timedelta(minutes=1))

    assert [body for _, _, body in contents(recorded)] == [b"theirs", b"ours"]


def test_all_that_got_no_answer_leaves_the_file_as_it_was(recorded):
    before = recorded.read_bytes()

    with open_cassette(recorded, taping(Mode.ALL)) as cassette:
        cassette.play(asked(), 0)
        cassette.record(asked(), Answered(status=500), 0, Timing())

    assert recorded.read_bytes() == before


def test_live_neither_reads_nor_writes(recorded):
    before = recorded.read_bytes()

    with open_cassette(recorded, taping(Mode.LIVE)) as cassette:
        found = cassette.play(asked("Paris?"), 0)
        cassette.record(asked("Paris?"), answered("new"), 0, Timing())

    assert found is None
    assert recorded.read_bytes() == before


def test_the_same_request_is_answered_in_the_order_of_its_trial(tmp_path):
    path = tmp_path / "case.yaml"
    with open_cassette(path, taping(Mode.MISSING)) as cassette:
        for trial, text in [(1, "c"), (0, "a"), (1, "d"), (0, "b")]:
            cassette.record(asked(), answered(text), trial, Timing())

    replay = open_cassette(path)
    played = [replay.play(asked(), trial).answered.body for trial in (0, 1, 0, 1)]

    assert played == [b"a", b"c", b"b", b"d"]


def test_recordings_stand_in_the_order_of_trials_and_turns(tmp_path):
    path = tmp_path / "case.yaml"
    record(path, Mode.MISSING, ("first", "1"), ("second", "2"), trial=1)
    record(path, Mode.MISSING, ("first", "3"), ("second", "4"), trial=0)

    assert contents(path) == [
        (0, b'{"q": "first"}', b"3"),
        (0, b'{"q": "second"}', b"4"),
        (1, b'{"q": "first"}', b"1"),
        (1, b'{"q": "second"}', b"2"),
    ]


def test_a_trial_is_never_answered_by_the_recording_of_another(recorded):
    with pytest.raises(CassetteMiss, match="the cassette holds trial 1 of it"):
        open_cassette(recorded).play(asked("Paris?"), 1)


def test_a_request_asked_more_often_than_recorded_is_a_miss(recorded):
    cassette = open_cassette(recorded)
    cassette.play(asked("Paris?"), 0)

    with pytest.raises(CassetteMiss, match="it was recorded once, now it is asked again"):
        cassette.play(asked("Paris?"), 0)


def test_a_request_edited_by_hand_is_found_under_its_new_words(recorded):
    recorded.write_text(recorded.read_text().replace("Paris?", "Oslo?"))

    found = open_cassette(recorded).play(asked("Oslo?"), 0)

    assert found.answered.body == b"old"


def test_what_was_not_asked_for_is_told(tmp_path):
    path = tmp_path / "case.yaml"
    record(path, Mode.MISSING, ("Paris?", "21"), ("Oslo?", "9"))
    cassette = open_cassette(path)

    cassette.play(asked("Oslo?"), 0)

    assert [each.answered.body for each in cassette.unplayed] == [b"21"]


@pytest.mark.parametrize("status", [401, 402, 403, 404, 408, 409, 425, 429, 500, 503, 529])
def test_trouble_is_not_kept_but_counted(status, tmp_path):
    path = tmp_path / "case.yaml"
    with open_cassette(path, taping(Mode.MISSING)) as cassette:
        refused = cassette.record(asked(), Answered(status=status), 0, Timing())
        cassette.record(asked(), answered(), 0, Timing())

    assert refused.answered.status == status
    assert [
        (each.answered.status, each.facts.attempts) for each in open_cassette(path).recordings
    ] == [(200, 2)]


def test_a_400_is_kept_for_it_may_hold_what_the_model_wrote(tmp_path):
    path = tmp_path / "case.yaml"
    failed = Answered(status=400, body=b'{"error":{"failed_generation":"<function=f>{"}}')
    with open_cassette(path, taping(Mode.MISSING)) as cassette:
        cassette.record(asked(), failed, 0, Timing())

    assert open_cassette(path).play(asked(), 0).answered == failed


@pytest.mark.parametrize(
    ("body", "kept"),
    [
        pytest.param("data: {}\n\ndata: [DONE]\n\n", True, id="openai"),
        pytest.param('data: {"choices":[{"finish_reason":"stop"}]}\n\n', True, id="no last word"),
        pytest.param("event: message_stop\ndata: {}\n\n", True, id="anthropic"),
        pytest.param("event: response.completed\ndata: {}\n\n", True, id="responses"),
        pytest.param('data: {"candidates":[{"finishReason": "STOP"}]}\r\n\r\n', True, id="gemini"),
        pytest.param('data: {"error":null}\n\ndata: [DONE]\n\n', True, id="no error"),
        pytest.param('data: {"choices":[{"finish_reason":null}]}\n\n', False, id="cut short"),
        pytest.param("", False, id="empty"),
        pytest.param(
            'data: {"error": {"message": "overloaded"}}\n\ndata: [DONE]\n\n', False, id="error"
        ),
        pytest.param(
            'event: error\ndata: {"type":"error"}\n\nevent: message_stop\n', False, id="error event"
        ),
    ],
)
def test_a_stream_is_kept_when_it_came_whole(body, kept):
    assert is_kept(Answered(status=200, headers=STREAM, body=body.encode())) is kept


def test_facts_are_read_off_the_exchange(tmp_path):
    question = Asked(
        method="POST",
        url="https://user:pass@api.example/v1?key=abc&api-version=2",
        body={"model": "gpt", "messages": [], "user": "42"},
        headers={"user-agent": ("AsyncOpenAI/Python 3.52.0",), "cookie": ("session",)},
    )
    answer = Answered(
        status=200,
        reason="OK",
        headers={"x-evalkit-simulated": ("true",), "set-cookie": ("session",)},
        body=b'{"model": "gpt-2026", "choices": []}',
    )
    timing = Timing(latency_s=1.23456, first_token_s=0.00001)
    path = tmp_path / "case.yaml"

    with open_cassette(path, taping(Mode.MISSING)) as cassette:
        cassette.record(question, answer, 2, timing)

    (found,) = open_cassette(path).recordings
    assert found == Recording(
        asked=Asked(
            method="POST",
            url="https://api.example/v1?key=[redacted]&api-version=2",
            body=b'{"model": "gpt", "messages": [], "user": "42"}',
        ),
        answered=Answered(
            status=200,
            reason="OK",
            headers={"x-evalkit-simulated": ("true",)},
            body=b'{"model": "gpt-2026", "choices": []}',
        ),
        facts=Facts(
            key=cassette.key(question),
            seal=found.facts.seal,
            trial=2,
            recorded_at="2026-11-20T12:00:00.000Z",
            latency_s=1.2346,
            first_token_s=0.0,
            attempts=1,
            sdk="AsyncOpenAI/Python 3.52.0",
            model_asked="gpt",
            model_answered="gpt-2026",
            simulated=True,
            fields=found.facts.fields,
        ),
    )
    assert set(found.facts.fields) == {"model", "messages"}

import gzip
import json

import pytest
import yaml

from evalkit.cassettes import Asked, convert, open_cassette, read
from evalkit.errors import CassetteWriteFailed, InvalidCassette

KEY = "sk-" + "proj4Xb29LqPw7RtYx81VbNc4"
BODY = {"model": "gpt-5.4-mini", "messages": [{"role": "user", "content": "hi"}], "user": "u1"}


def interaction(response=None, **headers):
    answer = {"id": "c1", "model": "gpt-5.4-mini-2026-03-01", "created": 1_770_000_000}
    return {
        "request": {
            "method": "POST",
            "uri": f"https://api.example/v1/chat/completions?key={KEY}",
            "headers": {"authorization": [f"Bearer {KEY}"], "content-type": ["application/json"]},
            "body": json.dumps(BODY),
        },
        "response": {
            "status": {"code": 200, "message": "OK"},
            "headers": {"content-type": ["application/json"], "set-cookie": ["s=1"], **headers},
            "body": {"string": json.dumps(answer) if response is None else response},
        },
    }


def foreign(path, *interactions):
    path.write_text(yaml.safe_dump({"version": 1, "interactions": list(interactions)}))
    return path


def test_a_converted_cassette_is_ours_clean_and_answers_every_trial(tmp_path):
    path = foreign(tmp_path / "theirs.yaml", interaction())

    (converted,) = convert(path, tmp_path / "ours" / "case.yaml")

    text = (tmp_path / "ours" / "case.yaml").read_text()
    asked = Asked(method="POST", url="https://api.example/v1/chat/completions", body=BODY)
    assert text.startswith("# Recorded by evalkit")
    assert KEY not in text
    assert "set-cookie" not in text
    assert not converted.is_foreign
    assert read(tmp_path / "ours" / "case.yaml") == (converted,)
    for trial in (0, 7):
        with open_cassette(tmp_path / "ours" / "case.yaml") as cassette:
            assert cassette.play(asked, trial) == converted


def test_models_are_noted_when_a_cassette_is_converted(tmp_path):
    path = foreign(tmp_path / "case.yaml", interaction())

    (converted,) = convert(path, path)

    assert converted.facts.model_asked == "gpt-5.4-mini"
    assert converted.facts.model_answered == "gpt-5.4-mini-2026-03-01"


@pytest.mark.parametrize(
    ("response", "headers", "recorded_at"),
    [
        pytest.param(
            None,
            {"Date": ["Fri, 20 Nov 2026 18:01:35 GMT"]},
            "2026-11-20T18:01:35.000Z",
            id="by the header",
        ),
        pytest.param(None, {}, "2026-02-02T02:40:00.000Z", id="by the body"),
        pytest.param("{}", {"Date": ["yesterday"]}, None, id="not known"),
        pytest.param('{"created": 1e99}', {}, None, id="no moment at all"),
    ],
)
def test_when_it_was_recorded_is_what_the_provider_says(tmp_path, response, headers, recorded_at):
    path = foreign(tmp_path / "case.yaml", interaction(response, **headers))

    (converted,) = convert(path, path)

    assert converted.facts.recorded_at == recorded_at
    assert not converted.is_foreign


def test_a_packed_answer_is_unpacked(tmp_path):
    packed = interaction(gzip.compress(b'{"id": "c1"}'), **{"content-encoding": ["gzip"]})
    path = foreign(tmp_path / "case.yaml", packed)

    (converted,) = convert(path, path)

    assert converted.answered.body == b'{"id": "c1"}'


def test_converting_twice_is_converting_once(tmp_path):
    path = foreign(tmp_path / "case.yaml", interaction(), interaction("{}"))
    convert(path, path)
    once = path.read_bytes()

    convert(path, path)

    assert path.read_bytes() == once


def test_what_is_no_cassette_is_left_as_it_is(tmp_path):
    path = tmp_path / "case.yaml"
    path.write_text("a: note\n")

    with pytest.raises(InvalidCassette):
        convert(path, path)

    assert path.read_text() == "a: note\n"


def test_a_target_that_cannot_be_written_says_so(tmp_path):
    path = foreign(tmp_path / "case.yaml", interaction())

    with pytest.raises(CassetteWriteFailed, match="it cannot be written"):
        convert(path, path / "below-a-file.yaml")

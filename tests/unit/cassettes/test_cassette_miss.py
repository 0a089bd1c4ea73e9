from __future__ import annotations

import json

import httpx2
import pytest
import vcr

from evalkit.cassettes import (
    Answered,
    Asked,
    Mode,
    Redaction,
    Taping,
    Timing,
    open_cassette,
    request_key,
)
from evalkit.errors import CassetteMiss

URL = "https://api.example/v1/chat/completions"


def body(question="Weather in Paris?", **changes):
    tools = [{"name": "get_weather", "description": "Look up the weather."}]
    messages = [{"role": "system", "content": "Be brief."}, {"role": "user", "content": question}]
    return {"model": "gpt", "messages": messages, "tools": tools, "temperature": 0, **changes}


def asked(sent, url=URL):
    return Asked(method="POST", url=url, body=sent)


@pytest.fixture
def path(tmp_path):
    path = tmp_path / "case.yaml"
    with open_cassette(path, Taping(mode=Mode.MISSING)) as cassette:
        for question in ("Weather in Paris?", "Tell me a joke", "What is an order number?"):
            cassette.record(asked(body(question)), Answered(status=200), 0, Timing())
    return path


def miss(path, sent, trial=0, url=URL, redaction=None):
    taping = Taping(redaction=redaction) if redaction else Taping()
    with pytest.raises(CassetteMiss) as caught:
        open_cassette(path, taping).play(asked(sent, url), trial)
    return caught.value


def test_a_miss_of_the_only_recording_says_so(tmp_path):
    path = tmp_path / "case.yaml"
    with open_cassette(path, Taping(mode=Mode.MISSING)) as cassette:
        cassette.record(asked(body("a")), Answered(status=200), 0, Timing())

    assert "of trial 1: the only recording differs\n" in str(miss(path, body("b")))


def test_a_miss_says_what_differs_where_and_what_to_do(path):
    error = miss(path, body("Weather in Oslo?", temperature=0.5))

    assert str(error) == (
        f"{path}: no recording answers POST {URL} of trial 1: "
        "the nearest of 3 recordings differs\n"
        '    $.messages[1].content: "Weather in Paris?" -> "Weather in Oslo?"\n'
        "    $.temperature: 0 -> 0.5\n"
        "  hint: `evalkit run --record missing` asks the provider and records the answer"
    )


@pytest.mark.parametrize(
    ("sent", "line"),
    [
        pytest.param(body(seed=1), "$.seed: (absent) -> 1", id="added"),
        pytest.param(
            {k: v for k, v in body().items() if k != "tools"},
            '$.tools: [{"description": "Look up the weather.", "name": "get_weathe… -> (absent)',
            id="removed",
        ),
        pytest.param(body(temperature=False), "$.temperature: 0 -> false", id="another type"),
        pytest.param(body(**{"a b": 1}), '$["a b"]: (absent) -> 1', id="an odd name"),
        pytest.param(
            body("Weather in Paris? " + "And then? " * 50),
            '$.messages[1].content: "Weather in Paris?" -> '
            '"Weather in Paris? And then? And then? And then? And then? A…',
            id="longer",
        ),
    ],
)
def test_each_difference_is_a_path_and_two_values(path, sent, line):
    assert miss(path, sent).what.splitlines()[1:] == [f"    {line}"]


def test_values_are_cut_around_the_place_where_they_differ(tmp_path):
    path = tmp_path / "case.yaml"
    with open_cassette(path, Taping(mode=Mode.MISSING)) as cassette:
        cassette.record(
            asked({"q": "word " * 100 + "Paris" + " word" * 100}), Answered(status=200), 0, Timing()
        )

    error = miss(path, {"q": "word " * 100 + "Oslo" + " word" * 100})

    (line,) = error.what.splitlines()[1:]
    assert line.startswith("    $.q: …word word word word Paris word")
    assert " -> …word word word word Oslo word" in line
    assert len(line) < 160


def test_a_miss_shows_ten_lines_at_most(path):
    changes = {f"option_{n:02}": n for n in range(30)}

    lines = miss(path, body(**changes)).what.splitlines()[1:]

    assert len(lines) == 10
    assert lines[0] == "    $.option_00: (absent) -> 0"
    assert lines[-1] == "    … and 21 more differences"


def test_a_file_that_does_not_exist_is_told_plainly(tmp_path):
    error = miss(tmp_path / "none.yaml", body())

    assert error.what == f"no recording answers POST {URL} of trial 1: nothing was recorded"
    assert error.where == f"{tmp_path / 'none.yaml'} (the file does not exist)"


def test_another_path_is_told(path):
    error = miss(path, body(), url="https://api.example/v2/chat/completions")

    assert error.what.splitlines()[1:] == [
        '    request: "POST /v1/chat/completions" -> "POST /v2/chat/completions"'
    ]


def test_a_body_that_is_no_json_is_told(path):
    error = miss(path, b"plain words")

    assert "its body is no JSON object" in error.what


def test_a_miss_shows_no_secret(path):
    redaction = Redaction(["correct horse"])
    sent = body("correct horse", key="sk-proj-Ab1cdefghijklmnopqrstuvwxyz")

    text = str(miss(path, sent, url=f"{URL}?key=topsecret", redaction=redaction))

    assert "horse" not in text
    assert "Ab1c" not in text
    assert "topsecret" not in text


def test_the_nearest_of_a_foreign_file_is_found_too(tmp_path, provider):

    provider.answer({})
    path = tmp_path / "theirs.yaml"
    with vcr.use_cassette(str(path)):
        httpx2.post(f"{provider.url}/v1/chat/completions", json=body())

    error = miss(path, body("Weather in Oslo?"))

    assert '"Weather in Paris?" -> "Weather in Oslo?"' in error.what


def test_the_same_trial_is_nearer_than_another(tmp_path):
    path = tmp_path / "case.yaml"
    with open_cassette(path, Taping(mode=Mode.MISSING)) as cassette:
        for trial, word in enumerate(("zero", "one", "two")):
            sent = asked({"a": word})
            cassette.record(sent, Answered(status=200), trial, Timing())

    lines = [miss(path, {"a": "new"}, trial).what.splitlines()[1] for trial in (0, 2)]

    assert lines == ['    $.a: "zero" -> "new"', '    $.a: "two" -> "new"']


def test_deep_differences_do_not_exhaust_the_stack(tmp_path):
    path = tmp_path / "case.yaml"
    deep, deeper = ("[" * n + "]" * n for n in (500, 501))
    with open_cassette(path, Taping(mode=Mode.MISSING)) as cassette:
        sent = asked({"a": json.loads(deep)})
        cassette.record(sent, Answered(status=200), 0, Timing())

    assert "$.a[0][0]" in miss(path, {"a": json.loads(deeper)}).what


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        pytest.param(body(), json.dumps(body(), indent=2).encode(), True, id="object and bytes"),
        pytest.param(body(), dict(reversed(body().items())), True, id="order of fields"),
        pytest.param(body(), body(user="u", metadata={"run": "7"}), True, id="who asks"),
        pytest.param(body(), body(prompt_cache_key="k"), True, id="cache"),
        pytest.param(body(), body(stream_options={"include_usage": True}), True, id="usage"),
        pytest.param(body(), body(stream=True), False, id="stream"),
        pytest.param(body(), body(temperature=1), False, id="settings"),
        pytest.param({"tools": [1, 2]}, {"tools": [2, 1]}, False, id="order of tools"),
        pytest.param({"q": "é"}, b'{"q": "\\u00e9"}', True, id="escapes"),
        pytest.param({"q": 0}, {"q": False}, False, id="0 is not false"),
        pytest.param({"a": {"user": 1}}, {"a": {"user": 2}}, False, id="only at the top"),
        pytest.param(b"not json", b"not  json", False, id="other bytes"),
        pytest.param(b"[1]", b"[1]", True, id="no object"),
        pytest.param({"q": "\ud800"}, b'{"q": "\\ud800"}', True, id="half a character"),
    ],
)
def test_a_key_tells_requests_apart_by_what_a_model_sees(one, other, same):
    assert (request_key(asked(one)) == request_key(asked(other))) is same


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        pytest.param("https://a/v1", "http://b:80/v1", True, id="host"),
        pytest.param("https://a/v1?b=1&a=2", "https://a/v1?a=2&b=1", True, id="order of query"),
        pytest.param("https://a/v1?key=1&a=2", "https://a/v1?a=2", True, id="secret query"),
        pytest.param("https://a/v1?a=1", "https://a/v1?a=2", False, id="query"),
        pytest.param("https://a/v1", "https://a/v2", False, id="path"),
    ],
)
def test_a_key_heeds_path_and_query_but_not_the_host(one, other, same):
    assert (request_key(asked({}, one)) == request_key(asked({}, other))) is same

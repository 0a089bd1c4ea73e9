from __future__ import annotations

import json

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from evalkit.cassettes import (
    Answered,
    Asked,
    Finding,
    Mode,
    Personal,
    Redaction,
    Taping,
    Timing,
    open_cassette,
    request_key,
    scan,
)

SECRET = 'quo"te/\\é'
EVERYTHING = Redaction(["correct horse", SECRET], [Personal.CARD, Personal.EMAIL])
PROVIDER_KEYS = {
    "openai": "sk-1234567890abcdefABCDEF1234567890abcdefABCDEF1234",
    "openai project": "sk-proj-Ab1_cdefghijklmnopqrstuvwx-yz0123456789ABCDEF",
    "openai service account": "sk-svcacct-Ab1cdefghijklmnopqrstuvwxyz0123456789",
    "anthropic": "sk-ant-api03-Ab1cdefghijklmnopqrstuvwxyz0123456789-_AA",
    "openrouter": "sk-or-v1-0123456789abcdef0123456789abcdef0123456789abcdef",
    "cerebras": "csk-0123456789abcdefghijklmnopqrstuvwxyz",
    "google": "AIzaSyA1234567890abcdefghijklmnopqrstuv",
    "groq": "gsk_0123456789abcdefghijklmnopqrstuvwxyzABCDEF",
    "xai": "xai-0123456789abcdefghijklmnopqrstuvwxyz",
    "hugging face": "hf_abcdefghijklmnopqrstuvwxyzABCDEFGH",
    "perplexity": "pplx-0123456789abcdef0123456789abcdef",
    "aws": "AKIAIOSFODNN7EXAMPLE",
    "github": "ghp_0123456789abcdefghijklmnopqrstuvwxyz",
    "github fine-grained": "github_pat_11ABCDEFG0abcdefghijkl_0123456789",
    "gitlab": "glpat-0123456789abcdefGHIJ",
    "stripe": "sk_" + "live_0123456789abcdefghijklmn",
    "stripe restricted": "rk_" + "test_0123456789abcdefghijklmn",
    "stripe webhook": "whsec_0123456789abcdefghijklmnopqrstuv",
    "slack": "xoxb-123456789012-abcdefghijkl",
    "json web token": "eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxMjM0NTY3ODkwIn0.dBjftJeZ4CVPmB92K27",
}
EVERY_KEY = pytest.mark.parametrize("key", PROVIDER_KEYS.values(), ids=PROVIDER_KEYS)


@EVERY_KEY
@pytest.mark.parametrize(
    "text",
    [
        "{}",
        "my key is {}, keep it",
        'export KEY="{}"',
        "https://x.example/v1?q={}&b=1",
        '{{"a": "line\\n{}"}}',
        '{{"a": "\\u00e9{}"}}',
        '{{"a": "{{\\"b\\": \\"line\\\\n{}\\"}}"}}',
        "C:\\{}",
        "a%20{}",
    ],
)
def test_keys_of_providers_are_taken_out_wherever_they_stand(key, text):
    redacted = Redaction().text(text.format(key))

    assert key not in redacted
    assert key[12:] not in redacted
    assert "[redacted]" in redacted


@EVERY_KEY
def test_escapes_hide_no_key(key):
    escaped = "".join(f"\\u{ord(letter):04x}" for letter in key)
    twice = escaped.replace("\\", "\\\\")

    for spelled in (escaped, escaped.upper().replace("\\U", "\\u"), twice):
        redacted = Redaction().text(f'{{"a": "{spelled}"}}')

        assert redacted == '{"a": "[redacted]"}'


@pytest.mark.parametrize(
    "text",
    [
        "Authorization: Bearer abcdefgh12345678ABCDEFGH",
        "authorization: bearer abcdefgh12345678",
        '{"authorization":"Bearer abc.def-12345678/abcdef="}',
        '{"authorization":"Bearer abc\\/def12345678/abcdef="}',
        "x-api-key: 0123456789abcdef0123456789abcdef",
        '{"api_key": "0123456789abcdef0123456789abcdef"}',
        "MISTRAL_API_KEY=0123456789abcdefABCDEF0123456789",
        "x-api-key:\n      - 0123456789abcdef0123456789abcdef",
        "-----BEGIN RSA PRIVATE KEY-----\nMIIabc+/=\n-----END RSA PRIVATE KEY-----",
        '{"k": "-----BEGIN PRIVATE KEY-----\\nMIIabc123\\n-----END PRIVATE KEY-----\\n"}',
    ],
)
def test_keys_without_a_shape_are_told_by_what_stands_before_them(text):
    redacted = Redaction().text(text)

    assert "[redacted]" in redacted
    assert "abc" not in redacted
    assert "0123" not in redacted


@pytest.mark.parametrize(
    "text",
    [
        "sk-learn-is-a-library-for-machines",
        "The task-1234567890abcdefghijklmnop is done",
        "desk-1234567890abcdefghijkl",
        "The bearer of good news",
        '{"idempotency_key": "refund-A8472"}',
        '{"api_key": {"type": "string"}}',
        "xoxo, your friend",
        "order A8472 of 4111 1111 1111 1111, bob@example.com",
        "\\u0041\\/ needless escapes",
    ],
)
def test_ordinary_words_stay(text):
    assert Redaction().text(text) == text
    assert scan(text) == ()


@pytest.mark.parametrize(
    "spelled",
    [
        SECRET,
        json.dumps(SECRET)[1:-1],
        json.dumps(SECRET)[1:-1].replace("00e9", "00E9"),
        json.dumps(SECRET, ensure_ascii=False)[1:-1],
        json.dumps(json.dumps(SECRET)[1:-1])[1:-1],
        json.dumps(SECRET).replace("/", "\\/")[1:-1],
        "quo%22te%2F%5C%C3%A9",
    ],
)
def test_the_value_of_a_named_secret_is_taken_out_however_it_is_spelled(spelled):
    assert EVERYTHING.text(f'{{"note": "{spelled}"}}') == '{"note": "[redacted]"}'


def test_a_secret_that_is_no_text_is_taken_out_too():
    assert Redaction(["\udcff\udcfe secret"]).body(b"a \xff\xfe secret") == b"a [redacted]"


def test_of_two_secrets_the_longer_goes_first():
    redaction = Redaction(["password", "password-and-more"])

    assert redaction.text("password-and-more") == "[redacted]"


@pytest.mark.parametrize("secret", ["", "short", "redacted"])
def test_a_value_that_is_no_secret_worth_the_name_is_left_alone(secret):
    assert Redaction([secret]).text(f"it is {secret}!") == f"it is {secret}!"


@pytest.mark.parametrize(
    ("text", "redacted"),
    [
        pytest.param("4111 1111 1111 1111", "1111 1111 1111 1111", id="spaced"),
        pytest.param('{"card":5500005555555559}', '{"card":1111111111111111}', id="a number"),
        pytest.param("\\u00e9378282246310005.", "\\u00e9111111111111111.", id="after an escape"),
        pytest.param("4111-1111-1111-1112", "4111-1111-1111-1112", id="wrong check digit"),
        pytest.param("mail bob.b+x@mail.example.com!", "mail [redacted]!", id="e-mail"),
        pytest.param('"to\\nbob@example.com"', '"to\\n[redacted]"', id="after a line end"),
        pytest.param("@decorator and a@b", "@decorator and a@b", id="no e-mail"),
    ],
)
def test_personal_data_is_taken_out_where_a_user_asks_for_it(text, redacted):
    assert EVERYTHING.text(text) == redacted


@pytest.mark.parametrize(
    ("url", "redacted"),
    [
        ("https://me:secret@x.example/v1#part", "https://x.example/v1"),
        (
            "https://x/v1?key=abc&api-version=2026-01-01",
            "https://x/v1?key=[redacted]&api-version=2026-01-01",
        ),
        ("https://x/v1?API-KEY=abc", "https://x/v1?API-KEY=[redacted]"),
        ("https://x/AKIAIOSFODNN7EXAMPLE/v1", "https://x/[redacted]/v1"),
        ("https://x/v1", "https://x/v1"),
    ],
)
def test_a_url_keeps_no_secret(url, redacted):
    assert Redaction().url(url) == redacted


PIECES = st.sampled_from(
    [
        *PROVIDER_KEYS.values(), "correct horse", 'quo"te/\\é', "4111 1111 1111 1111",
        "bob@example.com", "\n", "\t", "é", "😀", "\\", "n", "u", "0", "9", " ", '"', "a", "@", "/",
    ]
)  # fmt: skip
TEXTS = st.lists(PIECES, max_size=6).map("".join)
NAMES = st.text('ab\n"é', max_size=3)
JSON = st.recursive(
    TEXTS | st.integers() | st.none() | st.just(4111111111111111),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(NAMES, inner, max_size=3),
    max_leaves=6,
)
BODIES = st.dictionaries(NAMES, JSON, max_size=3)


def spellings(value):
    once = json.dumps(value)
    return [once, json.dumps(value, ensure_ascii=False, indent=1), json.dumps({"arguments": once})]


@given(JSON)
def test_redacting_twice_is_redacting_once_and_json_stays_json(value):
    for spelled in spellings(value):
        once = EVERYTHING.text(spelled)

        assert EVERYTHING.text(once) == once
        json.loads(once)


@given(BODIES)
@example({"a": "é4111 1111 1111 1111"})
def test_a_redacted_request_keeps_its_key(body):
    key = request_key(Asked(method="POST", url="/v1", body=body), EVERYTHING)

    for spelled in (json.dumps(body), json.dumps(body, ensure_ascii=False, indent=1)):
        stored = EVERYTHING.body(spelled.encode())
        asked = Asked(method="POST", url="/v1", body=spelled.encode())

        assert request_key(asked, EVERYTHING) == key
        assert request_key(Asked(method="POST", url="/v1", body=stored), EVERYTHING) == key


@given(st.binary())
def test_bytes_that_are_no_text_stay_as_they_are(body):
    assert EVERYTHING.body(b"\xff" + body)[:1] == b"\xff"


@EVERY_KEY
def test_no_key_reaches_a_file_whichever_way_it_came(key, tmp_path):
    path = tmp_path / "case.yaml"
    asked = Asked(
        method="POST",
        url=f"https://x:{key}@api.example/{key}/v1?key={key}&q={key}",
        body={"messages": [{"content": f"use {key}"}], "metadata": {"key": key}, key: key},
        headers={
            "authorization": (f"Bearer {key}",),
            "x-api-key": (key,),
            "user-agent": (key,),
            "content-type": (key,),
        },
    )
    answered = Answered(
        status=200,
        reason=key,
        headers={"set-cookie": (key,), "location": (f"/?key={key}",), "content-type": (key,)},
        body=json.dumps({"model": key, "arguments": json.dumps({"key": key})}).encode(),
    )

    with open_cassette(path, Taping(mode=Mode.MISSING)) as cassette:
        cassette.record(asked, answered, 0, Timing())
        journal = next(tmp_path.iterdir()).read_text()

    assert key not in path.read_text()
    assert key not in journal
    assert scan(path.read_text()) == ()


def test_the_same_request_with_another_secret_is_the_same_recording(tmp_path):
    path = tmp_path / "case.yaml"
    ours, theirs = Redaction(["hunter2hunter2"]), Redaction(["letmeinletmein"])
    with open_cassette(path, Taping(mode=Mode.MISSING, redaction=ours)) as cassette:
        asked = Asked(method="POST", url="/v1", body={"text": "as hunter2hunter2"})
        cassette.record(asked, Answered(status=200), 0, Timing())

    asked = Asked(method="POST", url="/v1", body={"text": "as letmeinletmein"})
    found = open_cassette(path, Taping(redaction=theirs)).play(asked, 0)

    assert found is not None


def test_rules_added_after_recording_still_find_the_recording(tmp_path):
    path = tmp_path / "case.yaml"
    asked = Asked(method="POST", url="/v1", body={"text": "mail bob@example.com"})
    with open_cassette(path, Taping(mode=Mode.MISSING)) as cassette:
        cassette.record(asked, Answered(status=200), 0, Timing())

    found = open_cassette(path, Taping(redaction=EVERYTHING)).play(asked, 0)

    assert found is not None


@pytest.mark.parametrize(
    "hostile",
    [
        "sk-", "-sk-ant-", "bearer+", "-eyJ", "-eyJ0123456789.", "\\", "api_key:", "a", "@", "a@",
        "4 ", "1234567890123", "-----BEGIN PRIVATE KEY-----", "-----BEGIN PRIVATE KEY-----\\",
    ],
)  # fmt: skip
def test_hostile_text_takes_no_more_than_its_length_to_redact(hostile):
    text = f"{hostile * (300_000 // len(hostile))} \\/ \\u0041 @"

    assert len(EVERYTHING.text(text)) > 0


def test_a_scan_tells_where_and_shows_no_more_than_a_beginning():
    text = "first line\nkey: sk-proj-Ab1cdefghijklmnopqrstuvwxyz and AKIAIOSFODNN7EXAMPLE\n"

    assert scan(text) == (
        Finding(rule="OpenAI-style key", line=2, column=6, excerpt="sk-pro… (35 characters)"),
        Finding(rule="AWS key", line=2, column=46, excerpt="AKIAIO… (20 characters)"),
    )


def test_a_scan_knows_the_configured_secrets():
    assert [each.rule for each in scan("so: correct horse", EVERYTHING)] == ["configured secret"]

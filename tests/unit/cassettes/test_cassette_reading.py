"""Cassettes come with pull requests: whatever they hold ends well or in plain words."""

from __future__ import annotations

import gzip
import random
import subprocess
import sys
from itertools import pairwise
from types import SimpleNamespace

import pytest
import yaml

from evalkit.cassettes import Answered, Asked, Facts, Mode, Recording, Taping, open_cassette
from evalkit.cassettes._encoding import LARGEST_BODY
from evalkit.cassettes._foreign import read_yaml
from evalkit.cassettes._read import _Scanner, load
from evalkit.cassettes._recording import Malformed
from evalkit.cassettes._scalar import NotOurs
from evalkit.cassettes._write import dump
from evalkit.errors import InvalidCassette

INTERACTION = """
- request: {method: POST, uri: "http://x/v1", headers: {}, body: '{"a": 1}'}
  response: {status: {code: 200, message: OK}, headers: {}, body: {string: hi}}
"""


def recording(body=b'{"a": "b"}', n=0):
    return Recording(
        asked=Asked(method="POST", url="http://x/v1", body=b'{"n": %d}' % n),
        answered=Answered(status=200, reason="OK", headers={"content-type": ("x",)}, body=body),
        facts=Facts(key="k", trial=0, recorded_at="2026-11-20T12:00:00.000Z"),
    )


def cassette(interactions=INTERACTION, head="version: 1"):
    return f"{head}\ninteractions:{interactions}"


def error_of(tmp_path, content):
    path = tmp_path / "case.yaml"
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    with pytest.raises(InvalidCassette) as caught:
        open_cassette(path)
    return str(caught.value).removeprefix(str(path))


def test_a_file_cut_short_anywhere_is_told_and_never_read_as_less():
    text = dump([recording(b"one\n\n"), recording(b"two", 1)])
    whole = load(text, "case.yaml")

    for length in range(len(text)):
        try:
            found = load(text[:length], "case.yaml")
        except InvalidCassette:
            continue
        assert found == whole or text[:length].strip() == "# Recorded"[:length].strip()


@pytest.mark.parametrize(
    ("content", "message"),
    [
        pytest.param(b"\xff\xfe", ": not UTF-8 at byte 0", id="not text"),
        pytest.param("interactions: {", ":2:1: not readable as YAML", id="not YAML"),
        pytest.param("a: \x00", ": not readable as YAML", id="a control character"),
        pytest.param("- 1", ": this is no cassette: the file is a list", id="a list"),
        pytest.param("version: 1", ": this is no cassette: interactions is missing", id="nothing"),
        pytest.param(cassette("\n- 1"), ": this is no cassette: interactions[0] is 1", id="a 1"),
        pytest.param(
            cassette("\n- {request: {}, response: {}}"),
            ": this is no cassette: interactions[0].request.method is missing, not text",
            id="no method",
        ),
        pytest.param(
            cassette(INTERACTION.replace("string: hi", "string: [1]")),
            ": this is no cassette: interactions[0].response.body.string is a list, not text",
            id="no body",
        ),
        pytest.param(
            cassette(INTERACTION + "  evalkit: {trial: first}"),
            ": this is no cassette: evalkit.trial: expected int, got str",
            id="wrong fact",
        ),
        pytest.param(cassette(head="version: 2"), ": this is no cassette: version is 2", id="2"),
        pytest.param(
            "!!python/object/apply:os.system [exit]", ":1:1: not readable as YAML", id="a tag"
        ),
        pytest.param("hello", ": this is no cassette: the file is 'hello', not a map", id="prose"),
    ],
)  # fmt: skip
def test_a_file_that_is_no_cassette_is_told_with_its_place(content, message, tmp_path):
    assert error_of(tmp_path, content).startswith(message)


def test_a_merge_conflict_in_a_file_of_ours_is_told(tmp_path):
    text = dump([recording()]).replace("  response:", "<<<<<<< ours\n  response:")

    assert "not readable as YAML" in error_of(tmp_path, text)


@pytest.mark.parametrize(
    ("fact", "edited", "message"),
    [
        ("trial: 0", 'trial: "zero"', "evalkit.trial: expected int, got str"),
        ("12:00:00.000Z", "noon", "evalkit.recorded_at is '2026-11-20Tnoon'"),
        ("T12:00:00.000Z", "", "evalkit.recorded_at is '2026-11-20'"),
        ("trial: 0", "chunks: [[1]]", "evalkit.chunks[0]: expected array of length 2, got 1"),
        ("trial: 0", "fields: []", "evalkit.fields: expected object, got array"),
    ],
)
def test_a_wrong_fact_in_a_file_of_ours_is_told(fact, edited, message, tmp_path):
    text = dump([recording()]).replace(fact, edited)

    assert message in error_of(tmp_path, text)


@pytest.mark.parametrize("opening", ["[", "{a: ", "- ", "? "])
def test_deep_nesting_ends_in_plain_words(opening, tmp_path):
    path = tmp_path / "case.yaml"
    path.write_text(opening * 100_000)
    code = (
        "import sys, pathlib; from evalkit.cassettes import open_cassette; "
        "from evalkit.errors import InvalidCassette\n"
        "try: open_cassette(pathlib.Path(sys.argv[1]))\n"
        "except InvalidCassette: print('told')"
    )
    done = subprocess.run(
        [sys.executable, "-c", code, str(path)], capture_output=True, text=True, check=False
    )

    assert done.stdout == "told\n"


def test_a_deeply_nested_body_is_just_bytes(tmp_path):
    path = tmp_path / "case.yaml"
    deep = b"[" * 100_000
    path.write_text(
        dump(
            [
                Recording(
                    asked=Asked(method="POST", url="/", body=deep),
                    answered=Answered(status=200, body=deep),
                )
            ]
        )
    )

    assert (
        open_cassette(path).play(Asked(method="POST", url="/", body=deep), 0).answered.body == deep
    )


LETTERS = "abcdefghijklmnopqrstuvwxyz"
BOMB = "a: &a [x, x]\n" + "".join(
    f"{after}: &{after} [*{before}, *{before}]\n" for before, after in pairwise(LETTERS)
)


@pytest.mark.parametrize(
    ("place", "bomb"),
    [
        ("method: POST", "method: *z"),
        ("code: 200", "code: *z"),
        ("string: hi", "string: *z"),
        ("headers: {}", "headers: {x: *z}"),
        ("headers: {}", "headers: {x: [*z]}"),
        ("{string: hi}}\n", "{string: hi}}\n  evalkit: {trial: *z}\n"),
        ("{string: hi}}\n", "{string: hi}}\n  evalkit: {fields: {model: *z}}\n"),
        ("{string: hi}}\n", "{string: hi}}\n  evalkit: {chunks: [*z]}\n"),
    ],
)
def test_aliases_do_not_multiply(place, bomb, tmp_path):
    text = cassette(head=f"version: 1\n{BOMB}").replace(place, bomb, 1)

    assert error_of(tmp_path, text).startswith(": this is no cassette: ")


def test_a_body_that_unpacks_to_gigabytes_is_refused():
    packed = gzip.compress(bytes(LARGEST_BODY + 1))
    document = yaml.safe_load(cassette())
    document["interactions"][0]["response"]["body"]["string"] = packed
    document["interactions"][0]["response"]["headers"] = {"Content-Encoding": ["gzip"]}

    with pytest.raises(InvalidCassette, match="a compressed body is torn, or larger than"):
        load(yaml.safe_dump(document), "case.yaml")


def test_an_encoding_nobody_can_unpack_stays_as_it_is():
    document = yaml.safe_load(cassette())
    document["interactions"][0]["response"]["headers"] = {"Content-Encoding": ["br2"]}

    (found,) = load(yaml.safe_dump(document), "case.yaml")

    assert found.answered == Answered(
        status=200, reason="OK", headers={"content-encoding": ("br2",)}, body=b"hi"
    )


@pytest.fixture
def brotli(monkeypatch):
    """A stand-in for the package: its decompress takes off a leading `br:`."""

    class BrokenBrotli(Exception):
        pass

    def decompress(body):
        if not body.startswith(b"br:"):
            raise BrokenBrotli
        return body[3:]

    module = SimpleNamespace(decompress=decompress, error=BrokenBrotli)
    monkeypatch.setitem(sys.modules, "brotli", module)


@pytest.mark.parametrize("stored", ["br:hi", "hi"])
@pytest.mark.usefixtures("brotli")
def test_brotli_is_unpacked_where_it_is_installed(stored):
    document = yaml.safe_load(cassette())
    document["interactions"][0]["response"] |= {
        "headers": {"Content-Encoding": ["br"]},
        "body": {"string": stored},
    }

    (found,) = load(yaml.safe_dump(document), "case.yaml")

    assert found.answered == Answered(status=200, reason="OK", body=b"hi")


def test_a_body_that_was_unpacked_already_is_taken_as_it_is():
    document = yaml.safe_load(cassette())
    document["interactions"][0]["response"]["headers"] = {"Content-Encoding": ["gzip"]}

    (found,) = load(yaml.safe_dump(document), "case.yaml")

    assert found.answered.body == b"hi"


def test_an_empty_file_is_an_empty_cassette(tmp_path):
    path = tmp_path / "case.yaml"
    path.write_text("\n")

    assert open_cassette(path, Taping(mode=Mode.NONE)).recordings == ()


def test_line_ends_of_windows_change_nothing():
    text = dump([recording(b"one\n\ntwo\n"), recording()])

    assert load(text.replace("\n", "\r\n"), "case.yaml") == load(text, "case.yaml")


ODD = " \t\n\"':#-|>&*!%{}[],?x0\\\u0085\u2028"


def test_edits_by_hand_are_read_as_yaml_reads_them():
    """Change characters at random: what the scanner still accepts, YAML must read the same."""
    text = dump([recording(b'{"q": "Paris"}\n\n'), recording(b"data: 1\n\ndata: 2\n", 1)])
    chance = random.Random(5)
    accepted = 0
    for _ in range(3000):
        at = chance.randrange(len(text))
        edited = text[:at] + chance.choice(ODD) + text[at + chance.choice((0, 1)) :]
        try:
            scanned = _Scanner(edited).recordings()
        except (NotOurs, Malformed):
            continue
        accepted += 1
        assert scanned == read_yaml(edited, "case.yaml")
    assert accepted > 200

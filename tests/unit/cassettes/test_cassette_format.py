from __future__ import annotations

import yaml
from hypothesis import given
from hypothesis import strategies as st

from evalkit.cassettes._foreign import read_yaml
from evalkit.cassettes._read import load
from evalkit.cassettes._recording import Answered, Asked, Facts, Recording
from evalkit.cassettes._write import dump

NASTY = st.text(
    st.sampled_from("a {}[]\"':#-|>\\/\t\n\r\x00\x1b\x7f\x85\xa0\u2028\u2029\ufeff\ufffe😀é")
)
BODIES = st.one_of(
    st.binary(),
    st.text(st.characters(exclude_categories=["Cs"])).map(str.encode),
    NASTY.map(str.encode),
)
WORDS = st.text(st.characters(exclude_categories=["Cs"]), max_size=8)
HEADERS = st.dictionaries(
    WORDS.map(str.lower), st.lists(WORDS, min_size=1, max_size=2).map(tuple), max_size=3
)
SECONDS = st.floats(0, 1e6).map(lambda second: round(second, 4))
FACTS = st.builds(
    Facts,
    key=WORDS,
    trial=st.integers(0, 9),
    latency_s=SECONDS,
    model_answered=WORDS,
    simulated=st.booleans(),
    fields=st.dictionaries(WORDS, WORDS, max_size=2),
    chunks=st.lists(st.tuples(SECONDS, st.integers(0)), max_size=2).map(tuple),
)
RECORDINGS = st.lists(
    st.builds(
        Recording,
        asked=st.builds(Asked, method=WORDS, url=WORDS, body=BODIES, headers=HEADERS),
        answered=st.builds(
            Answered, status=st.integers(100, 599), reason=WORDS, body=BODIES, headers=HEADERS
        ),
        facts=FACTS,
    ),
    max_size=3,
).map(tuple)


@given(RECORDINGS)
def test_a_cassette_gives_back_what_was_recorded_to_the_byte(recordings):
    text = dump(recordings)

    assert load(text, "x.yaml") == recordings


@given(RECORDINGS)
def test_a_yaml_parser_reads_the_same_as_the_scanner(recordings):
    text = dump(recordings)

    assert read_yaml(text, "x.yaml") == recordings
    assert yaml.safe_load(text)["version"] == 1

"""The encodings in the package are tiktoken's own, and need nothing of the network."""

import base64
import inspect
from hashlib import sha1, sha256

import pytest
import tiktoken
from hypothesis import given
from hypothesis import strategies as st
from tiktoken_ext import openai_public

from evalkit.cost import load_encoding
from evalkit.cost._ranks import read_ranks

NAMES = ("o200k_base", "cl100k_base")
CODE = "types, {braces}: 3.14159 // it's\r\n\tIT'S  \u2028 été 東京 \U0001f600 <|endoftext|>"


def as_tiktoken_file(name):
    """The file that tiktoken would fetch, line by line."""
    ranks = read_ranks(name)
    return b"".join(
        base64.b64encode(token) + b" %d\n" % ranks[token] for token in sorted(ranks, key=ranks.get)
    )


@pytest.fixture(scope="module")
def both(tmp_path_factory):
    """Our counters beside tiktoken's encodings, ranks unpacked where it looks before it fetches."""
    cache = tmp_path_factory.mktemp("tiktoken")
    for name in NAMES:
        source = inspect.getsource(getattr(openai_public, name))
        (url,) = (word for word in source.split('"') if word.startswith("https://"))
        place = cache / sha1(url.encode(), usedforsecurity=False).hexdigest()
        place.write_bytes(as_tiktoken_file(name))
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("TIKTOKEN_CACHE_DIR", str(cache))
        return {name: (load_encoding(name), tiktoken.get_encoding(name)) for name in NAMES}


@pytest.mark.parametrize("name", NAMES)
def test_the_packed_ranks_are_those_that_tiktoken_pins(name):
    pinned = inspect.getsource(getattr(openai_public, name))

    digest = sha256(as_tiktoken_file(name)).hexdigest()

    assert f'expected_hash="{digest}"' in pinned


@pytest.mark.parametrize("name", NAMES)
@given(text=st.one_of(st.text(), st.text("aZ é'sS.{\n\r\t /07", max_size=60)))
def test_a_text_has_as_many_tokens_as_tiktoken_counts(both, name, text):
    count, theirs = both[name]

    assert count(text) == len(theirs.encode_ordinary(text))


@pytest.mark.parametrize("name", NAMES)
def test_code_is_cut_as_tiktoken_cuts_it(both, name):
    count, theirs = both[name]

    assert count(CODE) == len(theirs.encode_ordinary(CODE))


@pytest.mark.parametrize(("name", "tokens"), [("o200k_base", 3), ("cl100k_base", 6)])
def test_each_encoding_has_its_own_tokens(name, tokens):
    assert load_encoding(name)("Добрый день") == tokens


def test_an_encoding_is_loaded_once():
    assert load_encoding("o200k_base") is load_encoding("o200k_base")

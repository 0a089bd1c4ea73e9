from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from evalkit.cassettes import cassette_path

ROOT = Path("/cassettes")
NAMES = st.text() | st.text("aA.-_/\\0\x00:é~", max_size=12)


def path(case="case", suite="suite", provider="gpt", model="gpt-5.4-mini"):
    return cassette_path(ROOT, suite=suite, provider=provider, model=model, case=case)


def test_plain_names_are_the_path():
    assert path("two-cities") == ROOT / "suite/gpt--gpt-5.4-mini/two-cities.yaml"


def test_other_names_are_readable_and_told_apart_by_a_digest():
    named = path("two-cities[Paris]", model="meta-llama/Llama-3.3-70B")

    assert named.name == "two-cities-paris-17468570d8.yaml"
    assert named.parent.name == "gpt--meta-llama-llama-3.3-70b-1a325875ca"


@pytest.mark.parametrize(
    "name",
    ["..", ".", "", "/etc/passwd", "../../x", "..\\..\\x", "a/../../b", "a\x00b", "~", "C:\\x",
     "con", "NUL.txt", "aux.v1", "x" * 5000, "é" * 300, ".hidden", "-rf", "a.", "a ", "\ud800"],
)  # fmt: skip
def test_hostile_names_stay_below_the_root(name):
    for hostile in (path(case=name), path(suite=name), path(provider=name), path(model=name)):
        below = hostile.relative_to(ROOT)

        assert len(below.parts) == 3
        for part in below.parts:
            assert part not in {"..", "."}
            assert part[0] not in ".-~"
            assert len(part.encode()) < 200
            assert all(letter in "abcdefghijklmnopqrstuvwxyz0123456789._-" for letter in part)
            assert part.split(".")[0] not in {"con", "nul", "aux"}


@given(NAMES, NAMES)
def test_different_cases_have_different_files_on_every_file_system(one, other):
    same = path(case=one) == path(case=other)

    assert same == (one == other)
    assert str(path(case=one)) == str(path(case=one)).lower()


@pytest.mark.parametrize(
    ("one", "other"),
    [
        pytest.param("Case", "case", id="capitals"),
        pytest.param("a b", "a-b", id="blanks"),
        pytest.param("é", "è", id="accents"),
        pytest.param("é", "e\u0301", id="composition"),
        pytest.param("x" * 100, "x" * 101, id="length"),
    ],
)
def test_names_that_look_alike_do_not_share_a_file(one, other):
    assert path(case=one) != path(case=other)


def test_provider_and_model_cannot_run_into_each_other():
    assert path(provider="a", model="b--c") != path(provider="a--b", model="c")


def test_no_name_can_pass_for_the_digest_of_another():
    stem = path("Case").stem

    assert path(stem) != path("Case")

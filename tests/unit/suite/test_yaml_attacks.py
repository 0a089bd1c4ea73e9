import time
from pathlib import Path

import pytest

from evalkit.errors import InvalidFile, InvalidSuite
from evalkit.suite import load_suite, load_yaml


def complaint(text):
    with pytest.raises(InvalidFile) as refused:
        load_yaml(text, "f.yaml")
    return refused.value.problems[0].what


def test_aliases_cannot_multiply():
    lines = ["a: &a [x, x, x, x, x, x, x, x, x]"]
    for name, inner in zip("bcdefghi", "abcdefgh", strict=True):
        lines.append(f"{name}: &{name} [{', '.join([f'*{inner}'] * 9)}]")

    assert complaint("\n".join(lines)) == (
        "the aliases of the file stand for more than 100,000 values"
    )


def test_aliases_cannot_build_a_tower():
    lines = ["a0: &a0 [x]", *(f"a{n}: &a{n} [*a{n - 1}]" for n in range(1, 400))]

    assert complaint("\n".join(lines)) == "nested deeper than 100 levels"


@pytest.mark.parametrize(
    "text",
    [
        pytest.param("[" * 10_000, id="open brackets"),
        pytest.param("[" * 10_000 + "]" * 10_000, id="closed brackets"),
        pytest.param("{a: " * 10_000, id="mappings"),
        pytest.param("- " * 10_000, id="dashes"),
        pytest.param("? " * 10_000, id="question marks"),
    ],
)
def test_nesting_is_bounded(text):
    started = time.process_time()

    what = complaint(text)

    assert what in ("nested deeper than 100 levels", "a key must be text")
    assert time.process_time() - started < 1


def test_a_file_of_fifty_megabytes_is_not_read(tmp_path):
    path = tmp_path / "s.yaml"
    with path.open("wb") as stream:
        stream.truncate(50_000_000)

    with pytest.raises(InvalidSuite, match="the file is larger than 16 MB"):
        load_suite(path)


def test_an_endless_number_is_no_work():
    assert complaint(f"a: {'9' * 1_000_000}") == "a number of 1000000 digits is too long"


def test_nothing_is_constructed_from_a_tag(tmp_path):
    victim = tmp_path / "victim"

    complaint(f"a: !!python/object/apply:pathlib.Path.touch [{victim}]")

    assert not victim.exists()


@pytest.mark.parametrize(
    ("name", "content", "problem"),
    [
        ("s.yaml", b"version: 1\nsuite: caf\xe9", "s.yaml:2:11: the file is not UTF-8 text"),
        ("s.yaml", b"\xff\xfev\x00", "s.yaml:1:1: the file is not UTF-8 text"),
        ("s.yaml", None, "s.yaml:1:1: there is no such file"),
        (".", None, ".:1:1: this is a folder, not a file"),
    ],
)
def test_a_file_that_cannot_be_read_is_told_by_its_name(
    name, content, problem, tmp_path, monkeypatch
):
    monkeypatch.chdir(tmp_path)
    if content is not None:
        Path(name).write_bytes(content)

    with pytest.raises(InvalidSuite) as refused:
        load_suite(Path(name))

    assert str(refused.value).splitlines()[0] == problem

import os
import socket
import subprocess
import sys
import time

import pytest

from evalkit.errors import PluginFailed, UsageError
from evalkit.matchers import BadPattern, Context, compile_pattern, show

ALLOWED = Context(allow_python=True)


@pytest.fixture
def no_network(monkeypatch):
    def refuse(*_, **__):
        raise AssertionError("a connection was opened")

    monkeypatch.setattr(socket, "socket", refuse)


@pytest.mark.usefixtures("no_network")
@pytest.mark.parametrize("uri", ["http://127.0.0.1/x", "file:///etc/passwd", "other.json"])
def test_a_schema_never_fetches_what_it_refers_to(uri):
    with pytest.raises(BadPattern) as refused:
        compile_pattern({"$schema": {"$ref": uri}})

    assert refused.value.what.endswith("is not fetched")
    assert refused.value.hint == "put what it refers to under $defs"


@pytest.mark.parametrize("matcher", ["$regex", "$search"])
def test_a_pattern_that_explodes_elsewhere_takes_linear_time(matcher):
    pattern = compile_pattern({matcher: "(a|aa)+$"})
    started = time.process_time()

    mismatch = pattern.match("a" * 50_000 + "b")

    assert mismatch is not None
    assert time.process_time() - started < 2


def test_a_pattern_inside_a_schema_takes_linear_time():
    pattern = compile_pattern({"$schema": {"pattern": "^(a+)+$"}})
    started = time.process_time()

    mismatch = pattern.match("a" * 5_000 + "b")

    assert mismatch is not None
    assert time.process_time() - started < 2


def test_a_pattern_cannot_be_nested_without_end():
    nested = "x"
    for _ in range(10_000):
        nested = [nested]

    with pytest.raises(BadPattern, match="nested deeper than 100 levels"):
        compile_pattern(nested)


@pytest.mark.parametrize(
    "pattern",
    ["x", [[1]], {"a": 1}, {"$equals": [[1]]}, {"$type": "string"}, {"$json": 1}, {"$not": [[1]]},
     {"$schema": {"type": "string"}}, {"$contains": "x"}, {"$unordered": [1]}],
    ids=str,
)  # fmt: skip
def test_a_value_nested_without_end_is_compared_without_a_crash(pattern):
    nested = []
    for _ in range(100_000):
        nested = [nested]

    mismatch = compile_pattern(pattern).match(nested)

    assert mismatch is None or len(mismatch.reason) < 400


def test_hostile_text_stays_on_one_line_and_shows_its_hidden_characters():
    mismatch = compile_pattern("Paris").match("Par\nis\x1b[31m\u202e\ud800")

    assert mismatch.reason == r"expected 'Paris', got 'Par\nis\x1b[31m\u202e\ud800'"


def test_long_values_are_shortened():
    assert show("x" * 1_000_000) == f"'{'x' * 80}…{'x' * 40}'"


def test_long_texts_are_shown_where_they_begin_to_differ():
    mismatch = compile_pattern("a" * 500 + "b" * 10).match("a" * 500 + "c" * 10)

    assert mismatch.reason == (
        "the texts differ from character 501 on: "
        "expected 'aaaaaaaaaaaaaaaaaaaabbbbbbbbbb', got 'aaaaaaaaaaaaaaaaaaaacccccccccc'"
    )


def test_python_does_not_run_where_nobody_allowed_it():
    pattern = compile_pattern({"$python": "os:getcwd"})

    with pytest.raises(UsageError, match=r"\$python os:getcwd may not run"):
        pattern.match("x")


def test_python_is_not_even_imported_while_a_suite_is_read(tmp_path, monkeypatch):
    (tmp_path / "trap.py").write_text("raise AssertionError('imported')")
    monkeypatch.syspath_prepend(str(tmp_path))

    compile_pattern({"$python": "trap:check"})

    assert "trap" not in sys.modules


@pytest.mark.parametrize(
    ("body", "reason"),
    [
        pytest.param("return value == 'x'", None, id="true accepts"),
        pytest.param("return None", None, id="none accepts"),
        pytest.param("return False", "checks_a:check does not accept 'x'", id="false refuses"),
        pytest.param("return 'too short'", "too short", id="text is the reason"),
    ],
)
def test_python_that_is_allowed_accepts_or_says_why_not(body, reason, tmp_path, monkeypatch):
    (tmp_path / "checks_a.py").write_text(f"def check(value):\n    {body}\n")
    monkeypatch.syspath_prepend(str(tmp_path))
    monkeypatch.delitem(sys.modules, "checks_a", raising=False)

    mismatch = compile_pattern({"$python": "checks_a:check"}).match("x", ALLOWED)

    assert (mismatch and mismatch.reason) == reason


@pytest.mark.parametrize(
    ("body", "what"),
    [
        pytest.param("raise KeyError('k')", r"raised KeyError: 'k'", id="it raises"),
        pytest.param("return 5", r"returned a int", id="it returns neither"),
    ],
)
def test_trouble_in_the_users_python_is_no_mismatch(body, what, tmp_path, monkeypatch):
    (tmp_path / "checks_b.py").write_text(f"def check(value):\n    {body}\n")
    monkeypatch.syspath_prepend(str(tmp_path))
    monkeypatch.delitem(sys.modules, "checks_b", raising=False)

    with pytest.raises(PluginFailed, match=what):
        compile_pattern({"$python": "checks_b:check"}).match("x", ALLOWED)


def test_python_that_is_not_there_is_no_mismatch():
    with pytest.raises(PluginFailed, match="cannot be loaded: ModuleNotFoundError"):
        compile_pattern({"$python": "no_such_module:check"}).match("x", ALLOWED)


def test_importing_the_matchers_loads_nothing_heavy():
    heavy = "jinja2 re2 jsonschema_rs pydantic yaml openai anthropic"
    script = (
        "import sys, evalkit.matchers as m; m.compile_pattern({'a': [1, {'$gt': 2}]});"
        f"print([name for name in '{heavy}'.split() if name in sys.modules])"
    )

    ran = subprocess.run(
        [sys.executable, "-c", script],
        capture_output=True,
        text=True,
        check=True,
        env={**os.environ},
    )

    assert ran.stdout.strip() == "[]"

import sys

import pytest

from evalkit.errors import PluginFailed
from evalkit.matchers import BadPattern, compile_pattern

MODULE = """
def even(operand):
    if operand is not True:
        raise ValueError("even takes true")
    return lambda actual, context: None if actual % 2 == 0 else f"{actual} is odd"
"""


@pytest.fixture
def even(tmp_path, monkeypatch):
    """An installed package that brings the matcher `$even`."""
    (tmp_path / "even_matcher.py").write_text(MODULE)
    info = tmp_path / "even_matcher-1.0.dist-info"
    info.mkdir()
    (info / "METADATA").write_text("Metadata-Version: 2.1\nName: even-matcher\nVersion: 1.0\n")
    (info / "entry_points.txt").write_text("[evalkit.matchers]\neven = even_matcher:even\n")
    monkeypatch.syspath_prepend(str(tmp_path))
    yield
    sys.modules.pop("even_matcher", None)


@pytest.mark.usefixtures("even")
def test_a_matcher_of_an_installed_package_is_used_by_its_name():
    pattern = compile_pattern({"n": {"$even": True}})

    assert pattern.match({"n": 2}) is None
    assert pattern.match({"n": 3}).reason == "3 is odd"


@pytest.mark.usefixtures("even")
def test_an_operand_that_a_foreign_matcher_refuses_is_a_mistake_at_its_place():
    with pytest.raises(BadPattern) as refused:
        compile_pattern({"n": {"$even": 5}})

    assert (refused.value.path, refused.value.what) == (("n", "$even"), "$even: even takes true")


@pytest.mark.usefixtures("even")
def test_a_foreign_matcher_that_raises_is_trouble_and_no_mismatch():
    pattern = compile_pattern({"$even": True})

    with pytest.raises(PluginFailed, match=r"the matcher \$even raised TypeError"):
        pattern.match("x")


@pytest.mark.usefixtures("even")
def test_a_foreign_matcher_is_suggested_for_a_misspelt_name():
    with pytest.raises(BadPattern) as refused:
        compile_pattern({"$evn": True})

    assert refused.value.hint == "did you mean '$even'?"


@pytest.mark.usefixtures("even")
def test_a_foreign_matcher_that_cannot_be_imported_is_a_mistake_where_it_is_used(tmp_path):
    (tmp_path / "even_matcher.py").write_text("raise ImportError('no libeven')")

    with pytest.raises(BadPattern) as refused:
        compile_pattern({"$even": True})

    assert refused.value.path == ("$even",)
    assert refused.value.what == ("plugin 'even' (even_matcher:even) cannot be loaded: no libeven")

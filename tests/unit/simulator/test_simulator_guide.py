"""The loops in docs/simulator.md run as they are printed."""

import re
from pathlib import Path

import pytest

PAGE = Path(__file__).parents[3] / "docs/simulator.md"


@pytest.fixture
def printed(tmp_path, monkeypatch):
    """What the page's section on loops defines, in a folder with its script."""
    section = PAGE.read_text().split("## Test a loop of your own")[1].split("\n## ")[0]
    [script] = re.findall(r"```yaml\n(.*?)```", section, re.DOTALL)
    (tmp_path / "weather.yaml").write_text(script)
    monkeypatch.chdir(tmp_path)
    names = {}
    for block in re.findall(r"```python\n(.*?)```", section, re.DOTALL):
        exec(block, names)  # noqa: S102 - the page's own code
    return names


@pytest.mark.parametrize("name", ["test_both_calls_are_answered", "test_claude_gets_both_results"])
def test_a_printed_test_passes(name, printed):
    printed[name]()


def test_the_printed_test_catches_a_loop_that_drops_a_result(printed):
    printed["WEATHER"]["Bergen"] = "nothing"

    with pytest.raises(AssertionError):
        printed["test_both_calls_are_answered"]()

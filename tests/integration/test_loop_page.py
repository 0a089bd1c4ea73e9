"""Every example of docs/loop.md loads."""

import re
from pathlib import Path

import pytest

from evalkit.suite import load_suite
from evalkit.suite._settings import Settings
from evalkit.suite._simulated import FAULTS, SimulatedEntry

PAGE = (Path(__file__).parents[2] / "docs" / "loop.md").read_text()
EXAMPLES = re.findall(r"^```yaml\n(.*?)^```$", PAGE, re.MULTILINE | re.DOTALL)
LIMITS = (
    "max_turns", "max_repeats", "max_calls", "conversation_timeout_s", "context_tokens",
    "max_parallel_calls", "tool_timeout_s", "rate_limits", "alerts",
)  # fmt: skip


@pytest.mark.parametrize("example", EXAMPLES, ids=lambda text: text.split(":", 1)[0])
def test_an_example_of_the_page_loads(example, tmp_path):
    path = tmp_path / "s.yaml"
    head = "version: 1\ntools: [{name: get_order}, {name: process_refund}]\n"
    tail = "cases: [{id: a, prompt: x, expect: no_call}]\n"
    path.write_text(example if example.startswith("version:") else head + example + tail)

    assert load_suite(path).cases


def test_the_page_lists_every_fault_and_every_key_of_a_rule():
    keys = [field.alias or name for name, field in SimulatedEntry.model_fields.items()]

    assert [name for name in FAULTS if f"| `{name}` |" not in PAGE] == []
    assert [key for key in keys if f"`{key}`" not in PAGE] == []


def test_the_page_shows_every_limit_with_its_default():
    (shown,) = (text for text in EXAMPLES if text.startswith("settings:"))
    defaults = Settings()

    for name in LIMITS:
        if name not in ("context_tokens", "rate_limits", "alerts"):
            assert f"  {name}: {getattr(defaults, name):g} " in shown
        assert f"  {name}:" in shown

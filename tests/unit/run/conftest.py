import sys
import textwrap
from pathlib import Path

import pytest

from evalkit.suite import load_suite

sys.path.insert(0, str(Path(__file__).parent))

HEAD = """\
version: 1
system: Be brief.
tools:
  - name: get_order
    parameters:
      type: object
      properties: {order_id: {type: string}}
      required: [order_id]
      additionalProperties: false
  - {name: pay}
"""
CASE = "cases: [{id: a, prompt: Where is A1?, expect: {forbid: [pay]}}]\n"


@pytest.fixture
def case(tmp_path, monkeypatch):
    """The one case of a suite that has these further keys."""
    monkeypatch.chdir(tmp_path)

    def load(keys="simulate: {get_order: open, pay: paid}\n"):
        path = tmp_path / "s.yaml"
        keys = textwrap.dedent(keys)
        path.write_text(HEAD + keys + ("" if "cases:" in keys else CASE))
        return load_suite(path.relative_to(tmp_path), allow_python=True).cases[0]

    return load

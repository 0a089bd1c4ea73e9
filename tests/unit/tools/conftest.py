import textwrap

import pytest

from evalkit.suite import load_suite
from evalkit.tools import Toolbox
from evalkit.transcript import ToolCall

HEAD = """\
version: 1
tools:
  - name: get_order
    parameters:
      type: object
      properties: {order_id: {type: string}, limit: {type: integer}}
      required: [order_id]
      additionalProperties: false
  - {name: pay}
"""
CASE = "cases: [{id: a, prompt: x, expect: {forbid: [pay]}}]\n"


@pytest.fixture
def case(tmp_path, monkeypatch):
    """The one case of a suite that has these further keys."""
    monkeypatch.chdir(tmp_path)

    def load(keys):
        path = tmp_path / "s.yaml"
        path.write_text(HEAD + textwrap.dedent(keys) + CASE)
        return load_suite(path.relative_to(tmp_path), allow_python=True).cases[0]

    return load


class Shop:
    """Calls the tools of one conversation, one after the other."""

    def __init__(self, case, trial=0):
        self.toolbox = Toolbox(case, trial)
        self.calls = 0

    def prepare(self, tool, now_s=0.0, **arguments):
        self.calls += 1
        call = ToolCall(id=f"call-{self.calls}", name=tool, raw=None, arguments=arguments)
        (prepared,) = self.toolbox.prepare([call], now_s)
        return prepared

    def answer(self, tool, **arguments):
        """What the tool answers, as the model would be told."""
        prepared = self.prepare(tool, **arguments)
        result = prepared.result(prepared.finished(prepared.answer))
        self.toolbox.learn(result)
        return result

    def contents(self, tool, times, **arguments):
        return [self.answer(tool, **arguments).content for _ in range(times)]


@pytest.fixture
def shop(case):
    """The tools of a suite with these keys at work."""
    return lambda keys, trial=0: Shop(case(keys), trial)

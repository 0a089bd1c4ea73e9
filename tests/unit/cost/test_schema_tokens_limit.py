from __future__ import annotations

import pytest

from evalkit.cost import schema_tokens
from evalkit.grade import grade
from evalkit.results import Kind, Status
from evalkit.suite import load_suite
from evalkit.transcript import Transcript, Turn

SUITE = """\
version: 1
tools: [{name: get_time, description: Tell the time in one city.}]
cases: [{id: hello, prompt: hello, expect: {no_call: true, limits: {schema_tokens: %d}}}]
"""


@pytest.fixture
def judged(tmp_path):
    def judge(limit):
        path = tmp_path / "clock.yaml"
        path.write_text(SUITE % limit)
        suite = load_suite(path)
        answer = Transcript(
            suite="clock", case="hello", provider="p", model="gpt-4o", messages=(Turn(text="Hi"),)
        )
        return grade(suite.cases[0], answer), schema_tokens(suite.tools, "gpt-4o").total

    return judge


def test_tools_within_the_limit_pass(judged):
    result, _ = judged(500)

    assert result.status is Status.PASSED


def test_tools_above_the_limit_fail_the_case(judged):
    result, tokens = judged(3)

    (failure,) = result.failures
    assert failure.kind is Kind.OVER_BUDGET
    assert failure.reason == f"limits.schema_tokens: at most 3 expected, got {tokens}"

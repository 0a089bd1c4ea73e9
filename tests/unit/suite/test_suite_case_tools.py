from __future__ import annotations

from pathlib import Path

import pytest

from evalkit.errors import InvalidSuite
from evalkit.suite import load_suite

OWN_TOOLS = """\
version: 1
tools:
  - {name: get_weather, parameters: {type: object}}
cases:
  - id: own
    prompt: What time is it in Oslo?
    tools: [{name: get_time, parameters: {type: object}}]
    expect: {calls: [get_time: {}]}
  - id: shared
    prompt: Is it cold in Oslo?
    expect: {calls: [get_weather: {}]}
"""


def write(folder: Path, text: str) -> Path:
    path = folder / "suite.yaml"
    path.write_text(text, encoding="utf-8")
    return path


def test_tools_of_a_case_stand_in_place_of_those_of_the_suite(tmp_path):
    suite = load_suite(write(tmp_path, OWN_TOOLS))

    offered = {case.id: [tool.name for tool in case.tools] for case in suite.cases}

    assert offered == {"own": ["get_time"], "shared": ["get_weather"]}


def test_a_case_with_its_own_tools_may_not_expect_those_of_the_suite(tmp_path):
    text = OWN_TOOLS.replace("[get_time: {}]", "[get_weather: {}]")

    with pytest.raises(InvalidSuite) as raised:
        load_suite(write(tmp_path, text))

    assert [problem.what for problem in raised.value.problems] == [
        "the suite offers no tool 'get_weather'"
    ]


def test_a_case_may_not_bring_the_same_tool_twice(tmp_path):
    tool = "{name: get_time, parameters: {type: object}}"
    text = OWN_TOOLS.replace(f"[{tool}]", f"[{tool}, {tool}]")

    with pytest.raises(InvalidSuite) as raised:
        load_suite(write(tmp_path, text))

    assert [problem.what for problem in raised.value.problems] == [
        "the tool 'get_time' is already there"
    ]

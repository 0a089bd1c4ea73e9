import json
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from evalkit.errors import InvalidSuite
from evalkit.suite import load_suite, load_yaml

WHOLE = """
version: 1
suite: s
system: Be brief.
tools: [{name: pay, parameters: {type: object, properties: {id: {type: string}}}}, {name: ask}]
settings: {tool_choice: {tool: pay}, temperature: 0, extra_body: {a: 1}}
simulate: {pay: [{when: {id: a}, return: 1}, {fault: {slow: {s: 1}}}], ask: yes}
defaults: {tags: [x], trials: 2, pass: 0.5, expect: {limits: {turns: 3}}}
extra_args: allow
cases:
  - {id: a, prompt: "{{ n }}", matrix: {n: [1, b]}, expect: no_call}
  - id: b
    messages:
      - {role: user, content: x}
      - {role: assistant, calls: [{pay: {id: a}}]}
      - {role: tool, content: {a: 1}}
    expect:
      calls: [{pay: {id: {$one_of: [a, {$regex: b+}]}}}, {tool: ask, args: {}, id: q, times: 2}]
      answer: {$contains: [a]}
      any_of: [{forbid: [pay]}]
      grounded: {pay: {id: {$result: ask.id}}}
  - id: c
    turns: [{user: x, expect: {order: strict, calls: [{ask: {}}]}}, {user: y}]
    skip: later
    expect: {retries: 1, idempotent: {tool: pay, key: id}, schema: off, extra_calls: [ask]}
"""
SUITE = load_yaml(WHOLE, "whole").value


def places(value, path=()):
    yield path
    if isinstance(value, dict | list):
        for step, each in value.items() if isinstance(value, dict) else enumerate(value):
            yield from places(each, (*path, step))


def replaced(value, path, new):
    if not path:
        return new
    copy = value.copy()
    copy[path[0]] = replaced(value[path[0]], path[1:], new)
    return copy


PLACES = st.sampled_from(list(places(SUITE)))
ODD = st.sampled_from(
    [None, True, 0, -1, 1.5, 10**30, "", "x", "{{ n }}", "{{ n", "no_call", "a.b:c", "$any",
     [], {}, [None], [[]], {"": None}, {"$x": 1}, {"$any": True}, {"$regex": "("}, {"a": {"b": 1}},
     {"$optional": 1}, [{"$absent": True}], {"tool": 5}, {"tool": "pay", "args": None}, "../x.yaml",
     {"$result": 5}, {"$schema": {"$ref": "#/x"}}, {"type": "function", "function": 5},
     {"tools": [5]}, {"result": {"tools": {}}}]
)  # fmt: skip


def outcome(value):
    Path("s.yaml").write_text(json.dumps(value))
    try:
        return load_suite(Path("s.yaml")).cases
    except InvalidSuite as error:
        return error.problems


@pytest.fixture(autouse=True)
def _folder(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)


def test_the_suite_that_is_broken_below_loads_as_it_stands():
    assert [case.id for case in outcome(SUITE)] == ["a[1]", "a[b]", "b", "c"]


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(st.tuples(PLACES, ODD), min_size=1, max_size=3))
def test_whatever_stands_in_a_suite_it_loads_or_its_mistakes_are_told(changes):
    value = SUITE
    for path, odd in changes:
        if path in set(places(value)):
            value = replaced(value, path, odd)

    assert outcome(value)

"""Time grows with the length of a text, not with its square, whatever the text."""

import time

import pytest

from evalkit.parse import AUTO, defect_spans, parse_arguments, parse_text, repair
from evalkit.parse._formats import FORMATS

SHORT, LONG = 100_000, 200_000
MOST = 3.0
"""Twice the text may take twice the time, and half as much again for a busy machine."""
NOTICEABLE_S = 0.02
"""Below this, a ratio says more about the clock than about the parser."""

HOSTILE = {
    "open brackets": "[",
    "open objects": '{"a":',
    "open strings": '["',
    "open calls in python": "[f(a=[",
    "calls in python": "[f(a=1),",
    "quotes in python": "[f(a='x' ",
    "calls in json": '{"name":"f","arguments":{}} ',
    "open tags": "<tool_call>",
    "open calls in tags": '<tool_call>{"name":"f","arguments":{"a":',
    "broken calls in tags": '<tool_call>{"name":"f","arguments":{x</tool_call>',
    "open parameters": "<function=f><parameter=a>",
    "open invocations": '<invoke name="f"><parameter name="a">',
    "half a tag": "<invoke ",
    "open keys": "<tool_call>f<arg_key>a",
    "open values": "<tool_call>f<arg_key>a</arg_key><arg_value>",
    "names": '[TOOL_CALLS]f[ARGS]{"a":"',
    "messages": '<|start|>assistant to=f<|message|>{"',
    "ends": "<|end|>",
    "braces": '<|tool_call>call:f{a:<|"|>',
    "nested tags": "]<]minimax[>[<tool_call>]<]minimax[>[<a>",
    "actions": "Action:          ",
    "thoughts": "<think>",
    "fences": "```json\n{",
    "white space": " \n",
}


ONE_OF_EACH = sorted({format_.find: name for name, format_ in FORMATS.items()}.values())


def seconds(read, text, times):
    best = float("inf")
    for _ in range(times):
        start = time.perf_counter()
        read(text)
        best = min(best, time.perf_counter() - start)
    return best


def ratio(read, piece, times=1):
    short, long = (seconds(read, (piece * (n // len(piece) + 1))[:n], times) for n in (SHORT, LONG))
    return long / max(short, NOTICEABLE_S)


def is_linear(read, piece):
    """Look again before a busy moment of the machine counts as a square."""
    return ratio(read, piece) < MOST or ratio(read, piece, times=5) < MOST


@pytest.mark.parametrize("piece", HOSTILE.values(), ids=HOSTILE)
@pytest.mark.parametrize("read", [parse_arguments, defect_spans, repair])
def test_argument_strings_take_linear_time(read, piece):
    assert is_linear(read, piece)


@pytest.mark.parametrize("format_", [*ONE_OF_EACH, AUTO])
@pytest.mark.parametrize("piece", HOSTILE.values(), ids=HOSTILE)
def test_text_formats_take_linear_time(format_, piece):
    assert is_linear(lambda text: parse_text(text, format_), piece)

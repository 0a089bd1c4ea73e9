"""What holds for every text and every format: nothing raises, and what is written is read."""

import json

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from evalkit.parse import format_names, parse_text
from evalkit.parse._formats import FORMATS

FEW = settings(max_examples=30)
"""Each law runs for every format; thirty examples of each are a thousand of the law."""

BAR = "\uff5c"
PIECES = [
    *(
        "<tool_call>",
        "</tool_call>",
        "<function=f>",
        "</function>",
        "<parameter=a>",
        "</parameter>",
    ),
    *('<invoke name="f">', "</invoke>", '<parameter name="a">', "<arg_key>", "</arg_key>"),
    *("<arg_value>", "</arg_value>", "[TOOL_CALLS]", "[ARGS]", "<think>", "</think>", "functools["),
    *("<|channel|>", "<|message|>", "<|start|>assistant to=f", "<|end|>", "<|call|>", "commentary"),
    *(f"<{BAR}tool▁call▁begin{BAR}>", f"<{BAR}tool▁sep{BAR}>", f"<{BAR}DSML{BAR}invoke name='f'>"),
    *("<|tool_call_begin|>f:0", "<|tool_call_argument_begin|>", "<|tool_call>call:f{", '<|"|>'),
    *("]<]minimax[>[<tool_call>", ']<]minimax[>[<invoke name="f">', "]<]minimax[>[</invoke>"),
    *(
        "<|tool_call_start|>[f(",
        "f(a=",
        "Action: f\n",
        "Action Input: ",
        "```json\n",
        "```",
        ">>>f\n",
    ),
    *(
        '{"name": "f", "arguments": ',
        '"a": ',
        "{",
        "}",
        "[",
        "]",
        "(",
        ")",
        "'",
        '"',
        ",",
        ":",
        "=",
    ),
    *("\\", "\n", " ", "1", "-", "é", "\ud800", "\x00", "true", "None", "<|", "|>", "<", ">"),
]

SCALARS = (
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False)
)
VALUES = st.recursive(
    SCALARS | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=6,
)
"""Of any text; marks of the formats may stand only where a format can tell them from its own."""

NAMES = st.from_regex(r"[a-z][a-z0-9_]{0,12}", fullmatch=True).filter(
    lambda name: name not in ("all", "python", "browser", "container", "name", "self", "user")
)


def spelled(name, arguments, key="arguments"):
    return json.dumps({"name": name, key: arguments})


def elements(name, arguments, opening, parameter, closing):
    return opening.format(name) + "".join(parameter.format(k, v) for k, v in arguments) + closing


def as_text(value):
    return value if isinstance(value, str) else json.dumps(value)


def braces(value, quote):
    match value:
        case str():
            return f"{quote}{value}{quote}"
        case list():
            return "[" + ",".join(braces(item, quote) for item in value) + "]"
        case dict():
            return "{" + ",".join(f"{k}:{braces(v, quote)}" for k, v in value.items()) + "}"
        case _:
            return json.dumps(value)


JSON_WRITERS = {
    "hermes": lambda n, a: f"<tool_call>\n{spelled(n, a)}\n</tool_call>",
    "llama3_json": lambda n, a: f"<|python_tag|>{spelled(n, a, 'parameters')}",
    "mistral": lambda n, a: f"[TOOL_CALLS]{n}[ARGS]{json.dumps(a)}",
    "mistral_v3_json": lambda n, a: f"[TOOL_CALLS] [{spelled(n, a)}]",
    "deepseek_v3": lambda n, a: (
        f"<{BAR}tool▁call▁begin{BAR}>function<{BAR}tool▁sep{BAR}>{n}\n```json\n{json.dumps(a)}\n```"
        f"<{BAR}tool▁call▁end{BAR}>"
    ),
    "deepseek_v31": lambda n, a: (
        f"<{BAR}tool▁call▁begin{BAR}>{n}<{BAR}tool▁sep{BAR}>{json.dumps(a)}<{BAR}tool▁call▁end{BAR}>"
    ),
    "kimi_k2": lambda n, a: (
        f"<|tool_call_begin|>functions.{n}:0<|tool_call_argument_begin|>{json.dumps(a)}"
        "<|tool_call_end|>"
    ),
    "functionary_v31": lambda n, a: f"<function={n}>{json.dumps(a)}</function>",
    "functionary_v32": lambda n, a: f">>>{n}\n{json.dumps(a)}",
    "harmony": lambda n, a: (
        f"<|channel|>commentary to=functions.{n} <|constrain|>json<|message|>{json.dumps(a)}"
        "<|call|>"
    ),
    "granite3": lambda n, a: f"<|tool_call|>[{spelled(n, a)}]",
    "granite4": lambda n, a: f"<tool_call>{spelled(n, a)}</tool_call>",
    "granite_20b_fc": lambda n, a: f"<function_call> {spelled(n, a)}",
    "phi4_mini": lambda n, a: f"functools[{spelled(n, a)}]",
    "firefunction_v2": lambda n, a: f" functools[{spelled(n, a)}]",
    "internlm2": lambda n, a: f"<|action_start|><|plugin|>{spelled(n, a)}<|action_end|>",
    "jamba": lambda n, a: f"<tool_calls>[{spelled(n, a)}]</tool_calls>",
    "hunyuan_a13b": lambda n, a: f"<tool_calls>[{spelled(n, a)}]</tool_calls>",
    "apriel": lambda n, a: f"<tool_calls>[{spelled(n, a)}]</tool_calls>",
    "nemotron_nano_v2": lambda n, a: f"<TOOLCALL>[{spelled(n, a)}]</TOOLCALL>",
    "apertus": lambda n, a: f"<|tools_prefix|>[{json.dumps({n: a})}]<|tools_suffix|>",
    "gigachat3": lambda n, a: f"<|function_call|>{spelled(n, a)}",
    "longcat": lambda n, a: f"<longcat_tool_call>{spelled(n, a)}</longcat_tool_call>",
    "inkling": lambda n, a: f"<|content_invoke_tool_json|>{spelled(n, a, 'args')}<|end_message|>",
    "cohere_command": lambda n, a: (
        "<|START_ACTION|>" + json.dumps([{"tool_name": n, "parameters": a}]) + "<|END_ACTION|>"
    ),
    "ernie45": lambda n, a: f"<tool_call>{spelled(n, a)}</tool_call>",
    "xlam": lambda n, a: f"```json\n[{spelled(n, a)}]\n```",
    "json_object_tool": spelled,
    "json_array_tool": lambda n, a: f"[{spelled(n, a)}]",
    "bfcl_json": lambda n, a: json.dumps([{"function": n, "parameters": a}]),
    "react": lambda n, a: f"Thought: so\nAction: {n}\nAction Input: {json.dumps(a)}\nObservation:",
    "plamo3": lambda n, a: (
        f"<|plamo:begin_tool_name:plamo|>{n}<|plamo:end_tool_name:plamo|>"
        f"<|plamo:begin_tool_arguments:plamo|>{json.dumps(a)}<|plamo:end_tool_arguments:plamo|>"
    ),
}

TEXT_WRITERS = {
    "qwen3_coder": ("<function={}>", "<parameter={}>\n{}\n</parameter>", "</function>"),
    "seed_oss": ("<function={}>", "<parameter={}>\n{}\n</parameter>", "</function>"),
    "invoke": ('<invoke name="{}">', '<parameter name="{}">\n{}\n</parameter>', "</invoke>"),
    "minimax_m2": ('<invoke name="{}">', '<parameter name="{}">\n{}\n</parameter>', "</invoke>"),
    "minicpm5_xml": ('<function name="{}">', '<param name="{}">\n{}\n</param>', "</function>"),
    "bfcl_concise_xml": ('<function name="{}">', '<param name="{}">\n{}\n</param>', "</function>"),
    "glm45": (
        "<tool_call>{}",
        "<arg_key>{}</arg_key>\n<arg_value>{}</arg_value>\n",
        "</tool_call>",
    ),
    "minimax_m3": (
        ']<]minimax[>[<tool_call>]<]minimax[>[<invoke name="{}">',
        "]<]minimax[>[<{0}>{1}]<]minimax[>[</{0}>",
        "]<]minimax[>[</invoke>]<]minimax[>[</tool_call>",
    ),
    "kimi_k3": (
        '<|open|>call tool="{}"<|sep|>',
        '<|open|>argument key="{}"<|sep|>\n{}\n<|close|>argument<|sep|>',
        "<|close|>call<|sep|>",
    ),
    "deepseek_v32": (
        f'<{BAR}DSML{BAR}invoke name="{{}}">',
        f'<{BAR}DSML{BAR}parameter name="{{}}">\n{{}}\n</{BAR}DSML{BAR}parameter>',
        f"</{BAR}DSML{BAR}invoke>",
    ),
}

PYTHON_WRITERS = {
    "pythonic": "[{}]",
    "llama4_pythonic": "<|python_start|>[{}]<|python_end|>",
    "bfcl_pythonic": "[{}]",
    "lfm2": "<|tool_call_start|>[{}]<|tool_call_end|>",
    "olmo3": "<function_calls>{}</function_calls>",
}

BRACE_WRITERS = {
    "functiongemma": ("<start_function_call>call:{}{}<end_function_call>", "<escape>"),
    "gemma4": ("<|tool_call>call:{}{}<tool_call|>", '<|"|>'),
}


def schema_of(value):
    match value:
        case None:
            return {"type": "null"}
        case bool():
            return {"type": "boolean"}
        case int() | float():
            return {"type": "number"}
        case str():
            return {"type": "string"}
        case list():
            return {"type": "array"}
        case _:
            return {"type": "object"}


def read_back(text, format_, tools=()):
    return [
        (call.name, call.arguments, call.defects) for call in parse_text(text, format_, tools).calls
    ]


@pytest.mark.parametrize("format_", sorted(JSON_WRITERS))
@FEW
@example(name="a", arguments={"[TOOL_CALLS]": {"b": "<tool_call>"}})
@given(
    name=NAMES,
    arguments=st.dictionaries(st.sampled_from(PIECES) | st.text(), VALUES, min_size=1, max_size=3),
)
def test_json_in_any_frame_is_read_back(format_, name, arguments):
    text = JSON_WRITERS[format_](name, arguments)

    assert read_back(text, format_) == [(name, arguments, ())]


@pytest.mark.parametrize("format_", sorted(TEXT_WRITERS))
@FEW
@given(name=NAMES, arguments=st.dictionaries(NAMES, VALUES, min_size=1, max_size=3))
def test_untyped_values_are_read_back_by_their_schema(tool, format_, name, arguments):
    opening, parameter, closing = TEXT_WRITERS[format_]
    written = [(key, as_text(value)) for key, value in arguments.items()]
    offered = tool(name, **{key: schema_of(value) for key, value in arguments.items()})

    text = elements(name, written, opening, parameter, closing)

    assert read_back(text, format_, [offered]) == [(name, arguments, ())]


@pytest.mark.parametrize("format_", sorted(PYTHON_WRITERS))
@FEW
@given(name=NAMES, arguments=st.dictionaries(NAMES, VALUES, max_size=3))
def test_python_is_read_back(format_, name, arguments):
    written = ", ".join(f"{key}={value!r}" for key, value in arguments.items())

    text = PYTHON_WRITERS[format_].format(f"{name}({written})")

    assert read_back(text, format_) == [(name, arguments, ())]


@pytest.mark.parametrize("format_", sorted(BRACE_WRITERS))
@FEW
@given(
    name=NAMES,
    arguments=st.dictionaries(
        NAMES,
        st.recursive(
            SCALARS | st.text(),
            lambda inner: st.lists(inner, max_size=3) | st.dictionaries(NAMES, inner, max_size=3),
            max_leaves=6,
        ),
        max_size=3,
    ),
)
def test_braces_are_read_back(format_, name, arguments):
    frame, quote = BRACE_WRITERS[format_]

    text = frame.format(name, braces(arguments, quote))

    assert read_back(text, format_) == [(name, arguments, ())]


@pytest.mark.parametrize("format_", sorted(format_names()))
@FEW
@given(text=st.lists(st.sampled_from(PIECES), max_size=30).map("".join) | st.text())
def test_no_text_makes_a_parser_raise(tool, format_, text):
    parsed = parse_text(text, format_, [tool("f", a={"type": "object"}, b={"type": "integer"})])

    assert all(call.arguments is not None or call.defects for call in parsed.calls)


def test_every_format_is_round_tripped_or_shares_the_finder_of_one_that_is():
    tested = {*JSON_WRITERS, *TEXT_WRITERS, *PYTHON_WRITERS, *BRACE_WRITERS}
    finders = [FORMATS[name].find for name in tested]

    untested = {name for name, format_ in FORMATS.items() if format_.find not in finders}

    assert untested == {
        *("beam", "bfcl_verbose_xml", "cohere_command_r", "dots", "hunyuan_v3", "k2_horizon"),
        *("langchain_xml", "muse", "muse_glimmer", "react_json", "self_ask", "step3"),
    }

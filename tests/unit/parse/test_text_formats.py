"""Calls in text, format by format."""

import json
from pathlib import Path

import pytest

from evalkit.errors import UnknownName, UsageError
from evalkit.parse import AUTO, format_names, parse_text, render_tools
from evalkit.transcript import Defect

BAR = "\uff5c"
WEATHER = [("get_weather", {"city": "Oslo"})]
BOTH = [*WEATHER, ("get_time", {"zone": "CET"})]

EXAMPLES = [
    pytest.param(
        "hermes",
        'On it.\n<tool_call>\n{"name": "get_weather", "arguments": {"city": "Oslo"}}\n'
        '</tool_call>\n<tool_call>{"name": "get_time", "arguments": {"zone": "CET"}}</tool_call>',
        BOTH,
        "On it.",
        id="hermes",
    ),
    pytest.param(
        "llama3_json",
        '<|python_tag|>{"name": "get_weather", "parameters": {"city": "Oslo"}}; '
        '{"name": "get_time", "parameters": {"zone": "CET"}}',
        BOTH,
        None,
        id="llama3_json",
    ),
    pytest.param(
        "mistral",
        'Yes.[TOOL_CALLS] [{"name": "get_weather", "arguments": {"city": "Oslo"}, "id": "a1"}]',
        WEATHER,
        "Yes.",
        id="mistral old",
    ),
    pytest.param(
        "mistral",
        '[TOOL_CALLS]get_weather[CALL_ID]abc123def[ARGS]{"city": "Oslo"}'
        '[TOOL_CALLS]get_time{"zone": "CET"}',
        BOTH,
        None,
        id="mistral new",
    ),
    pytest.param(
        "deepseek_v3",
        f"<{BAR}tool▁calls▁begin{BAR}><{BAR}tool▁call▁begin{BAR}>function<{BAR}tool▁sep{BAR}>"
        f'get_weather\n```json\n{{"city": "Oslo"}}\n```<{BAR}tool▁call▁end{BAR}>'
        f"<{BAR}tool▁calls▁end{BAR}>",
        WEATHER,
        None,
        id="deepseek_v3",
    ),
    pytest.param(
        "deepseek_v31",
        f"Hm.<{BAR}tool▁calls▁begin{BAR}><{BAR}tool▁call▁begin{BAR}>get_weather"
        f'<{BAR}tool▁sep{BAR}>{{"city": "Oslo"}}<{BAR}tool▁call▁end{BAR}>',
        WEATHER,
        "Hm.",
        id="deepseek_v31",
    ),
    pytest.param(
        "deepseek_v32",
        f'<{BAR}DSML{BAR}function_calls>\n<{BAR}DSML{BAR}invoke name="get_weather">\n'
        f'<{BAR}DSML{BAR}parameter name="city" string="true">Oslo</{BAR}DSML{BAR}parameter>\n'
        f"</{BAR}DSML{BAR}invoke>\n</{BAR}DSML{BAR}function_calls>",
        WEATHER,
        None,
        id="deepseek_v32",
    ),
    pytest.param(
        "kimi_k2",
        "<|tool_calls_section_begin|><|tool_call_begin|>functions.get_weather:0"
        '<|tool_call_argument_begin|>{"city": "Oslo"}<|tool_call_end|><|tool_calls_section_end|>',
        WEATHER,
        None,
        id="kimi_k2",
    ),
    pytest.param(
        "qwen3_coder",
        "<tool_call>\n<function=get_weather>\n<parameter=city>\nOslo\n</parameter>\n</function>\n"
        "</tool_call>",
        WEATHER,
        None,
        id="qwen3_coder",
    ),
    pytest.param(
        "glm45",
        "<tool_call>get_weather\n<arg_key>city</arg_key>\n<arg_value>Oslo</arg_value>\n</tool_call>",
        WEATHER,
        None,
        id="glm45",
    ),
    pytest.param(
        "minimax_m2",
        '<minimax:tool_call>\n<invoke name="get_weather">\n<parameter name="city">Oslo'
        "</parameter>\n</invoke>\n</minimax:tool_call>",
        WEATHER,
        None,
        id="minimax_m2",
    ),
    pytest.param(
        "invoke",
        'Sure.\n<function_calls>\n<invoke name="get_weather">\n<parameter name="city">Oslo'
        "</parameter>\n</invoke>\n</function_calls>",
        WEATHER,
        "Sure.",
        id="invoke",
    ),
    pytest.param(
        "functionary_v31",
        '<function=get_weather>{"city": "Oslo"}</function>',
        WEATHER,
        None,
        id="functionary_v31",
    ),
    pytest.param(
        "functionary_v32",
        'all\nSure.\n>>>get_weather\n{"city": "Oslo"}',
        WEATHER,
        "Sure.",
        id="functionary_v32",
    ),
    pytest.param(
        "harmony",
        "<|channel|>analysis<|message|>Weather.<|end|><|start|>assistant<|channel|>commentary "
        'to=functions.get_weather <|constrain|>json<|message|>{"city": "Oslo"}<|call|>',
        WEATHER,
        None,
        id="harmony",
    ),
    pytest.param(
        "pythonic", "[get_weather(city='Oslo'), get_time(zone='CET')]", BOTH, None, id="pythonic"
    ),
    pytest.param(
        "llama4_pythonic",
        "<|python_start|>[get_weather(city='Oslo')]<|python_end|>",
        WEATHER,
        None,
        id="llama4_pythonic",
    ),
    pytest.param("bfcl_pythonic", "get_weather(city='Oslo')", WEATHER, None, id="no brackets"),
    pytest.param(
        "olmo3",
        "<function_calls>get_weather(city='Oslo')\nget_time(zone='CET')</function_calls>",
        BOTH,
        None,
        id="olmo3",
    ),
    pytest.param(
        "lfm2",
        "<|tool_call_start|>[get_weather(city='Oslo')]<|tool_call_end|>",
        WEATHER,
        None,
        id="lfm2",
    ),
    pytest.param(
        "functiongemma",
        "<start_function_call>call:get_weather{city:<escape>Oslo<escape>}<end_function_call>",
        WEATHER,
        None,
        id="functiongemma",
    ),
    pytest.param(
        "granite3",
        '<|tool_call|>[{"name": "get_weather", "arguments": {"city": "Oslo"}}]',
        WEATHER,
        None,
        id="granite3",
    ),
    pytest.param(
        "phi4_mini",
        'functools[{"name": "get_weather", "arguments": {"city": "Oslo"}}]',
        WEATHER,
        None,
        id="phi4_mini",
    ),
    pytest.param(
        "internlm2",
        '<|action_start|><|plugin|>{"name": "get_weather", "parameters": {"city": "Oslo"}}'
        "<|action_end|>",
        WEATHER,
        None,
        id="internlm2",
    ),
    pytest.param(
        "jamba",
        '<tool_calls>[{"name": "get_weather", "arguments": {"city": "Oslo"}}]</tool_calls>',
        WEATHER,
        None,
        id="jamba",
    ),
    pytest.param(
        "cohere_command",
        '<|START_THINKING|>Hm.<|END_THINKING|><|START_ACTION|>[{"tool_call_id": "0", "tool_name": '
        '"get_weather", "parameters": {"city": "Oslo"}}]<|END_ACTION|>',
        WEATHER,
        None,
        id="cohere_command",
    ),
    pytest.param(
        "json_array_tool",
        '```json\n[{"name": "get_weather", "arguments": {"city": "Oslo"}}]\n```',
        WEATHER,
        None,
        id="json array in a fence",
    ),
    pytest.param(
        "json_object_tool",
        'Here: {"name": "get_weather", "arguments": {"city": "Oslo"}} Done.',
        WEATHER,
        "Here:  Done.",
        id="json object in prose",
    ),
    pytest.param(
        "react",
        'Thought: I need it.\nAction: get_weather\nAction Input: {"city": "Oslo"}\n'
        "Observation: 3 C",
        WEATHER,
        "I need it.",
        id="react",
    ),
    pytest.param(
        "langchain_xml",
        "<tool>get_weather</tool><tool_input>Oslo</tool_input>",
        [("get_weather", {"__input__": "Oslo"})],
        None,
        id="langchain_xml",
    ),
    pytest.param(
        "self_ask",
        "Yes.\nFollow up: How warm is Oslo?",
        [("Intermediate Answer", {"__input__": "How warm is Oslo?"})],
        "Yes.",
        id="self_ask",
    ),
    pytest.param(
        "minimax_m3",
        ']<]minimax[>[<tool_call>\n]<]minimax[>[<invoke name="get_weather">]<]minimax[>[<city>Oslo'
        "]<]minimax[>[</city>]<]minimax[>[</invoke>\n]<]minimax[>[</tool_call>",
        WEATHER,
        None,
        id="minimax_m3",
    ),
    pytest.param(
        "muse",
        "to=self<|message|>Hm.<|eom|><|start|>assistant to=get_weather<|message|>"
        '<atem:function_calls><atem:invoke name="get_weather"><atem:parameter name="city">Oslo'
        "</atem:parameter></atem:invoke></atem:function_calls><|eot|>",
        WEATHER,
        None,
        id="muse",
    ),
    pytest.param(
        "tagged_json:<<call>>",
        'So. <<call>> {"name": "get_weather", "arguments": {"city": "Oslo"}}',
        WEATHER,
        "So.",
        id="a tag of one's own",
    ),
]

AMBIGUOUS = {"self_ask", "tagged_json:<<call>>", "functionary_v32", "bfcl_pythonic"}
"""Formats whose texts could as well be prose, or another format."""

TELLING = [
    pytest.param(text, calls, id=example.id)
    for example in EXAMPLES
    for format_, text, calls, _ in [example.values]
    if format_ not in AMBIGUOUS
]


def calls_of(parsed):
    return [(call.name, call.arguments) for call in parsed.calls]


@pytest.mark.parametrize(("format_", "text", "calls", "left"), EXAMPLES)
def test_calls_are_read_and_the_rest_is_text(format_, text, calls, left):
    parsed = parse_text(text, format_)

    assert (calls_of(parsed), parsed.text, parsed.format) == (calls, left, format_)


@pytest.mark.parametrize(("text", "calls"), TELLING)
def test_auto_finds_the_calls_of_any_format_that_its_text_tells(text, calls):
    assert calls_of(parse_text(text, AUTO)) == calls


@pytest.mark.parametrize("format_", sorted(format_names()))
@pytest.mark.parametrize(
    "text",
    [
        pytest.param("", id="nothing"),
        pytest.param("It is warm.\nAnd dry.", id="plain"),
        pytest.param(
            "Use [links](https://a.b) and {braces}, f(x) = 2 and <b>tags</b>.", id="markup"
        ),
        pytest.param('The reply was {"status": "ok", "items": [1, 2]}.', id="json"),
    ],
)
def test_text_without_calls_stays_text(format_, text):
    parsed = parse_text(text, format_)

    assert (parsed.calls, parsed.text) == ((), text or None)


@pytest.mark.parametrize(
    ("format_", "text", "raw"),
    [
        pytest.param(
            "hermes",
            '<tool_call>{"name": "f", "arguments":  {"a" : 1.50, "b": "\\u00e9"} }</tool_call>',
            '{"a" : 1.50, "b": "\\u00e9"}',
            id="json to the letter",
        ),
        pytest.param("mistral", "[TOOL_CALLS]f[ARGS]{'a': 1} ", "{'a': 1}", id="json that is none"),
        pytest.param("pythonic", "[f(a = 1, b='x')]", "a = 1, b='x'", id="python"),
        pytest.param(
            "qwen3_coder",
            "<function=f>\n<parameter=a>\n1\n</parameter>\n</function>",
            "<parameter=a>\n1\n</parameter>",
            id="elements",
        ),
        pytest.param(
            "functiongemma",
            "<start_function_call>call:f{a:1}<end_function_call>",
            "a:1",
            id="braces",
        ),
    ],
)
def test_the_arguments_are_kept_as_they_were_written(format_, text, raw):
    assert [call.raw for call in parse_text(text, format_).calls] == [raw]


@pytest.mark.parametrize(
    ("format_", "text", "arguments"),
    [
        pytest.param(
            "hermes",
            '<tool_call>{"name": "f", "arguments": {"a": "</tool_call> <tool_call>{\\"name\\""}}'
            "</tool_call>",
            {"a": '</tool_call> <tool_call>{"name"'},
            id="tags in json",
        ),
        pytest.param(
            "invoke",
            '<invoke name="f"><parameter name="a"><invoke name="g"><parameter name="b">1'
            "</parameter></invoke></parameter></invoke>",
            {"a": '<invoke name="g"><parameter name="b">1</parameter></invoke>'},
            id="a call in a value",
        ),
        pytest.param(
            "qwen3_coder",
            "<function=f>\n<parameter=a>\n<html>\n <b>1 < 2 && 3 > 2</b>\n</html>\n\n</parameter>\n"
            "</function>",
            {"a": "<html>\n <b>1 < 2 && 3 > 2</b>\n</html>\n"},
            id="html",
        ),
        pytest.param(
            "glm45",
            "<tool_call>f<arg_key>a</arg_key><arg_value></think> <tool_call> é\n</arg_value>"
            "</tool_call>",
            {"a": "</think> <tool_call> é\n"},
            id="marks in a value",
        ),
        pytest.param(
            "pythonic",
            "[f(a='sed -n \\'1,2p\\' x', b=\"it's\", c='''two\nlines''', from=\"SFO\")]",
            {"a": "sed -n '1,2p' x", "b": "it's", "c": "two\nlines", "from": "SFO"},
            id="quotes and reserved words",
        ),
        pytest.param(
            "pythonic",
            "[f(a=\"sed -n '360,450p'\", b='It's', c='say \"hi\", ok')]",
            {"a": "sed -n '360,450p'", "b": "It's", "c": 'say "hi", ok'},
            id="quotes that nobody escaped",
        ),
        pytest.param(
            "pythonic",
            "[f(a=true, b=None, c=null, d=-1.5e3, e=(1, 2), g={'x': [07]}, h=1_000)]",
            {
                "a": True,
                "b": None,
                "c": None,
                "d": -1500.0,
                "e": [1, 2],
                "g": {"x": [7]},
                "h": 1000,
            },
            id="literals",
        ),
        pytest.param(
            "pythonic",
            r"[f(a='\n\t\x41\u00e9\U0001F600\101\q', b=r'\n')]",
            {"a": "\n\tA\u00e9\U0001f600A\\q", "b": "\\n"},
            id="escapes",
        ),
        pytest.param(
            "gemma4",
            '<|tool_call>call:f{a:<|"|>x}, <|"|>y<|"|>,b:{c:[1,<|"|>z<|"|>]},d:true}<tool_call|>',
            {"a": 'x}, <|"|>y', "b": {"c": [1, "z"]}, "d": True},
            id="quote marks in a value",
        ),
        pytest.param(
            "harmony",
            '<|channel|>commentary to=functions.f<|message|>{"a": "<|end|><|start|>"}<|call|>',
            {"a": "<|end|><|start|>"},
            id="marks in a message",
        ),
        pytest.param(
            "minicpm5_xml",
            '<function name="f"><param name="a"><![CDATA[<b>]]></param></function>',
            {"a": "<b>"},
            id="cdata",
        ),
    ],
)
def test_markup_quotes_and_line_breaks_inside_an_argument_survive(format_, text, arguments):
    assert [call.arguments for call in parse_text(text, format_).calls] == [arguments]


@pytest.mark.parametrize(
    ("schema", "written", "value"),
    [
        pytest.param({"type": "string"}, "42", "42", id="string"),
        pytest.param({"type": "integer"}, "42", 42, id="integer"),
        pytest.param({"type": "integer"}, "many", "many", id="no integer"),
        pytest.param({"type": "number"}, "1e999", "1e999", id="beyond a double"),
        pytest.param({"type": "number"}, ".5", 0.5, id="number"),
        pytest.param({"type": "boolean"}, "True", True, id="boolean"),
        pytest.param({"type": ["string", "null"]}, "null", None, id="nullable"),
        pytest.param({"type": "string", "nullable": True}, "null", None, id="nullable, OpenAPI"),
        pytest.param({"type": "string"}, "null", "null", id="not nullable"),
        pytest.param({"type": "array"}, "['a', 1]", ["a", 1], id="python list"),
        pytest.param({"type": "object"}, '{"a": 1}', {"a": 1}, id="object"),
        pytest.param({"type": "object"}, "{oops", "{oops", id="no object"),
        pytest.param(
            {"anyOf": [{"type": "object"}, {"type": "null"}]}, '{"a": 1}', {"a": 1}, id="any of"
        ),
        pytest.param({"enum": [1, 2]}, "2", 2, id="enum"),
        pytest.param({"enum": ["1", "2"]}, "2", "2", id="enum of strings"),
        pytest.param({"$ref": "#/$defs/count"}, "2", 2, id="reference"),
        pytest.param({"$ref": "#/$defs/loop"}, "2", "2", id="reference to itself"),
        pytest.param({"type": "float"}, "2.5", 2.5, id="a type of another language"),
        pytest.param({}, "2", "2", id="no type"),
    ],
)
def test_values_without_types_take_those_of_the_schema(tool, schema, written, value):
    offered = tool("f", a=schema)
    offered.parameters["$defs"] = {"count": {"type": "integer"}, "loop": {"$ref": "#/$defs/loop"}}

    [call] = parse_text(
        f"<function=f><parameter=a>{written}</parameter></function>", "qwen3_coder", [offered]
    ).calls

    assert call.arguments == {"a": value}


@pytest.mark.parametrize(
    ("format_", "text", "call"),
    [
        pytest.param(
            "hermes",
            '<tool_call>{"name": "f", "arguments": {"a": "x',
            ("f", None, [Defect.TRUNCATED]),
            id="json",
        ),
        pytest.param(
            "mistral",
            '[TOOL_CALLS]f[ARGS]{"a": 1',
            ("f", None, [Defect.TRUNCATED]),
            id="json behind a name",
        ),
        pytest.param(
            "qwen3_coder",
            "<function=f><parameter=a>1",
            ("f", {"a": "1"}, [Defect.TRUNCATED]),
            id="elements",
        ),
        pytest.param(
            "glm45",
            "<tool_call>f<arg_key>a</arg_key><arg_value>1</arg_value>",
            ("f", {"a": "1"}, [Defect.TRUNCATED]),
            id="keys and values",
        ),
        pytest.param("pythonic", "[f(a='x", ("f", None, [Defect.TRUNCATED]), id="python"),
        pytest.param(
            "functiongemma",
            "<start_function_call>call:f{a:<escape>x",
            ("f", None, [Defect.TRUNCATED]),
            id="braces",
        ),
        pytest.param(
            "hermes",
            '<tool_call>{"name": "f", "arguments": "{\\"a\\": 1}"}</tool_call>',
            ("f", {"a": 1}, [Defect.DOUBLE_ENCODED]),
            id="encoded twice",
        ),
        pytest.param(
            "hermes", '<tool_call>{"name": "f"}</tool_call>', ("f", {}, [Defect.EMPTY]), id="none"
        ),
        pytest.param(
            "cohere_command",
            '<|START_ACTION|>[{"tool_name": "f", "parameters": {"t": 15:30}}]<|END_ACTION|>',
            ("f", None, [Defect.NOT_JSON]),
            id="broken value",
        ),
        pytest.param("pythonic", "[f(a=2 * 3)]", ("f", None, [Defect.EXPRESSION]), id="expression"),
        pytest.param(
            "pythonic", "[f('x')]", ("f", None, [Defect.NOT_OBJECT]), id="arguments without names"
        ),
        pytest.param(
            "invoke",
            '<invoke name="f"><parameter name="a">1</parameter><parameter name="a">2</parameter>'
            "</invoke>",
            ("f", {"a": "2"}, [Defect.DUPLICATE_KEY]),
            id="a parameter twice",
        ),
        pytest.param(
            "glm45",
            '<tool_call>f{"a": }</tool_call>',
            ("f", None, [Defect.NOT_JSON]),
            id="json in a dialect without",
        ),
    ],
)
def test_a_broken_call_is_kept_and_says_why(format_, text, call):
    [found] = parse_text(text, format_).calls

    assert (found.name, found.arguments, list(found.defects)) == call


@pytest.mark.parametrize(
    ("format_", "text", "defect"),
    [
        pytest.param("hermes", '<tool_call>{"name": "say', Defect.TRUNCATED, id="half a name"),
        pytest.param("hermes", '<tool_call>["x"]</tool_call>', Defect.NOT_OBJECT, id="no call"),
        pytest.param("qwen3_coder", "<tool_call>\n<function", Defect.TRUNCATED, id="half a tag"),
        pytest.param("glm45", "<tool_call>", Defect.TRUNCATED, id="only the mark"),
        pytest.param("mistral", "[TOOL_CALLS] none", Defect.NOT_JSON, id="no json"),
        pytest.param(
            "kimi_k2", "<|tool_call_begin|>functions.f", Defect.TRUNCATED, id="half a head"
        ),
        pytest.param(
            "json_object_tool", '{"name": "f", "arguments": {', Defect.TRUNCATED, id="bare"
        ),
        pytest.param(
            "harmony",
            "<|channel|>analysis<|message|>x<|end|><|start|>assistant to=f",
            Defect.TRUNCATED,
            id="half a message",
        ),
        pytest.param("react", "Action: f\n", Defect.TRUNCATED, id="no input"),
        pytest.param("olmo3", "<function_calls>get", Defect.TRUNCATED, id="no parenthesis"),
        pytest.param(
            "functiongemma", "<start_function_call>call:f", Defect.TRUNCATED, id="no brace"
        ),
        pytest.param("minimax_m3", "]<]minimax[>[<tool_call>x", Defect.TRUNCATED, id="no element"),
        pytest.param(
            "muse", "to=f<|message|><atem:function_calls>", Defect.TRUNCATED, id="no invoke"
        ),
        pytest.param(AUTO, '<tool_call>{"name": "say', Defect.TRUNCATED, id="auto"),
    ],
)
def test_markup_that_makes_no_call_is_flagged(format_, text, defect):
    parsed = parse_text(text, format_)

    assert (parsed.calls, parsed.defects) == ((), (defect,))


def test_a_tool_that_was_not_offered_is_kept(tool):
    parsed = parse_text(
        '<tool_call>{"name": "g", "arguments": {}}</tool_call>', "hermes", [tool("f")]
    )

    assert calls_of(parsed) == [("g", {})]


def test_a_format_with_ids_keeps_them_and_others_get_made_up_ones():
    own = parse_text("[TOOL_CALLS]f[CALL_ID]abc[ARGS]{}", "mistral")
    made_up = parse_text("[f(), g()]", "pythonic")

    assert [call.id for call in own.calls] == ["abc"]
    assert [(call.id, call.has_own_id) for call in made_up.calls] == [
        ("evalkit-call-0", False),
        ("evalkit-call-1", False),
    ]


@pytest.mark.parametrize(
    ("text", "reasoning", "left"),
    [
        pytest.param("<think>Hm.</think>Hi.", "Hm.", "Hi.", id="opened here"),
        pytest.param("Hm.</think>\n\nHi.", "Hm.", "Hi.", id="opened by the prompt"),
        pytest.param("</think>Hi.", None, "Hi.", id="empty"),
        pytest.param("Oh. <think>Hm.</think> Hi.", "Hm.", "Oh.  Hi.", id="in the middle"),
        pytest.param("<think>Hm.", None, "<think>Hm.", id="not closed"),
    ],
)
def test_reasoning_is_no_text(text, reasoning, left):
    parsed = parse_text(text, "hermes")

    assert (parsed.reasoning, parsed.text) == (reasoning, left)


def test_a_call_drafted_while_thinking_is_no_call():
    draft = '<tool_call>{"name": "f", "arguments": {}}</tool_call>'

    parsed = parse_text(f"<think>Maybe {draft}?</think>No.", "hermes")

    assert (parsed.calls, parsed.text) == ((), "No.")


def test_arguments_without_names_take_those_of_the_schema(tool):
    parsed = parse_text("[f('x', b=2)]", "pythonic", [tool("f", a={}, b={})])

    assert calls_of(parsed) == [("f", {"a": "x", "b": 2})]


@pytest.mark.parametrize("wrapper", ["arguments", "parameters", "properties"])
def test_a_parameter_that_wraps_all_others_is_opened(tool, wrapper):
    text = f'<invoke name="f"><parameter name="{wrapper}">{{"a": 1}}</parameter></invoke>'

    [call] = parse_text(text, "invoke", [tool("f", a={"type": "integer"})]).calls

    assert (call.arguments, call.defects) == ({"a": 1}, (Defect.WRAPPED,))


def test_a_tool_of_one_parameter_gets_its_plain_input(tool):
    [call] = parse_text("Action: f\nAction Input: Oslo", "react", [tool("f", city={})]).calls

    assert call.arguments == {"city": "Oslo"}


def test_a_final_answer_is_text_and_what_came_before_is_reasoning():
    parsed = parse_text("Thought: I know.\nFinal Answer: 42", "react")

    assert (parsed.calls, parsed.text, parsed.reasoning) == ((), "42", "I know.")


def test_lists_and_objects_of_nested_elements_follow_the_schema(tool):
    mark = "]<]minimax[>["
    offered = tool(
        "f", ids={"type": "array", "items": {"type": "integer"}}, none={"type": "object"}
    )
    tags = [
        "<tool_call>",
        '<invoke name="f">',
        *("<ids>", "<item>1", "</item>", "<item>2", "</item>", "</ids>"),
        *("<none>", "</none>", "<who>", "<name>Ann", "</name>", "</who>"),
        *("</invoke>", "</tool_call>"),
    ]
    text = "".join(mark + tag for tag in tags)

    [call] = parse_text(text, "minimax_m3", [offered]).calls

    assert call.arguments == {"ids": [1, 2], "none": {}, "who": {"name": "Ann"}}


def test_a_built_in_tool_of_harmony_is_no_call():
    text = "<|channel|>commentary to=python <|constrain|>code<|message|>print(1)<|call|>"

    assert parse_text(text, "harmony").calls == ()


def test_an_unknown_format_is_refused_with_the_nearest_name():
    with pytest.raises(UnknownName, match="did you mean 'hermes'"):
        parse_text("", "hermse")


@pytest.mark.parametrize(
    "format_",
    [
        "hermes",
        "llama3_json",
        "pythonic",
        "bfcl_pythonic",
        "llama4_pythonic",
        "json_object_tool",
        "json_array_tool",
        "qwen3_coder",
        "invoke",
        "react",
    ],
)
def test_the_example_in_a_prompt_is_a_call_of_its_format(tool, format_):
    prompt = render_tools([tool("get_weather", city={"type": "string"})], format_)
    _, _, instruction = prompt.partition("</tools>")

    names = [call.name for call in parse_text(instruction, format_).calls]

    assert '"city": {"type": "string"}' in prompt
    assert names[:1] == ["tool_name"]


def test_tools_are_not_offered_in_a_format_without_a_prompt():
    with pytest.raises(UsageError, match="formats that can: bfcl_pythonic, hermes"):
        render_tools([], "harmony")


@pytest.mark.parametrize("length", [900, 1_100, 5_000, 70_000])
def test_the_length_of_an_argument_does_not_matter(length):
    numbers = {"text": "x" * length, "numbers": list(range(length // 4))}
    written = json.dumps({"name": "f", "arguments": numbers})

    [call] = parse_text(f"<tool_call>{written}</tool_call> bye", "hermes").calls

    assert call.arguments == numbers


def test_a_long_broken_argument_ends_where_its_object_ends():
    broken = '{"text": "' + "x" * 5_000 + '", "n": 1/3}'

    first, second = parse_text(
        f'<tool_call>{{"name": "f", "arguments": {broken}}}</tool_call>'
        '<tool_call>{"name": "g", "arguments": {}}</tool_call>',
        "hermes",
    ).calls

    assert (first.raw, first.defects) == (broken, (Defect.EXPRESSION,))
    assert second.name == "g"


def test_no_more_calls_are_read_than_a_model_could_mean():
    parsed = parse_text('<tool_call>{"name": "f", "arguments": {}}</tool_call>' * 5_000, "hermes")

    assert len(parsed.calls) == 4_096


def test_the_documentation_names_every_format():
    page = Path(__file__).parents[3] / "docs" / "text-formats.md"

    undocumented = {name for name in format_names() if f"`{name}`" not in page.read_text()}

    assert undocumented == set()


@pytest.mark.parametrize(
    ("format_", "text", "calls"),
    [
        pytest.param(
            "beam",
            "<|channel|>analysis<|message|>Hm.<|end|><|start|>assistant to=f<|channel|>analysis "
            '<|constrain|>xml<|message|><rfl:parameter name="a">\n1\n</rfl:parameter><|call|>',
            [("f", {"a": "1"})],
            id="beam",
        ),
        pytest.param(
            "muse",
            'to=a.f<|message|><atem:function_calls><atem:invoke name="a.f">'
            '<atem:parameter name="a">1</atem:parameter></atem:invoke></atem:function_calls>',
            [("f", {"a": "1"})],
            id="muse, with a namespace",
        ),
        pytest.param(
            "muse_glimmer",
            'to=f<|message|><atem:function_calls><atem:invoke name="f">'
            '<atem:parameter name="a">1</atem:parameter></atem:invoke></atem:function_calls>',
            [("f", {"a": 1})],
            id="glimmer knows no schema",
        ),
        pytest.param(
            "k2_horizon",
            "<ifm|tool_calls><ifm|tool_call>g<ifm|arg_key>b</ifm|arg_key><ifm|arg_type>integer"
            "</ifm|arg_type><ifm|arg_value>2</ifm|arg_value></ifm|tool_call></ifm|tool_calls>",
            [("g", {"b": 2})],
            id="a type in the text",
        ),
        pytest.param(
            "poolside_v1", '<tool_call>f\n{"a": "1"}</tool_call>', [("f", {"a": "1"})], id="json"
        ),
        pytest.param(
            "bfcl_verbose_xml",
            '<functions><function name="g"><params><param name="b" value="[&quot;x&quot;]" '
            'type="array"/></params></function></functions>',
            [("g", {"b": ["x"]})],
            id="values in attributes",
        ),
        pytest.param(
            "react_json",
            '```json\n{"action": "Final Answer", "action_input": "42"}\n```',
            [],
            id="a final answer in json",
        ),
        pytest.param("lfm2", "[f(a='1')]", [("f", {"a": "1"})], id="a bare list of offered tools"),
        pytest.param("lfm2", "[g(a='1')]", [], id="a bare list of unknown tools"),
        pytest.param(
            "hermes",
            '<tool_call>{"type": "function", "function": {"name": "f", "arguments": {"a": "1"}}}'
            "</tool_call>",
            [("f", {"a": "1"})],
            id="the shape of the API",
        ),
        pytest.param(
            "json_array_tool", '[{"name": "f"}]', [("f", {})], id="bare, without arguments"
        ),
        pytest.param("json_object_tool", '{"name": "Ann"}', [], id="an object with a name"),
        pytest.param(
            "react",
            'Action: g\nAction Input: "two words"',
            [("g", {"__input__": "two words"})],
            id="quoted",
        ),
        pytest.param(
            "react", "Final Answer: 42\nAction: f\nAction Input: x", [], id="an answer first"
        ),
        pytest.param(
            "functiongemma",
            "<start_function_call>call:f{a:1,b:[2,'x',{c:null}]}<end_function_call>",
            [("f", {"a": "1", "b": [2, "x", {"c": None}]})],
            id="bare words by schema",
        ),
        pytest.param(
            "dots",
            '<dots_function_call><invoke name="f"><parameter name="a">1</parameter></invoke>'
            '</dots_function_call><dots_function_call>{"name": "g", "arguments": {}}'
            "</dots_function_call>",
            [("f", {"a": "1"}), ("g", {})],
            id="two dialects",
        ),
    ],
)
def test_dialects_are_read_by_their_own_rules(tool, format_, text, calls):
    assert calls_of(parse_text(text, format_, [tool("f", a={"type": "string"})])) == calls

"""The text formats by name."""

from __future__ import annotations

from collections.abc import Mapping

from evalkit.parse import _channels, _named_json, _react, _xml_calls
from evalkit.parse._arg_keys import ArgKeys
from evalkit.parse._brace_calls import FUNCTION_GEMMA, GEMMA4
from evalkit.parse._nested_tags import find_minimax_m3
from evalkit.parse._parsed import Format, in_turn
from evalkit.parse._python_calls import TaggedPython, find_list_of_calls
from evalkit.parse._tagged_json import TaggedJson, find_bare_json, find_mistral, or_bare

_HERMES = TaggedJson(("<tool_call>",), "</tool_call>")
_TOOL_CALLS = TaggedJson(("<tool_calls>",), "</tool_calls>")
_FUNCTOOLS = TaggedJson(("functools",))
_COHERE_MARKS = (
    "<|START_RESPONSE|>",
    "<|END_RESPONSE|>",
    "<|START_TEXT|>",
    "<|END_TEXT|>",
    "<|CHATBOT_TOKEN|>",
    "<|END_OF_TURN_TOKEN|>",
)
_INKLING_MARKS = (
    "<|content_text|>",
    "<|content_invoke_tool_text|>",
    "<|end_message|>",
    "<|message_model|>",
    "<|content_model_end_sampling|>",
)

_FORMATS = (
    Format(
        "apertus",
        TaggedJson(("<|tools_prefix|>",), "<|tools_suffix|>", "keyed"),
        (("<|inner_prefix|>", "<|inner_suffix|>"),),
    ),
    Format("apriel", _TOOL_CALLS, (("Here are my reasoning steps:", "[BEGIN FINAL RESPONSE]"),)),
    Format("beam", _channels.BEAM, ()),
    Format("bfcl_concise_xml", _xml_calls.BFCL_CONCISE),
    Format("bfcl_json", find_bare_json),
    Format("bfcl_pythonic", find_list_of_calls),
    Format("bfcl_verbose_xml", _xml_calls.BFCL_VERBOSE),
    Format(
        "cohere_command",
        TaggedJson(("<|START_ACTION|>",), "<|END_ACTION|>"),
        (("<|START_THINKING|>", "<|END_THINKING|>"),),
        _COHERE_MARKS,
    ),
    Format("cohere_command_r", _react.find_react_json, noise=_COHERE_MARKS),
    Format("deepseek_v3", _named_json.DEEPSEEK_V3),
    Format("deepseek_v31", _named_json.DEEPSEEK_V31),
    Format("deepseek_v32", _xml_calls.DEEPSEEK_DSML),
    Format("deepseek_v4", _xml_calls.DEEPSEEK_DSML),
    Format("deepseek_v41", _xml_calls.DEEPSEEK_DSML),
    Format(
        "dots",
        in_turn(_xml_calls.DOTS, TaggedJson(("<dots_function_call>",), "</dots_function_call>")),
    ),
    Format("ernie45", _HERMES),
    Format("firefunction_v2", _FUNCTOOLS),
    Format("functionary_v31", _named_json.FUNCTIONARY_V31),
    Format("functionary_v32", _named_json.find_functionary_v32),
    Format("functiongemma", FUNCTION_GEMMA),
    Format("gemma4", GEMMA4, (("<|channel>", "<channel|>"),), ("<turn|>", "<|tool_response>")),
    Format(
        "gigachat3",
        TaggedJson(("<|function_call|>", "<|message_sep|>\n\nfunction call<|role_sep|>")),
        noise=("<|message_sep|>",),
    ),
    Format("glm45", ArgKeys()),
    Format("granite3", TaggedJson(("<|tool_call|>", "<tool_call>"))),
    Format("granite4", _HERMES),
    Format("granite_20b_fc", TaggedJson(("<function_call>",))),
    Format("harmony", _channels.HARMONY, ()),
    Format("hermes", or_bare(_HERMES)),
    Format("hunyuan_a13b", _TOOL_CALLS),
    Format("hunyuan_v3", ArgKeys(wrappers=("<tool_calls>", "</tool_calls>"))),
    Format(
        "inkling",
        TaggedJson(("<|content_invoke_tool_json|>",), "<|end_message|>"),
        (("<|content_thinking|>", "<|end_message|>"),),
        _INKLING_MARKS,
    ),
    Format("internlm2", TaggedJson(("<|action_start|><|plugin|>",), "<|action_end|>")),
    Format("invoke", _xml_calls.CLASSIC),
    Format("jamba", _TOOL_CALLS),
    Format("json_array_tool", find_bare_json),
    Format("json_object_tool", find_bare_json),
    Format(
        "k2_horizon",
        in_turn(
            TaggedJson(("<ifm|tool_call>",), "</ifm|tool_call>"),
            ArgKeys(prefix="ifm|", wrappers=("<ifm|tool_calls>", "</ifm|tool_calls>")),
        ),
    ),
    Format("kimi_k2", _named_json.KIMI_K2),
    Format("kimi_k3", _xml_calls.KIMI_K3, (("<|open|>think<|sep|>", "<|close|>think<|sep|>"),)),
    Format("langchain_xml", _react.find_langchain_xml),
    Format(
        "lfm2",
        TaggedPython(
            opener="<|tool_call_start|>", closer="<|tool_call_end|>", finds_bare_lists=True
        ),
    ),
    Format("ling3", ArgKeys(), noise=("<|role_end|>",)),
    Format("llama3_json", or_bare(TaggedJson(("<|python_tag|>",)))),
    Format("llama4_pythonic", find_list_of_calls, noise=("<|python_start|>", "<|python_end|>")),
    Format("longcat", TaggedJson(("<longcat_tool_call>",), "</longcat_tool_call>")),
    Format("mimo", _xml_calls.QWEN3_CODER),
    Format("minicpm5_xml", _xml_calls.MINICPM5),
    Format("minimax_m2", _xml_calls.MINIMAX_M2),
    Format("minimax_m3", find_minimax_m3, (("<mm:think>", "</mm:think>"),)),
    Format("mistral", find_mistral, (("[THINK]", "[/THINK]"), ("<think>", "</think>"))),
    Format("mistral_v3_json", find_mistral),
    Format("muse", _channels.MUSE, ()),
    Format("muse_glimmer", _channels.MUSE_GLIMMER, ()),
    Format("nemotron_nano_v2", TaggedJson(("<TOOLCALL>",), "</TOOLCALL>")),
    Format("nemotron_v3", _xml_calls.QWEN3_CODER),
    Format("olmo3", TaggedPython(opener="<function_calls>", closer="</function_calls>")),
    Format("phi4_mini", _FUNCTOOLS),
    Format(
        "plamo3",
        _named_json.PLAMO3,
        (("<|plamo:begin_think:plamo|>", "<|plamo:end_think:plamo|>"),),
    ),
    Format("poolside_v1", ArgKeys()),
    Format("pythonic", find_list_of_calls),
    Format("qwen3_coder", _xml_calls.QWEN3_CODER),
    Format("react", _react.find_react),
    Format("react_json", _react.find_react_json),
    Format("seed_oss", _xml_calls.QWEN3_CODER, (("<seed:think>", "</seed:think>"),)),
    Format("self_ask", _react.find_self_ask),
    Format("spark25", ArgKeys()),
    Format("step3", _xml_calls.STEP3),
    Format("step3p5", _xml_calls.QWEN3_CODER),
    Format("xlam", or_bare(in_turn(find_mistral, _HERMES))),
)

FORMATS: Mapping[str, Format] = {format_.name: format_ for format_ in _FORMATS}

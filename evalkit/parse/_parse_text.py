"""Reading a text in a named format, or in the one that its marks betray."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import cache

from evalkit.parse._parsed import Format, ParsedText, Parser, ToolShape, in_turn
from evalkit.plugins import find, names

AUTO = "auto"
NO_FORMAT = "text"
"""The format of a text in which `auto` recognised none."""

_CERTAIN: Mapping[str, tuple[str, ...]] = {
    "<rfl:": ("beam",),
    "<atem:": ("muse",),
    "<|channel|>": ("harmony",),
    "\uff5cDSML\uff5c": ("deepseek_v32",),
    "tool▁sep": ("deepseek_v3", "deepseek_v31"),
    "<|tool_call_begin|>": ("kimi_k2",),
    "<|open|>": ("kimi_k3",),
    "]<]minimax[>[": ("minimax_m3",),
    "<minimax:tool_call>": ("minimax_m2",),
    "<steptml:": ("step3",),
    "<|plamo:": ("plamo3",),
    "<|START_ACTION|>": ("cohere_command",),
    "<|tool_call_start|>": ("lfm2",),
    "<|tool_call>": ("gemma4",),
    "<start_function_call>": ("functiongemma",),
    "<|tools_prefix|>": ("apertus",),
    "<|action_start|>": ("internlm2",),
    "<|function_call|>": ("gigachat3",),
    "function call<|role_sep|>": ("gigachat3",),
    "<|content_invoke_tool_json|>": ("inkling",),
    "<longcat_tool_call>": ("longcat",),
    "<dots_function_call>": ("dots",),
    "<ifm|tool_call>": ("k2_horizon",),
    "<seed:tool_call>": ("seed_oss",),
}
"""Marks that only one family of models writes: `auto` tries its formats and no others."""

_LIKELY = (
    ("[TOOL_CALLS]", "mistral"),
    ("<|python_tag|>", "llama3_json"),
    ("<|python_start|>", "llama4_pythonic"),
    ("<function=", "qwen3_coder"),
    ("<function=", "functionary_v31"),
    ("<arg_key>", "glm45"),
    ("invoke name=", "invoke"),
    ("<params>", "bfcl_verbose_xml"),
    ("<functions>", "bfcl_concise_xml"),
    ("<function", "minicpm5_xml"),
    ("<|tool_call|>", "granite3"),
    ("<TOOLCALL>", "nemotron_nano_v2"),
    ("<tool_calls>", "jamba"),
    ("</tool_call>", "hermes"),
    ("<tool_call>", "granite3"),
    ("<tool_call>", "glm45"),
    ("<function_call>", "granite_20b_fc"),
    ("<function_calls>", "olmo3"),
    ("functools", "phi4_mini"),
    ("<tool_input>", "langchain_xml"),
    ("Action Input", "react"),
    ("action_input", "react_json"),
    ("(", "pythonic"),
    ("{", "json_object_tool"),
)
"""Marks that text or several formats may hold: `auto` tries them in turn until a call is found."""

_TAGGED = "tagged_json:"
"""A format of one's own: JSON behind the mark that follows the colon."""


def parse_text(text: str, format: str, tools: Sequence[ToolShape] = ()) -> ParsedText:  # noqa: A002  # the word of the suite language
    """Take an answer apart into calls, reasoning and text. Whatever the text, this never raises.

    `tools` decide the types of values where the format writes none. A call of a tool that was not
    offered is kept.

    Raises:
        UnknownName: neither evalkit nor a plugin knows the format.
    """
    if format.startswith(_TAGGED):
        return _read_tagged(text, format, tools)
    return find("parsers", format, _parsers())(text, tools)


def format_names() -> frozenset[str]:
    """Every name that `parse_text` takes, those of plugins included."""
    return names("parsers", _parsers())


def _recognise(text: str, tools: Sequence[ToolShape]) -> ParsedText:
    """Read the text in the first format that finds a call, else in one that saw a cut one."""
    certain = next((formats for mark, formats in _CERTAIN.items() if mark in text), None)
    candidates = certain or tuple(name for mark, name in _LIKELY if mark in text)
    broken: ParsedText | None = None
    for name in candidates:
        parsed = _parsers()[name](text, tools)
        if parsed.calls:
            return parsed
        if broken is None and parsed.defects:
            broken = parsed
    return broken or _PLAIN(text, tools)


def _read_tagged(text: str, format_: str, tools: Sequence[ToolShape]) -> ParsedText:
    from evalkit.parse._tagged_json import TaggedJson, find_bare_json

    mark = format_.removeprefix(_TAGGED).rstrip(" [{")
    parsed = Format(format_, TaggedJson((mark,)) if mark else find_bare_json)(text, tools)
    return parsed if parsed.calls else _recognise(text, tools)


_PLAIN = Format(NO_FORMAT, in_turn())


@cache
def _parsers() -> Mapping[str, Parser]:
    from evalkit.parse._formats import FORMATS  # many modules, for answers that write calls as text

    return {AUTO: _recognise, "mixed": _recognise, **FORMATS}

"""The part of a system prompt that offers tools to a model without native calls."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Protocol

from evalkit.errors import UsageError
from evalkit.parse._parsed import ToolShape
from evalkit.transcript import JsonObject


class DescribedTool(ToolShape, Protocol):
    """What a model must be told of a tool."""

    @property
    def description(self) -> str: ...


_PYTHON = (
    "To call tools, answer with nothing but a list of calls in Python's syntax, with every "
    "argument named:\n[tool_name(argument='value'), other_tool()]"
)
_INSTRUCTIONS: Mapping[str, str] = {
    "hermes": "To call a tool, write one JSON object for each call between these tags:\n"
    '<tool_call>\n{"name": "tool_name", "arguments": {"argument": "value"}}\n</tool_call>',
    "llama3_json": "To call tools, answer with nothing but one JSON object for each call, with a "
    'semicolon between two:\n{"name": "tool_name", "parameters": {"argument": "value"}}',
    "json_object_tool": "To call a tool, answer with nothing but one JSON object:\n"
    '{"name": "tool_name", "arguments": {"argument": "value"}}',
    "json_array_tool": "To call tools, answer with nothing but a JSON array that has one object "
    'for each call:\n[{"name": "tool_name", "arguments": {"argument": "value"}}]',
    "pythonic": _PYTHON,
    "llama4_pythonic": _PYTHON,
    "bfcl_pythonic": _PYTHON,
    "qwen3_coder": "To call a tool, write each call in this form:\n<tool_call>\n"
    "<function=tool_name>\n<parameter=argument>\nvalue\n</parameter>\n</function>\n</tool_call>",
    "invoke": "To call tools, write all calls in one block of this form; a value that is no text "
    'is written as JSON:\n<function_calls>\n<invoke name="tool_name">\n'
    '<parameter name="argument">value</parameter>\n</invoke>\n</function_calls>',
    "react": "Think aloud, one step at a time. To call a tool, end your answer with these lines:\n"
    'Action: tool_name\nAction Input: {"argument": "value"}\n'
    'The result follows after "Observation:". When you know the answer, write:\n'
    "Final Answer: the answer",
}


def render_tools(tools: Sequence[DescribedTool], format: str) -> str:  # noqa: A002  # the word of the suite language
    """Write the prompt that offers `tools` and asks for calls in `format`.

    Raises:
        UsageError: evalkit cannot ask for this format, though it may read it.
    """
    instruction = _INSTRUCTIONS.get(format)
    if instruction is None:
        raise UsageError(
            f"tools cannot be offered in the text format {format!r}",
            hint=f"formats that can: {', '.join(sorted(_INSTRUCTIONS))}",
        )
    offered = "\n".join(json.dumps(_shape(tool), ensure_ascii=False) for tool in tools)
    return (
        "You may call these tools; each line is one tool with the JSON Schema of its arguments.\n"
        f"<tools>\n{offered}\n</tools>\n\n{instruction}\n\n"
        "When no tool is needed, answer in plain text."
    )


def _shape(tool: DescribedTool) -> JsonObject:
    return {"name": tool.name, "description": tool.description, "parameters": tool.parameters}

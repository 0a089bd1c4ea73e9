"""Argument strings and text formats, read into calls; raw is kept, nothing raised."""

from evalkit.parse._arguments import Arguments, parse_arguments
from evalkit.parse._defects import defect_spans
from evalkit.parse._found_in_text import found_in_text
from evalkit.parse._parse_text import AUTO, format_names, parse_text
from evalkit.parse._parsed import ParsedText, Parser, ToolShape
from evalkit.parse._render import DescribedTool, render_tools
from evalkit.parse._repair import repair
from evalkit.parse._walk import DefectSpan

__all__ = [
    "AUTO",
    "Arguments",
    "DefectSpan",
    "DescribedTool",
    "ParsedText",
    "Parser",
    "ToolShape",
    "defect_spans",
    "format_names",
    "found_in_text",
    "parse_arguments",
    "parse_text",
    "render_tools",
    "repair",
]

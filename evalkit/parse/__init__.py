"""Argument strings and text formats, read into calls; raw is kept, nothing raised."""

from evalkit.parse._arguments import Arguments, parse_arguments
from evalkit.parse._defects import defect_spans
from evalkit.parse._repair import repair
from evalkit.parse._walk import DefectSpan

__all__ = ["Arguments", "DefectSpan", "defect_spans", "parse_arguments", "repair"]

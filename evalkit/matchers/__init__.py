"""Value patterns: what an argument, an answer or a result must be like."""

from evalkit.matchers._compile import MATCHER_NAMES, compile_arguments, compile_pattern
from evalkit.matchers._mapping import ArgumentsPattern
from evalkit.matchers._values import (
    EMPTY_CONTEXT,
    BadPattern,
    Context,
    Matcher,
    Mismatch,
    Pattern,
    Reason,
)
from evalkit.matchers._words import describe, differs, show

__all__ = [
    "EMPTY_CONTEXT",
    "MATCHER_NAMES",
    "ArgumentsPattern",
    "BadPattern",
    "Context",
    "Matcher",
    "Mismatch",
    "Pattern",
    "Reason",
    "compile_arguments",
    "compile_pattern",
    "describe",
    "differs",
    "show",
]

"""Values as a suite writes them -> patterns."""

from __future__ import annotations

from evalkit.matchers._values import ArgumentsPattern, Pattern
from evalkit.transcript import JsonObject, JsonValue


def compile_pattern(value: JsonValue) -> Pattern:
    """Read `value` as a pattern.

    Raises:
        BadPattern: a matcher is unknown or its operand is of no use.
    """
    raise NotImplementedError(value)


def compile_arguments(args: JsonObject, *, extra: bool = False) -> ArgumentsPattern:
    """Read `args` as the pattern of a call's arguments; `extra` allows others beside them.

    Raises:
        BadPattern: a matcher is unknown or its operand is of no use.
    """
    raise NotImplementedError(args, extra)

"""What a tool's own words may tell a model: no stack trace, no secret, no novel."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from typing import TypeAlias

from evalkit.transcript import JsonValue

Redact: TypeAlias = Callable[[str], str]
"""Takes the secrets out of a text."""

LONGEST_MESSAGE = 300
SILENT = "The tool failed."

_STACK = re.compile(
    r"Traceback \(most recent|File \"[^\"]{1,300}\", line \d|\n\s+at \S{1,300} ?\(|\.go:\d+ \+0x"
)


def sanitised(message: str, redact: Redact) -> str:
    """Make one short line of an error message; one that holds a stack trace says nothing."""
    if _STACK.search(message):
        return SILENT
    line = " ".join(redact(message).split())
    return line if len(line) <= LONGEST_MESSAGE else f"{line[:LONGEST_MESSAGE]}…"


def redacted(value: JsonValue, redact: Redact) -> JsonValue:
    """Take the secrets out of a value; its text as JSON tells what stands under which name."""
    text = json.dumps(value, ensure_ascii=False)
    clean = redact(text)
    if clean == text:
        return value
    kept: JsonValue = json.loads(clean)
    return kept

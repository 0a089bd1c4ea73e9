"""The compiled schema of a tool's arguments."""

from __future__ import annotations

import json
from functools import lru_cache

from evalkit.schemas import Schema, compile_schema
from evalkit.suite import Tool

MAX_CACHED = 4096


def validator_for(tool: Tool) -> Schema:
    """Return the schema that a tool's arguments must satisfy; equal schemas share one.

    Raises:
        BadSchema: never for a tool that came from a loaded suite.
    """
    return _compiled(json.dumps(tool.parameters))


@lru_cache(maxsize=MAX_CACHED)
def _compiled(schema: str) -> Schema:
    return compile_schema(json.loads(schema))

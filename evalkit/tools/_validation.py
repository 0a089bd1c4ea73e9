"""The compiled schema of a tool's arguments."""

from __future__ import annotations

from evalkit.schemas import Schema, compile_schema
from evalkit.suite import Tool
from evalkit.transcript import JsonObject

MAX_CACHED = 4096

_compiled: dict[int, tuple[JsonObject, Schema]] = {}
"""By the identity of the parameters, which every case of a suite shares. Each entry holds what it
was made of, so that no identity is used twice."""


def validator_for(tool: Tool) -> Schema:
    """Return the schema that a tool's arguments must satisfy; it is compiled once.

    Raises:
        BadSchema: never for a tool that came from a loaded suite.
    """
    found = _compiled.get(id(tool.parameters))
    if found is None:
        if len(_compiled) >= MAX_CACHED:
            _compiled.clear()
        found = _compiled[id(tool.parameters)] = (tool.parameters, compile_schema(tool.parameters))
    return found[1]

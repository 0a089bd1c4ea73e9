"""The tools that a suite offers to the model."""

from __future__ import annotations

from dataclasses import dataclass, field

from evalkit.transcript import JsonObject


@dataclass(frozen=True, slots=True, kw_only=True)
class Tool:
    """One tool as the model is told about it."""

    name: str
    description: str = ""
    parameters: JsonObject
    """The JSON Schema of its arguments."""
    strict: bool | None = None
    """OpenAI's strict mode; None where the definition does not say."""
    annotations: JsonObject = field(default_factory=dict)
    """MCP's hints, such as `destructiveHint`."""

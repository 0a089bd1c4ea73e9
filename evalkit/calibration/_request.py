"""A request as it was recorded, and the tokens that were reported for it."""

from __future__ import annotations

from msgspec import Struct

from evalkit.suite import Tool
from evalkit.transcript import Prompt


class Reported(Struct, frozen=True, kw_only=True):
    """The first request of a conversation, with tools."""

    api: str
    models: frozenset[str]
    """The model that was asked for, and the name by which it answered."""
    said: tuple[Prompt, ...]
    tools: tuple[Tool, ...]
    tokens: int
    """All input tokens, as the provider reported them."""

    def is_of(self, model: str, api: str) -> bool:
        return self.api == api and model in self.models

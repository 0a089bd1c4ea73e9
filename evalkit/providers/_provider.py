"""Whom to ask: one named model behind one API."""

from __future__ import annotations

from pathlib import Path

from msgspec import Struct, field

from evalkit.transcript import JsonObject


class Provider(Struct, frozen=True, kw_only=True):
    """A model as `evalkit.yaml` names it."""

    name: str
    api: str
    """The wire protocol, a name that `find_api` knows."""
    model: str
    base_url: str | None = None
    """Where a compatible server listens; None for the API's own address."""
    api_key_env: str | None = None
    """The environment variable that holds the key; None for the API's usual one."""
    simulate: Path | None = None
    """A script that answers instead of a model."""
    tool_format: str | None = None
    """The text format of a model that has no native calls."""
    timeout_s: float = 60
    """For the whole answer, the last byte included."""
    max_concurrency: int = 8
    extra_body: JsonObject = field(default_factory=dict)
    """Laid over every request body, after the suite's own; null takes a field out."""
    options: JsonObject = field(default_factory=dict)
    """What the connection needs: `headers`, and for Azure `azure_endpoint` and relatives."""

"""One exchange as a cassette keeps it: what was asked, what was answered, and our facts."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TypeAlias

from msgspec import Struct, field

from evalkit.transcript import JsonObject

Headers: TypeAlias = Mapping[str, tuple[str, ...]]
"""Lower-case names; HTTP allows a name several values."""


class Asked(Struct, frozen=True, kw_only=True):
    """A request, as it is about to be sent or as it was recorded."""

    method: str
    url: str
    body: JsonObject | bytes = b""
    """The same key belongs to a JSON object and to the bytes it is sent as."""
    headers: Headers = field(default_factory=dict)


class Answered(Struct, frozen=True, kw_only=True):
    """A provider's reply, its body to the letter but for secrets and compression."""

    status: int
    reason: str = ""
    headers: Headers = field(default_factory=dict)
    body: bytes = b""


class Timing(Struct, frozen=True, kw_only=True):
    """How long an answer took, in seconds since its request was sent."""

    latency_s: float | None = None
    first_token_s: float | None = None
    """When the first bytes of a streamed body came; None for a body that came at once."""
    chunks: tuple[tuple[float, int], ...] = ()
    """For each piece of a streamed body: when it came, and how many bytes had come by then."""


class Facts(Struct, frozen=True, kw_only=True):
    """What evalkit knows of a recording beyond HTTP; all unset for a file of another tool."""

    key: str | None = None
    seal: str | None = None
    """A digest of the request as stored; once it differs, somebody edited the request."""
    trial: int | None = None
    recorded_at: str | None = None
    """ISO 8601, UTC."""
    latency_s: float | None = None
    first_token_s: float | None = None
    attempts: int | None = None
    """How often it was asked until this answer came."""
    sdk: str | None = None
    """Name and version of the client, as it introduced itself."""
    model_asked: str | None = None
    model_answered: str | None = None
    simulated: bool | None = None
    fields: Mapping[str, str] = field(default_factory=dict)
    """A digest of every field of the request's body."""
    chunks: tuple[tuple[float, int], ...] = ()


class Recording(Struct, frozen=True, kw_only=True):
    """One exchange of a cassette."""

    asked: Asked
    answered: Answered
    facts: Facts = field(default_factory=Facts)

    @property
    def is_foreign(self) -> bool:
        """Whether another tool recorded it, and nobody converted it."""
        return self.facts.recorded_at is None and self.facts.seal is None


class Malformed(Exception):
    """A part of a cassette is not what it should be; an InvalidCassette once the file is known."""

"""A wire protocol as a value: pure functions from messages to bodies and back, and a sender."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from enum import StrEnum
from typing import TYPE_CHECKING, Protocol

from msgspec import Struct, field

from evalkit.providers._provider import Provider
from evalkit.suite import Settings, Tool
from evalkit.transcript import JsonObject, JsonValue, Message, Turn

if TYPE_CHECKING:  # an SDK's transport is named here, but the SDK loads only when one connects
    import httpx2


class Reply(Struct, frozen=True, kw_only=True):
    """What came back over the wire, whatever its status."""

    status: int
    body: bytes
    """As the provider wrote it, with any content encoding undone."""
    headers: Mapping[str, str] = field(default_factory=dict)
    """By lower-case name."""
    latency_s: float = 0.0
    """From sending the request to the last byte of the answer."""
    marks: tuple[tuple[float, int], ...] = ()
    """Of a streamed answer: the seconds after which so many bytes of the body had arrived."""


class Sender(Protocol):
    """Sends bodies to one provider; safe for many at once."""

    async def send(self, body: JsonObject) -> Reply:
        """Send one request, once.

        Raises:
            ProviderTimeout: no complete answer within the provider's `timeout_s`.
            ExchangeFailed: no answer at all. A status of 400 and more is an answer.
        """
        ...

    async def close(self) -> None: ...


class Shown(StrEnum):
    """What an event of a stream is the first to show."""

    TEXT = "text"
    CALL = "call"


Connect = Callable[[Provider, str | None, "httpx2.AsyncBaseTransport | None"], Sender]
Encode = Callable[[Provider, Sequence[Message], Sequence[Tool], Settings], JsonObject]


def decode_no_error(_status: int, _body: JsonValue) -> Turn | None:
    """Say that no error status of this API is the model's own mistake."""
    return None


class Api(Struct, frozen=True, kw_only=True):
    """One wire protocol. All but `connect` is pure, and needs no SDK."""

    name: str
    endpoint: Callable[[Provider], str]
    """The full URL that bodies are posted to."""
    encode: Encode
    """The body of the next request, model included."""
    decode: Callable[[JsonObject], Turn]
    """The turn that a body holds; raises UndecodableReply where the protocol is not kept."""
    assemble: Callable[[Iterable[JsonObject]], JsonObject]
    """The body that a stream of events amounts to, for `decode`."""
    shown: Callable[[JsonObject], Shown | None]
    """What an event of a stream shows, for the times of the first token and the first call."""
    connect: Connect
    """A sender for a provider, its key and an own transport; loads the SDK."""
    decode_error: Callable[[int, JsonValue], Turn | None] = decode_no_error
    """The turn behind an error status that is the model's own mistake, None for all others."""
    runs_code: bool = False
    """Whether asking runs code of the user's in this process. It is asked each time: what it says
    is not recorded, for a recording would hide that the code has changed."""
    key_env: str | None = None
    """The environment variable that usually holds the key."""

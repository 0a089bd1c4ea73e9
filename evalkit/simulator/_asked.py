"""What the simulator reads out of a request, whatever its protocol."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Sequence
from itertools import chain, groupby, takewhile
from typing import NamedTuple, TypeAlias

from msgspec import Struct
from pydantic import BaseModel, ConfigDict, Field


class Part(BaseModel):
    """One piece of a message; pieces without text, such as images, read as nothing."""

    model_config = ConfigDict(extra="allow")

    type: str = "text"
    text: str = ""


Content: TypeAlias = str | list[Part] | None


class Named(BaseModel):
    """Something with a name, such as a tool; the rest of it is only kept."""

    model_config = ConfigDict(extra="allow")

    name: str


class Request(BaseModel):
    """What every protocol asks; settings that no rule looks at are left out."""

    model: str = Field(min_length=1)
    stream: bool | None = None

    @property
    def streams_usage(self) -> bool:
        """Whether a streamed answer tells its usage."""
        return True


class Said(NamedTuple):
    """A message brought to one form: whose it is and its text."""

    role: str
    """`system`, `user`, `assistant` or `tool`."""
    text: str
    calls: tuple[str, ...] = ()
    """The tools that an `assistant` called here."""


class Asked(Struct, frozen=True, kw_only=True):
    """One request, as the rules of a script see it."""

    model: str
    user: str
    """The last words of the user."""
    system: str
    result: str | None
    """The tool results that the conversation ends with, or None where it ends otherwise."""
    results: tuple[str, ...]
    """Every tool result so far, in order."""
    called: tuple[str, ...]
    """The tools called so far, in order."""
    turn: int
    """The how-manyth answer of the conversation is due, counted from 1."""
    tools: frozenset[str]
    streams: bool
    """Whether the answer is to come in pieces."""
    streams_usage: bool
    fingerprint: str
    """The same for the same model, messages and tools; ids are made of it."""
    tokens: int
    """A rough count of the input."""

    def make_id(self, prefix: str, index: int = 0) -> str:
        """Make an id that the same request always gets again."""
        seed = f"{self.fingerprint}/{prefix}/{index}"
        return prefix + hashlib.sha256(seed.encode()).hexdigest()[:24]


_HOW = frozenset({"stream", "stream_options", "max_tokens"})
"""Keys that say how to answer, not what is asked."""


def asked(request: Request, said: Sequence[Said], tools: Iterable[str]) -> Asked:
    """Gather what the rules look at."""
    wire = request.model_dump_json(exclude={*_HOW}, exclude_unset=True)
    results = [s.text for s in takewhile(lambda s: s.role == "tool", reversed(said))]
    return Asked(
        model=request.model,
        user=next((s.text for s in reversed(said) if s.role == "user"), ""),
        system=joined(s.text for s in said if s.role == "system"),
        result=joined(reversed(results)) if results else None,
        results=tuple(s.text for s in said if s.role == "tool"),
        called=tuple(chain.from_iterable(s.calls for s in said)),
        turn=sum(role == "assistant" for role, _ in groupby(said, lambda s: s.role)) + 1,
        tools=frozenset(tools),
        streams=bool(request.stream),
        streams_usage=request.streams_usage,
        fingerprint=hashlib.sha256(wire.encode()).hexdigest(),
        tokens=estimate_tokens(wire),
    )


def text_of(content: Content) -> str:
    if isinstance(content, list):
        return joined(part.text for part in content)
    return content or ""


def joined(texts: Iterable[str]) -> str:
    return "\n".join(text for text in texts if text)


def estimate_tokens(text: str) -> int:
    """Count four characters as one token: no tokenizer, the same everywhere."""
    return len(text) // 4 + 1

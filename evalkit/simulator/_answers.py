"""What a script may answer: a reply of the model, or a failure of its provider."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Annotated, TypeAlias

from pydantic import (
    BaseModel,
    ConfigDict,
    Field,
    JsonValue,
    PlainValidator,
    StringConstraints,
    model_validator,
)

from evalkit.simulator._asked import estimate_tokens
from evalkit.simulator._complaint import complaint

OWN_HEADERS = frozenset({"content-type", "content-length", "transfer-encoding", "connection"})
"""Headers that frame every reply; a script that set them would only break the connection."""

Latency: TypeAlias = Annotated[float, Field(ge=0, le=600, allow_inf_nan=False)]
Part: TypeAlias = Annotated[float, Field(ge=0, lt=1, allow_inf_nan=False)]
HeaderName: TypeAlias = Annotated[
    str, StringConstraints(pattern=r"^[A-Za-z0-9-]+$", to_lower=True, max_length=100)
]
HeaderValue: TypeAlias = Annotated[str, StringConstraints(pattern=r"^[ -~]*$", max_length=1000)]


class Call(BaseModel):
    """One tool call, its arguments given as a mapping or as the very string to send."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    name: str
    arguments: dict[str, JsonValue] | None = None
    raw: str | None = None
    """Sent to the letter, malformed or not."""

    @model_validator(mode="after")
    def _has_one_spelling(self) -> Call:
        if self.arguments is not None and self.raw is not None:
            raise complaint("a call has either `arguments` or `raw`, not both")
        return self

    @property
    def argument_string(self) -> str:
        if self.raw is not None:
            return self.raw
        return json.dumps(self.arguments or {}, ensure_ascii=False)


class TokenCounts(BaseModel):
    """The usage that a reply reports."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    input: int = Field(ge=0)
    output: int = Field(ge=0)


class Reply(BaseModel):
    """What the model says: text, calls, or both. A plain string is a reply of text alone."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    text: str | None = None
    calls: tuple[Call, ...] = ()
    stop: str | None = None
    """The stop reason in the protocol's own word, true or not; `null` is sent as null. Where the
    key is left out, the reply says what is true of it."""
    model: str | None = None
    """The model that claims to have answered, if another one than was asked."""
    usage: TokenCounts | None = None
    """Where it is left out, four characters count as one token."""
    latency_s: Latency = 0.0
    """How long to wait before the first byte."""
    pause_s: Latency = 0.0
    """How long to wait between the events of a streamed answer."""
    cut: Part | None = None
    """The connection breaks off after this part of the answer; 0 sends the headers alone."""
    hang: Part | None = None
    """After this part nothing more comes, but the connection stays; 0 sends nothing at all."""

    @model_validator(mode="before")
    @classmethod
    def _text_alone(cls, value: object) -> object:
        return {"text": value} if isinstance(value, str) else value

    @model_validator(mode="after")
    def _ends_in_one_way(self) -> Reply:
        if self.cut is not None and self.hang is not None:
            raise complaint("an answer is either `cut` or left to `hang`, not both")
        return self

    @model_validator(mode="after")
    def _says_something(self) -> Reply:
        if self.text is None and not self.calls:
            raise complaint(
                "a reply needs `text` or `calls`", hint='`text: ""` says nothing on purpose'
            )
        return self

    def stop_or(self, due: str) -> str | None:
        """Return the scripted stop reason, or else the one that is due."""
        return self.stop if "stop" in self.model_fields_set else due

    def tokens(self, asked: int) -> TokenCounts:
        """Return the scripted usage, or else an estimate over `asked` input tokens."""
        if self.usage is not None:
            return self.usage
        written = [self.text or "", *(call.name + call.argument_string for call in self.calls)]
        return TokenCounts(input=asked, output=estimate_tokens("".join(written)))


class Failure(BaseModel):
    """What a provider in trouble sends instead of a reply."""

    model_config = ConfigDict(frozen=True, extra="forbid", coerce_numbers_to_str=True)

    status: int = Field(ge=400, le=599)
    error: str = "the script says that this request fails"
    """The message, sent in the error shape of the protocol."""
    body: dict[str, JsonValue] | None = None
    """A whole body to send instead of that shape."""
    headers: dict[HeaderName, HeaderValue] = {}
    latency_s: Latency = 0.0

    @model_validator(mode="after")
    def _leaves_framing_alone(self) -> Failure:
        taken = OWN_HEADERS.intersection(self.headers)
        if taken:
            raise complaint(f"the simulator itself sets {', '.join(sorted(taken))}")
        return self


def _read_answer(value: object) -> Reply | Failure:
    """Read a mapping with a `status` as a failure and everything else as a reply.

    A discriminated union would do the same, but name the kind in the path of every mistake, where
    the file has no such key.
    """
    if isinstance(value, Reply | Failure):
        return value
    fails = isinstance(value, Mapping) and "status" in value
    return Failure.model_validate(value) if fails else Reply.model_validate(value)


Answer: TypeAlias = Annotated[Reply | Failure, PlainValidator(_read_answer)]

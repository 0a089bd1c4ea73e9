"""What is expected of a conversation, or of a part of it."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import BaseModel, Field

from evalkit.suite._fields import STRICT, ArgumentsField, Many, ObjectJson, PatternField
from evalkit.transcript import Stop


class Times(BaseModel):
    """How often a call may be made."""

    model_config = STRICT

    min: int = Field(1, ge=0)
    max: int | None = Field(None, ge=1)
    """None for no upper bound."""


ONCE = Times(min=1, max=1)


class CallExpectation(BaseModel):
    """One call that is expected."""

    model_config = STRICT

    tool: str
    args: ArgumentsField
    id: str | None = None
    """A name for `after` of other calls to refer to."""
    after: Many[str] = ()
    """The ids of the calls whose results must be there before this call is made."""
    optional: bool = False
    times: Times = ONCE


class Limits(BaseModel):
    """What a conversation may use at most."""

    model_config = STRICT

    turns: int | None = Field(None, ge=1)
    calls: int | None = Field(None, ge=0)
    schema_tokens: int | None = Field(None, ge=1)
    output_tokens: int | None = Field(None, ge=1)
    cost_usd: float | None = Field(None, gt=0)
    latency_s: float | None = Field(None, gt=0)


class Retries(BaseModel):
    """How often a call that met a fault is made again with the same arguments."""

    model_config = STRICT

    tool: str | None = None
    """None for each tool that met a fault."""
    min: int = Field(0, ge=0)
    max: int | None = Field(None, ge=0)


class Idempotent(BaseModel):
    """A retry carries the same key, another action another one."""

    model_config = STRICT

    tool: str
    key: str
    """The argument that holds the key."""


class Grounded(BaseModel):
    """An argument that must come from an earlier tool result."""

    model_config = STRICT

    tool: str
    argument: str
    pattern: PatternField


class Expectation(BaseModel):
    """What must hold; everything that is given must hold at once."""

    model_config = STRICT

    no_call: bool = False
    calls: Many[CallExpectation] | None = None
    order: Literal["any", "strict"] = "any"
    same_turn: bool = False
    extra_calls: Literal["forbid", "allow"] | Many[str] | None = None
    """The tools that may be called beside `calls`; None: none where `calls` is given."""
    forbid: Many[str] = ()
    any_of: Many[Expectation] = ()
    answer: PatternField | None = None
    """On the text of the last answer."""
    stop: Annotated[Stop, Field(strict=False)] | None = None
    limits: Limits | None = None
    retries: Retries | None = None
    idempotent: Many[Idempotent] = ()
    grounded: Many[Grounded] = ()
    confirm: Many[str] = ()
    """The tools that may be called only after the user agreed."""
    recovers: bool = False
    """Whether a fault must be followed by a success or a plain word to the user."""
    graders: ObjectJson = Field(default_factory=dict)
    """Graders of one's own by name, with their options."""
    check_schema: bool = Field(default=True, alias="schema")
    """Whether every call must be valid against its tool's schema."""
    extra_args: bool | None = None

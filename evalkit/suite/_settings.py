"""How a model is asked, and how long a conversation may go on."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import BaseModel, Field

from evalkit.suite._fields import STRICT, ObjectJson, OnOff, said_once


class ToolNamed(BaseModel):
    """A tool choice that forces one tool."""

    model_config = STRICT

    tool: str = Field(
        min_length=1,
        description="The tool that the model must call.",
    )


class RateLimit(BaseModel):
    """A token bucket: so many calls at once, and as many again over time."""

    model_config = STRICT

    calls: int = Field(ge=1, description="Calls that may be made at once.")
    per_s: float = Field(
        gt=0, allow_inf_nan=False, description="Seconds until as many may be made again."
    )


class Alerts(BaseModel):
    """What to point out in a conversation; an alert fails no case."""

    model_config = STRICT

    calls_per_turn: int = Field(default=5, ge=1, description="An answer with more calls than this.")
    tool_s: float = Field(default=5, gt=0, description="A tool that takes this many seconds.")
    repeated_turn: OnOff = Field(
        default=True, description="An answer that repeats the calls of the one before."
    )
    truncated: OnOff = Field(
        default=True, description="An answer that was cut off at its token limit."
    )


class Settings(BaseModel):
    """How the model is asked; what is left out is left to the provider."""

    model_config = STRICT

    tool_choice: Annotated[
        Literal["auto", "required", "none"] | ToolNamed,
        said_once("tool_choice must be auto, required, none, or one tool: {tool: name}"),
    ] = Field(
        default="auto",
        description="Whether the model may, must or must not call a tool.",
    )
    temperature: float | None = Field(
        default=None,
        ge=0,
        le=2,
        description="Sampling temperature.",
    )
    top_p: float | None = Field(
        default=None,
        ge=0,
        le=1,
        description="Nucleus sampling.",
    )
    max_tokens: int = Field(
        default=1024,
        ge=1,
        description="The most tokens of one answer.",
    )
    seed: int | None = Field(
        default=None,
        description="A seed, where the provider takes one.",
    )
    parallel_tool_calls: bool | None = Field(
        default=None, description="Whether several calls may stand in one answer."
    )
    reasoning_effort: str | None = Field(
        default=None, min_length=1, description="How long to think, in the provider's word."
    )
    stream: bool = Field(
        default=False,
        description="Whether answers are streamed.",
    )
    extra_body: ObjectJson = Field(
        default_factory=dict, description="Further keys of the request, sent as they stand."
    )
    max_turns: int = Field(
        default=10,
        ge=1,
        description="The most answers of one conversation.",
    )
    max_parallel_calls: int = Field(
        default=5,
        ge=1,
        description="The most tools that run at once.",
    )
    max_repeats: int = Field(
        default=3,
        ge=1,
        description="How often the same call may be made.",
    )
    max_calls: int = Field(
        default=50,
        ge=1,
        description="The most tool calls of one conversation.",
    )
    tool_timeout_s: float = Field(default=5, gt=0, description="Seconds for one tool.")
    conversation_timeout_s: float = Field(default=30, gt=0, description="Seconds for all of it.")
    rate_limits: dict[str, RateLimit] = Field(
        default_factory=dict, description="How often each tool may be called, by its name."
    )
    context_tokens: int | None = Field(
        default=None,
        ge=1,
        description="The window: estimated tokens of a request; the oldest messages go first.",
    )
    alerts: Alerts = Field(
        default=Alerts(),
        description="What to point out in a conversation.",
    )

    def overridden_by(self, other: Settings) -> Settings:
        """These settings, with those that `other` was given in their place."""
        given = {name: getattr(other, name) for name in other.model_fields_set}
        return self.model_copy(update=given) if given else self

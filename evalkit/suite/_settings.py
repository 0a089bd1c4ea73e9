"""How a model is asked, and how long a conversation may go on."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import BaseModel, Field

from evalkit.suite._fields import STRICT, ObjectJson, said_once


class ToolNamed(BaseModel):
    """A tool choice that forces one tool."""

    model_config = STRICT

    tool: str = Field(
        min_length=1,
        description="The tool that the model must call.",
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
    tool_timeout_s: float = Field(default=5, gt=0, description="Seconds for one tool.")
    conversation_timeout_s: float = Field(default=30, gt=0, description="Seconds for all of it.")

    def overridden_by(self, other: Settings) -> Settings:
        """These settings, with those that `other` was given in their place."""
        given = {name: getattr(other, name) for name in other.model_fields_set}
        return self.model_copy(update=given) if given else self

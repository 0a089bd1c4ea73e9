"""How a model is asked, and how long a conversation may go on."""

from __future__ import annotations

from typing import Literal

from pydantic import (
    BaseModel,
    Field,
    ValidationError,
    ValidatorFunctionWrapHandler,
    field_validator,
)

from evalkit.suite._fields import STRICT, ObjectJson, complaint


class ToolNamed(BaseModel):
    """A tool choice that forces one tool."""

    model_config = STRICT

    tool: str = Field(min_length=1, description="The tool that the model must call.")


class Settings(BaseModel):
    """Settings of a suite or a case; what is not given is left to the provider."""

    model_config = STRICT

    tool_choice: Literal["auto", "required", "none"] | ToolNamed = Field(
        "auto", description="Whether the model may, must or must not call a tool."
    )
    temperature: float | None = Field(None, ge=0, le=2)
    top_p: float | None = Field(None, ge=0, le=1)
    max_tokens: int = Field(1024, ge=1)
    seed: int | None = None
    parallel_tool_calls: bool | None = None
    reasoning_effort: str | None = None
    stream: bool = False
    extra_body: ObjectJson = Field(default_factory=dict)
    max_turns: int = Field(10, ge=1)
    max_parallel_calls: int = Field(5, ge=1)
    max_repeats: int = Field(3, ge=1)
    tool_timeout_s: float = Field(5, gt=0)
    conversation_timeout_s: float = Field(30, gt=0)

    @field_validator("tool_choice", mode="wrap")
    @classmethod
    def _one_complaint(cls, value: object, read: ValidatorFunctionWrapHandler) -> object:
        try:
            return read(value)
        except ValidationError as error:
            what = "tool_choice must be auto, required, none, or a tool: {tool: name}"
            raise complaint(what) from error

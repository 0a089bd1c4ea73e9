"""One call that is expected."""

from __future__ import annotations

from typing import Self

from pydantic import BaseModel, Field, model_validator

from evalkit.matchers import describe
from evalkit.suite._fields import (
    STRICT,
    Allowance,
    ArgumentsField,
    Many,
    complaint,
    read_arguments,
)
from evalkit.transcript import JsonValue


class Times(BaseModel):
    """How often a call is made: `2`, or bounds."""

    model_config = STRICT

    min: int = Field(default=1, ge=0, description="At least this often.")
    max: int | None = Field(
        default=None, ge=1, description="At most this often; no bound if left out."
    )

    @model_validator(mode="before")
    @classmethod
    def _exactly(cls, value: JsonValue) -> JsonValue:
        if isinstance(value, dict):
            return value
        if isinstance(value, bool) or not isinstance(value, int) or value < 0:
            raise complaint(f"expected a number or {{min, max}}, got {describe(value)}")
        if value == 0:
            raise complaint("a call that is made 0 times", "name the tool under `forbid`")
        return {"min": value, "max": value}

    @model_validator(mode="after")
    def _holds_a_number(self) -> Self:
        if self.max is not None and self.max < self.min:
            raise complaint(f"from {self.min} to {self.max} times is never")
        return self


ONCE = Times(min=1, max=1)


class CallExpectation(BaseModel):
    """One call that is expected: `tool: {arguments}`, or the long form."""

    model_config = STRICT

    tool: str = Field(min_length=1, description="The tool's name.")
    args: ArgumentsField = Field(description="What each argument must be like.")
    id: str | None = Field(
        default=None, min_length=1, description="A name for `after` to refer to."
    )
    after: Many[str] = Field(
        default=(), description="The ids of calls whose results must be there before this call."
    )
    optional: bool = Field(
        default=False,
        description="Whether the call may be left out.",
    )
    times: Times = Field(
        default=ONCE,
        description="How often the call is made; once if left out.",
    )
    extra_args: Allowance | None = Field(
        default=None, description="Whether arguments are allowed that `args` does not name."
    )

    @model_validator(mode="before")
    @classmethod
    def _long_form(cls, value: JsonValue) -> object:
        if isinstance(value, str):
            hint = f"write {value}: {{}} for a call without arguments"
            raise complaint(f"the arguments of {value} are missing", hint)
        if not isinstance(value, dict):
            return value
        if "tool" in value:
            return _with_arguments(value)
        if len(value) == 1:
            return _from_short_form(value)
        if value.keys() <= cls.model_fields.keys():
            return value
        raise complaint("a call names one tool", "begin each call with its own '- '")


def _with_arguments(value: dict[str, JsonValue]) -> dict[str, JsonValue]:
    if "args" in value:
        return value
    if value.get("extra_args") == "allow":
        return {**value, "args": {}}
    raise complaint("'args' is missing", "write args: {} for none, or extra_args: allow for any")


def _from_short_form(value: dict[str, JsonValue]) -> dict[str, object]:
    ((tool, args),) = value.items()
    if not isinstance(args, dict):
        hint = f"write {tool}: {{}} for a call without arguments"
        raise complaint(f"the arguments of {tool} must be a mapping", hint, (tool,))
    return {"tool": tool, "args": read_arguments(args, tool)}

"""What is expected of a conversation, or of a part of it."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Annotated, Literal

from pydantic import BaseModel, Field, field_validator, model_validator

from evalkit.matchers import BadPattern, Pattern, compile_pattern, describe
from evalkit.suite._call import CallExpectation
from evalkit.suite._fields import (
    STRICT,
    Allowance,
    Many,
    ObjectJson,
    OnOff,
    PatternField,
    complaint,
    complaints,
    said_once,
)
from evalkit.transcript import JsonValue, Stop


class Limits(BaseModel):
    """What a conversation may use at most."""

    model_config = STRICT

    turns: int | None = Field(default=None, ge=1, description="Answers of the model.")
    calls: int | None = Field(default=None, ge=0, description="Tool calls.")
    schema_tokens: int | None = Field(
        default=None, ge=1, description="Tokens of the tool definitions."
    )
    output_tokens: int | None = Field(
        default=None, ge=1, description="Tokens that the model wrote."
    )
    cost_usd: float | None = Field(default=None, gt=0, description="US dollars.")
    latency_s: float | None = Field(
        default=None,
        gt=0,
        description="Seconds, over all answers.",
    )


class Retries(BaseModel):
    """How often a call that met a fault is made again with the same arguments."""

    model_config = STRICT

    tool: str | None = Field(
        default=None, description="The tool; each one that met a fault if left out."
    )
    min: int = Field(default=0, ge=0, description="At least this often.")
    max: int | None = Field(default=None, ge=0, description="At most this often.")

    @model_validator(mode="before")
    @classmethod
    def _at_most(cls, value: JsonValue) -> JsonValue:
        is_number = isinstance(value, int) and not isinstance(value, bool)
        return {"max": value} if is_number else value


class Idempotent(BaseModel):
    """A retry carries the same key, another action another one."""

    model_config = STRICT

    tool: str = Field(description="The tool whose calls carry a key.")
    key: str = Field(description="The argument that holds the key.")


class Grounded(BaseModel):
    """An argument that must come from an earlier tool result."""

    model_config = STRICT

    tool: str
    argument: str
    pattern: PatternField


class Expectation(BaseModel):
    """What must hold; everything that is given must hold at once."""

    model_config = STRICT

    no_call: bool = Field(default=False, description="No tool may be called.")
    calls: Many[CallExpectation] | None = Field(default=None, description="The calls to make.")
    order: Literal["any", "strict"] = Field(
        default="any", description="Whether the calls must come in the order of `calls`."
    )
    same_turn: bool = Field(
        default=False,
        description="All of `calls` in one answer.",
    )
    extra_calls: Annotated[
        Literal["forbid", "allow"] | Many[str] | None,
        said_once("extra_calls must be forbid, allow, or a list of tools"),
    ] = Field(
        default=None,
        description="Calls beside `calls`: forbidden where `calls` is given, else allowed.",
    )
    forbid: Many[str] = Field(default=(), description="Tools that may not be called.")
    any_of: Many[Expectation] = Field(default=(), description="Alternatives; one must hold.")
    answer: PatternField | None = Field(default=None, description="The text of the last answer.")
    stop: Annotated[Stop, Field(strict=False)] | None = Field(
        default=None, description="How the conversation must end."
    )
    limits: Limits | None = Field(default=None, description="What may be used at most.")
    retries: Retries | None = Field(default=None, description="The same call after a fault.")
    idempotent: Many[Idempotent] = Field(
        default=(),
        description="Tools whose retries share a key.",
    )
    grounded: Many[Grounded] = Field(
        default=(), description="Arguments that must come from an earlier result, by tool."
    )
    confirm: Many[str] = Field(
        default=(),
        description="Tools to call only after the user agreed.",
    )
    recovers: bool = Field(
        default=False, description="After a fault, a success or a plain word to the user."
    )
    graders: ObjectJson = Field(
        default_factory=dict, description="Graders of installed packages, with their options."
    )
    check_schema: OnOff = Field(
        default=True, alias="schema", description="Whether each call must fit its tool's schema."
    )
    extra_args: Allowance | None = Field(
        default=None, description="Whether calls may have arguments that are not listed."
    )

    @model_validator(mode="before")
    @classmethod
    def _from_word(cls, value: JsonValue) -> JsonValue:
        if value == "no_call":
            return {"no_call": True}
        if isinstance(value, str) or value is None:
            got = "nothing" if value is None else describe(value)
            raise complaint(f"expected no_call or a mapping, got {got}")
        return value

    @field_validator("idempotent", mode="before")
    @classmethod
    def _one_or_many(cls, value: JsonValue) -> JsonValue:
        return [value] if isinstance(value, dict) else value

    @field_validator("grounded", mode="before")
    @classmethod
    def _by_tool(cls, value: JsonValue) -> object:
        if not isinstance(value, dict):
            return value
        return [
            Grounded(tool=tool, argument=argument, pattern=_grounding(pattern, tool, argument))
            for tool, arguments in value.items()
            for argument, pattern in _arguments_of(tool, arguments).items()
        ]

    @field_validator("answer")
    @classmethod
    def _can_fail(cls, value: Pattern | None) -> Pattern | None:
        if value is not None and (value.is_optional or value.is_absent):
            raise complaint("an answer cannot be optional or absent")
        if value is not None and value.accepts_all:
            raise complaint("this accepts every answer", "leave `answer` out, or say what it needs")
        if value is not None and not isinstance(value.source, str | dict):
            hint = "put it in quotes, or write {$contains: ...}"
            raise complaint(f"an answer is text, not {describe(value.source)}", hint)
        return value

    def with_extra_args(self, *, default: bool) -> Expectation:
        """Carry down to each call whether arguments may be there that it does not name."""
        allowed = default if self.extra_args is None else self.extra_args
        if not allowed and not _loosens(self):
            return self
        calls = self.calls and tuple(_with_extra(call, default=allowed) for call in self.calls)
        any_of = tuple(each.with_extra_args(default=allowed) for each in self.any_of)
        return self.model_copy(update={"calls": calls, "any_of": any_of, "extra_args": allowed})


def _loosens(expect: Expectation) -> bool:
    """Whether a part of an expectation allows more arguments than it names."""
    return any(call.extra_args for call in expect.calls or ()) or any(
        each.extra_args or _loosens(each) for each in expect.any_of
    )


def _with_extra(call: CallExpectation, *, default: bool) -> CallExpectation:
    allowed = default if call.extra_args is None else call.extra_args
    if call.args.extra is allowed:
        return call
    return call.model_copy(update={"args": call.args.with_extra(allowed=allowed)})


def tools_of_results(value: JsonValue) -> Iterator[str]:
    """The tools that `$result` names anywhere in a pattern."""
    match value:
        case {"$result": str() as result}:
            yield result.split(".")[0]
        case dict():
            for each in value.values():
                yield from tools_of_results(each)
        case list():
            for each in value:
                yield from tools_of_results(each)


def _arguments_of(tool: str, arguments: JsonValue) -> dict[str, JsonValue]:
    if isinstance(arguments, dict) and arguments:
        return arguments
    hint = "write {%s: {argument: {$result: tool.path}}}" % tool  # noqa: UP031  # braces
    raise complaint(f"the arguments of {tool} must be a mapping", hint, (tool,))


def _grounding(value: JsonValue, tool: str, argument: str) -> Pattern:
    path = (tool, argument)
    try:
        pattern = compile_pattern(value)
    except BadPattern as error:
        raise complaints([error.below(*path)]) from error
    if next(tools_of_results(value), None) is None:
        raise complaint("this names no earlier result", "write {$result: tool.path}", path)
    return pattern

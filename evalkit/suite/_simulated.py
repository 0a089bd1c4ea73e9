"""What a simulated tool answers."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Self

from pydantic import BaseModel, Field, model_validator

from evalkit.matchers import ArgumentsPattern
from evalkit.suite._fields import STRICT, AnyJson, ArgumentsField, complaint
from evalkit.transcript import JsonObject, JsonValue


@dataclass(frozen=True, slots=True, kw_only=True)
class Returned:
    """The tool answers with a value."""

    value: JsonValue


@dataclass(frozen=True, slots=True, kw_only=True)
class Fault:
    """The tool fails in a planned way."""

    name: str
    options: JsonObject = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class PythonCall:
    """A function of the user's answers: `module:function`."""

    function: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Simulated:
    """One rule of a simulated tool."""

    when: ArgumentsPattern | None = None
    """The arguments it applies to; None for any."""
    answer: Returned | Fault | PythonCall


class SimulatedEntry(BaseModel):
    """One rule of a simulated tool: when it applies, and one of `return`, `fault`, `python`."""

    model_config = STRICT

    when: ArgumentsField | None = Field(
        default=None, description="The arguments it applies to; any if left out."
    )
    returned: AnyJson = Field(
        default=None, alias="return", description="The value that it answers."
    )
    fault: AnyJson = Field(
        default=None, description="A planned fault: its name, or {name: {options}}."
    )
    python: str | None = Field(
        default=None,
        pattern=r"^[\w.]+:\w+$",
        description="A function, module:function, that answers.",
    )

    @model_validator(mode="after")
    def _one_answer(self) -> Self:
        given = self.model_fields_set & {"returned", "fault", "python"}
        if len(given) != 1:
            raise complaint("a rule needs exactly one of return, fault and python")
        if "fault" in given and _fault(self.fault) is None:
            raise complaint("a fault is a name, or {name: {options}}", None, ("fault",))
        return self

    def rule(self) -> Simulated:
        return Simulated(when=self.when, answer=self._answer())

    def _answer(self) -> Returned | Fault | PythonCall:
        if self.python is not None:
            return PythonCall(function=self.python)
        return _fault(self.fault) or Returned(value=self.returned)


def _fault(value: JsonValue) -> Fault | None:
    match value:
        case str() if value:
            return Fault(name=value)
        case dict() if len(value) == 1:
            ((name, options),) = value.items()
            return Fault(name=name, options=options) if isinstance(options, dict) else None
        case _:
            return None

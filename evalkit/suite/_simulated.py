"""What a simulated tool answers."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from typing import Literal, Self, TypeAlias

from msgspec import Struct, field
from pydantic import BaseModel, Field, model_validator

from evalkit import plugins
from evalkit.errors import EvalkitError, nearest
from evalkit.matchers import ArgumentsPattern, BadPattern, Context, describe
from evalkit.suite._check import Steps
from evalkit.suite._fields import STRICT, AnyJson, ArgumentsField, ObjectJson, complaint, complaints
from evalkit.suite._template import BadTemplate, has_template, render
from evalkit.transcript import JsonObject, JsonValue

_OptionKind: TypeAlias = Literal["text", "seconds"]

FAULTS: Mapping[str, Mapping[str, _OptionKind]] = {
    "empty": {},
    "error": {"code": "text", "message": "text"},
    "injection": {"text": "text"},
    "malformed": {},
    "not_found": {"message": "text"},
    "rate_limit": {"retry_after_s": "seconds"},
    "slow": {"s": "seconds"},
    "stack_trace": {"text": "text"},
    "timeout": {},
    "truncated": {},
    "wrong_id": {"id": "text"},
}
"""The faults that need no package, and the options of each."""


class UnusableTemplate(EvalkitError):
    """A simulated tool was called with arguments that the template of its answer cannot take."""


class Returned(Struct, frozen=True, kw_only=True):
    """The tool answers with a value."""

    value: JsonValue
    """Strings in it may be templates over the facts of a call."""

    def filled(self, facts: JsonObject) -> JsonValue:
        """Return the value for one call.

        Raises:
            UnusableTemplate: a template names what the facts do not have.
        """
        return _filled(self.value, facts)


class Fault(Struct, frozen=True, kw_only=True):
    """The tool fails in a planned way."""

    name: str
    options: JsonObject = field(default_factory=dict)


class PythonCall(Struct, frozen=True, kw_only=True):
    """A function of the user's answers: `module:function`."""

    function: str


class Simulated(Struct, frozen=True, kw_only=True):
    """One rule of a simulated tool."""

    when: ArgumentsPattern | None = None
    """The arguments it applies to; None for any."""
    state: ArgumentsPattern | None = None
    """What must have been remembered in the conversation; None for anything."""
    answer: Returned | Fault | PythonCall
    times: int | None = None
    """How often it applies in a conversation; None for always."""
    rate: float = 1.0
    """The share of calls that a fault strikes, drawn by `seed`."""
    seed: int = 0
    remember: JsonObject = field(default_factory=dict)
    """What later calls of the conversation find in its state."""

    def applies(self, arguments: JsonObject, state: JsonObject, context: Context) -> bool:
        """Whether the rule is for a call with these arguments, in this state."""
        return (self.when is None or not self.when.match(arguments, context)) and (
            self.state is None or not self.state.match(state, context)
        )

    def remembered(self, facts: JsonObject) -> JsonObject:
        """Return what one call leaves in the state.

        Raises:
            UnusableTemplate: a template names what the facts do not have.
        """
        return {key: _filled(value, facts) for key, value in self.remember.items()}


class SimulatedEntry(BaseModel):
    """One rule of a simulated tool: when it applies, and one of `return`, `fault`, `python`."""

    model_config = STRICT

    when: ArgumentsField | None = Field(
        default=None, description="The arguments it applies to; any if left out."
    )
    state: ArgumentsField | None = Field(
        default=None,
        description="What must have been remembered; other keys of the state do not matter.",
    )
    times: int | None = Field(
        default=None, ge=1, description="How often it applies; then the next rule has its turn."
    )
    returned: AnyJson = Field(
        default=None,
        alias="return",
        description="The value that it answers; {{ args.name }} in strings.",
    )
    fault: AnyJson = Field(
        default=None, description="A planned fault: its name, or {name: {options}}."
    )
    rate: float | None = Field(
        default=None, gt=0, le=1, description="The share of calls that the fault strikes."
    )
    seed: int | None = Field(
        default=None, description="Decides which calls `rate` strikes; 0 if left out."
    )
    python: str | None = Field(
        default=None,
        pattern=r"^[\w.]+:\w+$",
        description="A function, module:function, that answers.",
    )
    remember: ObjectJson = Field(
        default_factory=dict,
        description="What later calls find in the state; {{ args.name }} in strings.",
    )

    @model_validator(mode="after")
    def _one_answer(self) -> Self:
        given = self.model_fields_set & {"returned", "fault", "python"}
        if len(given) != 1:
            raise complaint("a rule needs exactly one of return, fault and python")
        if "fault" in given:
            _refuse_fault(self.fault)
        for key in sorted(self.model_fields_set & {"rate", "seed"}):
            if "fault" not in given:
                raise complaint(f"{key} is about faults, and none is planned", None, (key,))
        if self.seed is not None and self.rate is None:
            raise complaint("a seed decides nothing without a rate", "add rate: 0.3", ("seed",))
        return self

    @model_validator(mode="after")
    def _readable_templates(self) -> Self:
        written = (("return", self.returned), ("remember", self.remember))
        found = [each for key, value in written for each in _bad_templates(value, (key,))]
        if found:
            raise complaints(found)
        return self

    def rule(self) -> Simulated:
        return Simulated(
            when=self.when,
            state=self.state and self.state.with_extra(allowed=True),
            answer=self._answer(),
            times=self.times,
            rate=1.0 if self.rate is None else self.rate,
            seed=self.seed or 0,
            remember=self.remember,
        )

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


def _refuse_fault(value: JsonValue) -> None:
    """Complain of a fault that is not known, or that knows no such option."""
    fault = _fault(value)
    if fault is None:
        raise complaint("a fault is a name, or {name: {options}}", None, ("fault",))
    if fault.name not in FAULTS:
        known = plugins.names("faults", FAULTS)
        if fault.name not in known:
            hint = nearest(fault.name, known)
            raise complaint(f"unknown fault {fault.name!r}", hint, ("fault",))
        return
    options = FAULTS[fault.name]
    for name, option in fault.options.items():
        path = ("fault", fault.name, name)
        if name not in options:
            what = f"the fault {fault.name} has no option {name!r}"
            hint = nearest(name, options)
            raise complaints([BadPattern(what, path=path, hint=hint, at_key=True)])
        _refuse_option(option, options[name], path)


def _refuse_option(option: JsonValue, kind: _OptionKind, path: Steps) -> None:
    match kind, option:
        case ("text", str()):
            return
        case ("seconds", int() | float() as seconds) if not isinstance(option, bool):
            if 0 <= seconds < math.inf:
                return
    wanted = "text" if kind == "text" else "a number of seconds"
    what = f"{path[-1]}: expected {wanted}, got {describe(option)}"
    raise complaint(what, None, path)


def _bad_templates(value: JsonValue, path: Steps) -> Iterator[BadPattern]:
    """Find the templates that no call could fill.

    They are rendered without any facts: all that is wrong with a good one then is that these are
    missing.
    """
    match value:
        case str() if has_template(value):
            from jinja2 import UndefinedError  # `render` has loaded it, or is about to

            try:
                render(value, {})
            except BadTemplate as error:
                if not isinstance(error.__cause__, UndefinedError):
                    yield BadPattern(error.what, path=path, hint=error.hint)
        case list():
            for index, each in enumerate(value):
                yield from _bad_templates(each, (*path, index))
        case dict():
            for key, each in value.items():
                yield from _bad_templates(each, (*path, key))
        case _:
            pass


def _filled(value: JsonValue, facts: JsonObject) -> JsonValue:
    match value:
        case str() if has_template(value):
            try:
                return render(value, facts)
            except BadTemplate as error:
                hint = "a template may name args, state and call"
                raise UnusableTemplate(error.what, hint=hint) from error
        case list():
            return [_filled(each, facts) for each in value]
        case dict():
            return {key: _filled(each, facts) for key, each in value.items()}
        case _:
            return value

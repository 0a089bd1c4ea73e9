"""BFCL's rules for one call."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import NamedTuple

from msgspec import Struct

from evalkit.grade._bfcl_values import Flaw, Parameter, parameter
from evalkit.grade._words import show_name
from evalkit.matchers import show
from evalkit.results import Kind
from evalkit.suite import Tool
from evalkit.transcript import JsonObject, JsonValue

_KINDS = {
    Flaw.WRONG_NAME: Kind.WRONG_TOOL,
    Flaw.MISSING_REQUIRED: Kind.MISSING_ARGUMENT,
    Flaw.MISSING_OPTIONAL: Kind.MISSING_ARGUMENT,
    Flaw.UNEXPECTED: Kind.INVENTED_ARGUMENT,
}


class Complaint(NamedTuple):
    """Why BFCL does not accept an answer."""

    code: str
    """BFCL's own name for the mistake."""
    kind: Kind
    reason: str
    path: str | None = None
    expected: JsonValue = None
    actual: JsonValue = None
    call: int | None = None
    """The index of the call that it is about."""


class Answer(Struct, frozen=True, kw_only=True):
    """One call that BFCL accepts."""

    tool: str
    required: frozenset[str]
    parameters: Mapping[str, Parameter]
    """Those that both the tool and the answer know."""
    needed: frozenset[str]
    """Those that the answer does not allow to be left out."""

    def flaw(self, name: str, arguments: JsonObject) -> tuple[Flaw, str] | None:
        """The first thing that is wrong with a call, in BFCL's order, and the key it is about."""
        if name != self.tool:
            return Flaw.WRONG_NAME, ""
        given = arguments.keys()
        if not self.required <= given:
            return Flaw.MISSING_REQUIRED, min(self.required - given)
        for key, value in arguments.items():
            expected = self.parameters.get(key)
            if expected is None:
                return Flaw.UNEXPECTED, key
            found = expected.flaw(value)
            if found is not None:
                return found, key
        if not self.needed <= given:
            return Flaw.MISSING_OPTIONAL, min(self.needed - given)
        return None

    def complaint(self, name: str, arguments: JsonObject) -> Complaint | None:
        """What is wrong with a call, in words, or None."""
        found = self.flaw(name, arguments)
        if found is None:
            return None
        flaw, key = found
        path = f"$.{show_name(key)}"
        match flaw:
            case Flaw.WRONG_NAME:
                reason = f"expected a call of {self.tool}, got {show_name(name)}"
                return self._complaint(flaw, reason, expected=self.tool, actual=name)
            case Flaw.MISSING_REQUIRED | Flaw.MISSING_OPTIONAL:
                return self._complaint(flaw, f"{self.tool} {path}: missing", path=path)
            case Flaw.UNEXPECTED:
                reason = f"{self.tool} {path}: not expected, got {show(arguments[key])}"
                return self._complaint(flaw, reason, path=path, actual=arguments[key])
            case _:
                wanted, got = list(self.parameters[key].alternatives), arguments[key]
                reason = f"{self.tool} {path}: expected one of {show(wanted)}, got {show(got)}"
                return self._complaint(flaw, reason, path=path, expected=wanted, actual=got)

    def _complaint(
        self,
        flaw: Flaw,
        reason: str,
        *,
        path: str | None = None,
        expected: JsonValue = None,
        actual: JsonValue = None,
    ) -> Complaint:
        return Complaint(
            code=flaw.value,
            kind=_KINDS.get(flaw, Kind.WRONG_ARGUMENT),
            reason=reason,
            path=path,
            expected=expected,
            actual=actual,
        )


def answer_of(name: str, values: Mapping[str, Sequence[JsonValue]], tool: Tool) -> Answer:
    """Prepare to judge calls of a tool by the alternatives for each of its parameters."""
    properties = tool.parameters.get("properties")
    required = tool.parameters.get("required")
    known = properties if isinstance(properties, dict) else {}
    return Answer(
        tool=name,
        required=frozenset(map(str, required)) if isinstance(required, list) else frozenset(),
        parameters={
            key: parameter(schema, values[key])
            for key, schema in known.items()
            if key in values and isinstance(schema, dict)
        },
        needed=frozenset(key for key, alternatives in values.items() if "" not in alternatives),
    )

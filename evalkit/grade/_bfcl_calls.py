"""BFCL's rules for one call."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass

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


@dataclass(frozen=True, slots=True, kw_only=True)
class Complaint:
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


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """One call that BFCL accepts."""

    tool: str
    required: frozenset[str]
    parameters: Mapping[str, Parameter]
    """Those that both the tool and the answer know."""
    needed: frozenset[str]
    """Those that the answer does not allow to be left out."""

    def complaint(self, name: str, arguments: JsonObject) -> Complaint | None:
        """The first thing that is wrong with a call, in BFCL's order, or None."""
        if name != self.tool:
            reason = f"expected a call of {self.tool}, got {show_name(name)}"
            return self._complaint(Flaw.WRONG_NAME, reason, expected=self.tool, actual=name)
        if not self.required <= arguments.keys():
            return self._left_out(Flaw.MISSING_REQUIRED, self.required - arguments.keys())
        for key, value in arguments.items():
            expected = self.parameters.get(key)
            flaw = expected.flaw(value) if expected else Flaw.UNEXPECTED
            if flaw is not None:
                return self._wrong(flaw, key, value)
        if not self.needed <= arguments.keys():
            return self._left_out(Flaw.MISSING_OPTIONAL, self.needed - arguments.keys())
        return None

    def _wrong(self, flaw: Flaw, key: str, value: JsonValue) -> Complaint:
        path = f"$.{show_name(key)}"
        if flaw is Flaw.UNEXPECTED:
            reason = f"{self.tool} {path}: not expected, got {show(value)}"
            return self._complaint(flaw, reason, path=path, actual=value)
        wanted = list(self.parameters[key].alternatives)
        reason = f"{self.tool} {path}: expected one of {show(wanted)}, got {show(value)}"
        return self._complaint(flaw, reason, path=path, expected=wanted, actual=value)

    def _left_out(self, flaw: Flaw, keys: AbstractSet[str]) -> Complaint:
        path = f"$.{show_name(min(keys))}"
        return self._complaint(flaw, f"{self.tool} {path}: missing", path=path)

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

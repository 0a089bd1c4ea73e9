"""Simulated tools: what a call is answered, by the rules of the suite."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from evalkit.errors import EvalkitError
from evalkit.suite import Case, Fault, PythonCall, Returned, Simulated, Tool
from evalkit.tools._validation import validator_for
from evalkit.transcript import JsonObject, JsonValue, ToolCall, ToolResult

FAULT_MESSAGES = {
    "error": "The tool failed.",
    "not_found": "Nothing was found for these arguments.",
    "rate_limit": "Too many requests. Try again later.",
    "timeout": "The tool did not answer in time.",
}


class NotSimulated(EvalkitError):
    """The model made a valid call that the suite's simulation has no answer for."""


@dataclass(frozen=True, slots=True)
class Toolbox:
    """The tools of one conversation."""

    case: Case

    @property
    def is_simulated(self) -> bool:
        """Whether calls are answered at all."""
        return bool(self.case.simulate)

    def answer(self, calls: Sequence[ToolCall]) -> list[ToolResult]:
        """Answer every call of a turn, each under its own id, in order.

        A call that no tool should see (unknown tool, no JSON object, invalid arguments) is
        answered with an error that tells the model what to mend.

        Raises:
            NotSimulated: no rule of the suite applies to a valid call.
        """
        return [self._answer(call) for call in calls]

    def _answer(self, call: ToolCall) -> ToolResult:
        refusal = self._refusal(call)
        if refusal is not None:
            return _failed(call, "invalid_call", refusal)
        assert call.arguments is not None
        match self._rule(call.name, call.arguments).answer:
            case Returned(value=value):
                return ToolResult(call_id=call.id, name=call.name, content=value)
            case Fault(name=name):
                return _failed(call, name, FAULT_MESSAGES.get(name, "The tool failed."), name)
            case PythonCall(function=function):
                raise NotSimulated(
                    f"the simulated tool {call.name!r} is a Python function ({function})",
                    where=self.case.where,
                    hint="this version answers with values and faults",
                )

    def _refusal(self, call: ToolCall) -> str | None:
        tool = self._tool(call.name)
        if tool is None:
            known = ", ".join(tool.name for tool in self.case.tools)
            return f"There is no tool {call.name!r}. The tools are: {known}."
        if call.arguments is None:
            return "The arguments are not a JSON object."
        errors = validator_for(tool).errors(call.arguments)
        return "; ".join(f"{error.path}: {error.reason}" for error in errors) or None

    def _tool(self, name: str) -> Tool | None:
        return next((tool for tool in self.case.tools if tool.name == name), None)

    def _rule(self, name: str, arguments: JsonObject) -> Simulated:
        for rule in self.case.simulate.get(name, ()):
            if rule.when is None or not rule.when.match(arguments):
                return rule
        raise NotSimulated(
            f"the call {name}({arguments}) is not simulated",
            where=self.case.where,
            hint=f"add a rule for it under 'simulate: {name}:'",
        )


def _failed(call: ToolCall, code: str, message: str, fault: str | None = None) -> ToolResult:
    content: JsonValue = {"error": {"code": code, "message": message}}
    return ToolResult(
        call_id=call.id, name=call.name, content=content, is_error=True, fault=fault
    )

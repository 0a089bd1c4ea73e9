"""Rules on suites: what they force, what they leave out, and what they can never see."""

from __future__ import annotations

from collections.abc import Iterator

from evalkit.lint._finding import Hit
from evalkit.lint._material import Material
from evalkit.lint._risks import expectations_of
from evalkit.schemas import SchemaError
from evalkit.suite import CallExpectation, Case, Expectation, Settings, Tool, ToolNamed
from evalkit.tools import validator_for
from evalkit.transcript import JsonObject, JsonValue

_OF_THE_WHOLE = frozenset({"additionalProperties", "unevaluatedProperties"})
"""Keywords whose violation at the root is about an argument that is there."""


def forced_tool_choice(material: Material) -> Iterator[Hit]:
    suite = material.suite
    if suite is None:
        return
    if _is_forced(suite.settings):
        where = material.document.where(("settings", "tool_choice"))
        yield _forced(where, f"the suite {suite.name}", suite.settings)
    for case in suite.cases:
        if _is_forced(case.settings) and case.settings.tool_choice != suite.settings.tool_choice:
            yield _forced(case.where, f"the case {case.id}", case.settings)


def _is_forced(settings: Settings) -> bool:
    return settings.tool_choice == "required" or isinstance(settings.tool_choice, ToolNamed)


def _forced(where: str, who: str, settings: Settings) -> Hit:
    choice = settings.tool_choice
    name = choice.tool if isinstance(choice, ToolNamed) else choice
    return Hit(
        where=where,
        what=f"{who} forces a call (tool_choice: {name})",
        fix="write tool_choice: auto, and let the cases tell whether a call was due",
    )


def no_silent_case(material: Material) -> Iterator[Hit]:
    suite = material.suite
    if suite is None or not suite.tools or any(map(_is_silent, suite.cases)):
        return
    yield Hit(
        where=material.document.where_key(("cases",)),
        what=f"no case of {suite.name} expects that nothing is called",
        fix="add one: a greeting, or a question that no tool answers, with expect: no_call",
    )


def _is_silent(case: Case) -> bool:
    names = {tool.name for tool in case.tools}
    return any(
        expect.no_call or (names and names <= set(expect.forbid))
        for expect in expectations_of(case)
    )


def unmeetable_expectation(material: Material) -> Iterator[Hit]:
    for case in material.suite.cases if material.suite else ():
        if case.skip is None:
            for expect in (case.expect, *(turn.expect for turn in case.turns)):
                for what, fix in _impossible(expect, case) if expect else ():
                    yield Hit(where=case.where, what=f"{case.id}: {what}", fix=fix)


def _impossible(expect: Expectation, case: Case) -> Iterator[tuple[str, str]]:
    yield from _against_settings(expect, case.settings)
    due = [call for call in expect.calls or () if not call.optional and call.times.min]
    least = sum(call.times.min for call in due)
    allowed = expect.limits.calls if expect.limits else None
    if allowed is not None and allowed < least:
        yield f"{least} calls are due, and limits.calls allows {allowed}", "raise the limit"
    tools = {tool.name: tool for tool in case.tools}
    for call in due if expect.check_schema else ():
        if call.tool in tools:
            yield from _against_schema(call, tools[call.tool])


def _against_settings(expect: Expectation, settings: Settings) -> Iterator[tuple[str, str]]:
    choice = settings.tool_choice
    if expect.no_call and _is_forced(settings):
        yield "no call is expected, and tool_choice forces one", "write tool_choice: auto"
    if expect.calls and choice == "none":
        yield "calls are expected, and tool_choice forbids them", "write tool_choice: auto"
    if expect.same_turn and settings.parallel_tool_calls is False:
        what = "calls are due in one answer, and parallel_tool_calls is off"
        yield what, "turn it on, or drop same_turn"


def _against_schema(call: CallExpectation, tool: Tool) -> Iterator[tuple[str, str]]:
    """Find what no call that is valid against the schema could match."""
    literal: JsonObject = {
        name: value for name, value in call.args.source.items() if _is_literal(value)
    }
    for error in validator_for(tool).errors(literal):
        if _is_about_an_argument(error):
            wrong = f"{error.path} {error.reason}"
            what = f"the expected arguments of {call.tool} break its schema: {wrong}"
            yield what, "correct the expectation or the schema, or write schema: off"
    if call.args.extra:
        return
    for name in _required(tool):
        if name not in call.args.source:
            what = f"{call.tool} requires {name!r}, and the expected arguments leave no room for it"
            yield what, f"expect {name}, if only as {{$any: true}}"


def _required(tool: Tool) -> list[str]:
    required = tool.parameters.get("required")
    return [str(name) for name in required] if isinstance(required, list) else []


def _is_about_an_argument(error: SchemaError) -> bool:
    return error.path != "$" or error.keyword in _OF_THE_WHOLE


def _is_literal(value: JsonValue) -> bool:
    match value:
        case dict():
            return all(not key.startswith("$") and _is_literal(each) for key, each in value.items())
        case list():
            return all(map(_is_literal, value))
        case _:
            return True

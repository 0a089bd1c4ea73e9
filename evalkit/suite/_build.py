"""Entries of a suite file -> complete cases."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from msgspec import Struct
from pydantic import ValidationError

from evalkit.matchers import describe
from evalkit.suite._case import Case, UserTurn
from evalkit.suite._check import Steps, problems_of, salvage
from evalkit.suite._expectation import Expectation
from evalkit.suite._format import CaseEntry, Defaults
from evalkit.suite._matrix import Variant, variants
from evalkit.suite._meaning import Reviewer
from evalkit.suite._messages import read_messages
from evalkit.suite._mistakes import Mistakes
from evalkit.suite._settings import Settings, ToolNamed
from evalkit.suite._simulated import Simulated, SimulatedEntry
from evalkit.suite._template import BadTemplate, has_template, render
from evalkit.suite._tool import Tool, find_tools
from evalkit.transcript import JsonObject, JsonValue, Message, Prompt


class Shared(Struct, frozen=True, kw_only=True):
    """What the cases of a suite have in common."""

    suite: str
    system: str | None
    settings: Settings
    extra_args: bool
    defaults: Defaults
    tools: Mapping[str, Tool] | None
    """None where some could not be read."""
    simulate: Mapping[str, tuple[SimulatedEntry, ...]]


class CaseBuilder:
    """Builds the cases of one file."""

    def __init__(self, shared: Shared, mistakes: Mistakes, *, templated: bool) -> None:
        self._shared = shared
        self._mistakes = mistakes
        self._templated = templated or has_template(shared.system or "")
        self._reviewer = Reviewer(shared.tools, mistakes)
        self._tools = tuple((shared.tools or {}).values())
        self._simulate = _rules(shared.simulate)

    def build(self, entry: JsonValue, path: Steps) -> Iterator[Case]:
        """Yield the case, or each case of its matrix, unless it has mistakes."""
        if not isinstance(entry, dict):
            self._mistakes.at(path, f"a case is a mapping, got {describe(entry)}")
            return
        for variant in variants(entry, path, self._mistakes, templated=self._templated):
            before = len(self._mistakes.problems)
            case = self._case(variant, path)
            if len(self._mistakes.problems) > before:
                return
            if case is not None:
                yield case

    def _case(self, variant: Variant, path: Steps) -> Case | None:
        parts = [(variant.entry, path), *_expectations(variant.entry, path)]
        if sum(self._mistakes.empty_keys(part, place) for part, place in parts):
            return None
        try:
            entry = CaseEntry.model_validate(variant.entry)
        except ValidationError as error:
            found = problems_of(error, CaseEntry, self._mistakes.document, path)
            self._mistakes.problems.extend(found)
            self._review_rest(variant.entry, path)
            return None
        shared, defaults = self._shared, self._shared.defaults
        tools, reviewer = self._tools, self._reviewer
        if entry.tools:
            own = self._own_tools(entry, path)
            tools, reviewer = tuple(own.values()), Reviewer(own, self._mistakes)
        self._review(entry, path, reviewer)
        system = self._system(variant)
        return Case(
            suite=shared.suite,
            id=entry.id + variant.label,
            where=self._mistakes.document.where(path),
            given=self._given(entry, system, path),
            turns=self._turns(entry),
            expect=self._expectation(entry, path),
            written=variant.entry.get("expect", variant.entry.get("turns")),
            tools=tools,
            settings=self._settings(entry),
            simulate=self._simulate | _rules(entry.simulate) if entry.simulate else self._simulate,
            tags=tuple(dict.fromkeys((*defaults.tags, *entry.tags))),
            description=entry.description,
            trials=entry.trials or defaults.trials,
            pass_rate=entry.pass_rate or defaults.pass_rate,
            skip=entry.skip or defaults.skip,
        )

    def _own_tools(self, entry: CaseEntry, path: Steps) -> Mapping[str, Tool]:
        """The tools that a case brings with it."""
        tools: dict[str, Tool] = {}
        for tool, place in find_tools(list(entry.tools), (*path, "tools"), self._mistakes):
            if tool.name in tools:
                what = f"the tool {tool.name!r} is already there"
                self._mistakes.at((*place, "name"), what)
            tools[tool.name] = tool
        return tools

    def _review(self, entry: CaseEntry, path: Steps, reviewer: Reviewer) -> None:
        if entry.expect is not None:
            reviewer.review(entry.expect, (*path, "expect"))
        for index, turn in enumerate(entry.turns):
            if turn.expect is not None:
                place = (*path, "turns", index, "expect")
                reviewer.review(turn.expect, place)
                reviewer.can_fail(turn.expect, place)
        for tool in entry.simulate:
            reviewer.tool_key(tool, (*path, "simulate", tool))
        if entry.settings is not None and isinstance(entry.settings.tool_choice, ToolNamed):
            place = (*path, "settings", "tool_choice", "tool")
            reviewer.tool(entry.settings.tool_choice.tool, place)

    def _review_rest(self, entry: JsonObject, path: Steps) -> None:
        """Look for unknown tools in what else a broken case expects."""
        if "expect" not in entry or "tools" in entry:
            return
        expect = salvage(Expectation, entry["expect"])
        if expect is not None:
            self._reviewer.names(expect, (*path, "expect"))

    def _system(self, variant: Variant) -> str | None:
        system = self._shared.system
        if system is None or not has_template(system):
            return system
        try:
            return str(render(system, variant.variables))
        except BadTemplate as error:
            self._mistakes.at(("system",), error.what, error.hint)
            return system

    def _given(self, entry: CaseEntry, system: str | None, path: Steps) -> tuple[Message, ...]:
        given = [key for key in ("prompt", "messages", "turns") if key in entry.model_fields_set]
        if len(given) != 1:
            what = f"{' and '.join(given)} are given" if given else "nothing is said"
            self._mistakes.at(path, what, "give one of prompt, messages and turns")
            return ()
        said: tuple[Message, ...] = ()
        match given[0]:
            case "prompt":
                said = (Prompt(role="user", text=entry.prompt or ""),)
            case "messages":
                said = read_messages(entry.messages, (*path, "messages"), self._mistakes)
            case _:
                said = tuple(Prompt(role="user", text=turn.user) for turn in entry.turns[:1])
        if not (entry.prompt or entry.messages or entry.turns):
            self._mistakes.at((*path, given[0]), f"{given[0]} must not be empty")
        if system is None or (said and isinstance(said[0], Prompt) and said[0].role == "system"):
            return said
        return (Prompt(role="system", text=system), *said)

    def _turns(self, entry: CaseEntry) -> tuple[UserTurn, ...]:
        return tuple(
            UserTurn(text=turn.user, expect=turn.expect and self._resolved(turn.expect, entry))
            for turn in entry.turns
        )

    def _expectation(self, entry: CaseEntry, path: Steps) -> Expectation | None:
        expect, default = entry.expect, self._shared.defaults.expect
        if expect is None and default is None:
            if not any(turn.expect for turn in entry.turns):
                self._mistakes.at(path, "'expect' is missing", "a case must be able to fail")
            return None
        merged = _merged(expect, default)
        place = (*path, "expect")
        self._reviewer.can_fail(merged, place)
        return self._resolved(merged, entry)

    def _resolved(self, expect: Expectation, entry: CaseEntry) -> Expectation:
        allowed = self._shared.extra_args if entry.extra_args is None else entry.extra_args
        return expect.with_extra_args(default=allowed)

    def _settings(self, entry: CaseEntry) -> Settings:
        settings = self._shared.settings
        return settings.overridden_by(entry.settings) if entry.settings else settings


def _expectations(entry: JsonObject, path: Steps) -> Iterator[tuple[JsonValue, Steps]]:
    """What a case as it is written expects, and each part of it that is a mapping of keys."""
    found = [(entry.get("expect"), (*path, "expect"))]
    turns = entry.get("turns")
    for index, turn in enumerate(turns if isinstance(turns, list) else ()):
        if isinstance(turn, dict):
            found.append((turn.get("expect"), (*path, "turns", index, "expect")))
    while found:
        expect, place = found.pop()
        yield expect, place
        if isinstance(expect, dict):
            yield expect.get("limits"), (*place, "limits")
            others = expect.get("any_of")
            for index, other in enumerate(others if isinstance(others, list) else ()):
                found.append((other, (*place, "any_of", index)))


def _merged(expect: Expectation | None, default: Expectation | None) -> Expectation:
    """The case's own expectation, and the default where it does not say."""
    if expect is None or default is None:
        given = expect or default
        assert given is not None
        return given
    missing = default.model_fields_set - expect.model_fields_set
    return expect.model_copy(update={name: getattr(default, name) for name in missing})


def _rules(
    simulate: Mapping[str, tuple[SimulatedEntry, ...]],
) -> dict[str, tuple[Simulated, ...]]:
    return {tool: tuple(entry.rule() for entry in rules) for tool, rules in simulate.items()}

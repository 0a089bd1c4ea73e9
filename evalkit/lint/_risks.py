"""Rules on tools that destroy or pay, and on how many tools a model is given."""

from __future__ import annotations

import re
from collections.abc import Iterator

from evalkit.cost import schema_tokens
from evalkit.lint._finding import Hit
from evalkit.lint._material import Material, PlacedTool
from evalkit.lint._words import vocabulary, words
from evalkit.suite import Case, Expectation

MANY_TOOLS = 20
SCHEMA_BUDGET = 2000
"""Tokens; the tools of every request, as an OpenAI model sees them."""

_DESTROYS = vocabulary(
    "cancel charge close delete deactivate destroy drop erase pay purge purchase refund revoke "
    "terminate transfer uninstall wipe withdraw"
)
_GUARD = re.compile(
    r"confirm|approv|consent|dry_?run|idempoten|request_id|client_token|"
    r"(?:transaction|nonce|dedup)_?(?:key|token)",
    re.IGNORECASE,
)
_DOES = vocabulary("create do execute issue make perform process send submit trigger")
_ONLY_LOOKS = vocabulary(
    "calculate check compare compute count describe detect estimate explain fetch find get list "
    "look predict preview quote read retrieve return search show simulate track"
)
_NO_OBJECT_OF_VALUE = frozenset({"learning", "function", "style", "heat"})
"""`transfer_learning` transfers nothing that anybody owns."""


def unguarded_action(material: Material) -> Iterator[Hit]:
    guarded = _guarded_by_cases(material)
    for placed in material.tools:
        if _is_destructive(placed) and not _is_guarded(placed) and placed.tool.name not in guarded:
            yield Hit(
                where=placed.at("name"),
                what=f"{placed.tool.name} destroys or pays, and nothing asks for a yes or stops a "
                "second time",
                fix="take an idempotency key, say in the description to confirm first, and let a "
                "case expect `confirm`",
            )


def _is_destructive(placed: PlacedTool) -> bool:
    hint = placed.tool.annotations.get("destructiveHint")
    if isinstance(hint, bool):
        return hint
    if placed.tool.annotations.get("readOnlyHint") is True:
        return False
    name = words(placed.tool.name)
    said = words(placed.tool.description)[:1]
    if not name or _ONLY_LOOKS & {*name, *said} or _NO_OBJECT_OF_VALUE & set(name):
        return False
    is_done = name[0] in _DOES and name[1:2] != [] and name[1] in _DESTROYS
    return is_done or name[0] in _DESTROYS or name[-1] in _DESTROYS


def _is_guarded(placed: PlacedTool) -> bool:
    if placed.tool.annotations.get("idempotentHint") is True:
        return True
    names = (parameter.name for parameter in placed.parameters())
    return any(_GUARD.search(text) for text in (placed.tool.description, *names))


def _guarded_by_cases(material: Material) -> frozenset[str]:
    cases = material.suite.cases if material.suite else ()
    expectations = [expect for case in cases for expect in expectations_of(case)]
    confirmed = {tool for expect in expectations for tool in expect.confirm}
    return frozenset(confirmed | {one.tool for expect in expectations for one in expect.idempotent})


def expectations_of(case: Case) -> Iterator[Expectation]:
    """What a case expects of the whole and of its turns, alternatives included."""
    found = [case.expect, *(turn.expect for turn in case.turns)]
    while found:
        expect = found.pop()
        if expect is not None:
            yield expect
            found += expect.any_of


def too_many_tools(material: Material) -> Iterator[Hit]:
    if len(material.tools) > MANY_TOOLS:
        yield Hit(
            where=material.tools[MANY_TOOLS].at("name"),
            what=f"{len(material.tools)} tools are offered at once",
            fix=f"offer those that the task needs, at most {MANY_TOOLS}; group or search the rest",
        )


def schema_budget(material: Material) -> Iterator[Hit]:
    counted = schema_tokens([placed.tool for placed in material.tools], _COUNTED_FOR)
    if counted.total > SCHEMA_BUDGET:
        heaviest = max(range(len(counted.tools)), key=lambda index: counted.tools[index].tokens)
        worst = counted.tools[heaviest]
        yield Hit(
            where=material.tools[heaviest].at("name"),
            what=f"the tools take about {counted.total:,} tokens of every request, more than "
            f"{SCHEMA_BUDGET:,}; {worst.tool} alone takes {worst.tokens:,}",
            fix="shorten descriptions and drop tools; `evalkit tokens` shows what each costs",
        )


_COUNTED_FOR = "gpt-4o"

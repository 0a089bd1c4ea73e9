"""Rules on what tools and parameters say of themselves."""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import combinations

from evalkit.lint._finding import Hit
from evalkit.lint._material import Material, Parameter, PlacedTool
from evalkit.lint._words import content, likeness, vocabulary, words
from evalkit.suite import Tool

_ALIKE = 0.6
_COPIED = 0.85
_FEW_WORDS = 3
_SHORT = 4
"""Words; a longer description that repeats the name may well be all there is to say."""
_PLACEHOLDER = re.compile(
    r"^\W*(todo|tbd|fixme|placeholder|lorem ipsum|does (stuff|things|something)|"
    r"(a |my |the )?(helper|utility|test|dummy|sample)( (function|tool|method))?)\b",
    re.IGNORECASE,
)
_TELLS_NOTHING = vocabulary(
    "arg args argument config content data details dict field flag id info input item items json "
    "key kind list mode name num number obj object option options param parameters params payload "
    "str string text type val value values var"
)


def missing_description(placed: PlacedTool) -> Iterator[Hit]:
    if not placed.tool.description.strip():
        yield Hit(
            where=placed.at("name"),
            what=f"{placed.tool.name} has no description",
            fix="say what it does, when to use it, and what it changes",
        )


def vague_description(placed: PlacedTool) -> Iterator[Hit]:
    description = placed.tool.description
    if description.strip() and _says_nothing(placed.tool.name, description):
        yield Hit(
            where=placed.at("description"),
            what=f"the description of {placed.tool.name} says no more than its name: "
            f"{description.strip()!r:.80}",
            fix="say what it returns, when to use it, and when not",
        )


def _says_nothing(name: str, description: str) -> bool:
    count = len(words(description))
    if _PLACEHOLDER.match(description) or count < _FEW_WORDS:
        return True
    return count <= _SHORT and content(description).keys() <= content(name).keys()


def undescribed_parameter(placed: PlacedTool) -> Iterator[Hit]:
    for parameter in placed.parameters():
        if not parameter.description.strip() and not _speaks_for_itself(parameter):
            yield Hit(
                where=placed.at_schema(*parameter.path),
                what=f"{placed.tool.name}: {parameter.name!r} has no description, and its name "
                "does not tell what it holds",
                fix="describe it, or give it a telling name and a type",
            )


def _speaks_for_itself(parameter: Parameter) -> bool:
    if parameter.schema.keys() & {"enum", "const", "format", "pattern", "$ref"}:
        return True
    name = words(parameter.name)
    is_telling = len(parameter.name) > 2 and not set(name) <= _TELLS_NOTHING  # noqa: PLR2004 - `x`, `id`
    return is_telling and bool(parameter.schema.keys() & {"type", "anyOf", "oneOf", "allOf"})


def overlapping_tools(material: Material) -> Iterator[Hit]:
    for one, other in combinations(material.tools, 2):
        shared = _overlap(one.tool, other.tool)
        if shared:
            said = ", ".join(sorted(shared))
            yield Hit(
                where=other.at("name"),
                what=f"{one.tool.name} and {other.tool.name} read alike: {said}",
                fix="say in each description what it is for that the other is not, or merge them",
            )


def _overlap(one: Tool, other: Tool) -> list[str]:
    """The words that two tools share, if too few are left to tell them apart.

    A word in a name that the other tool does not know keeps `forecast_rain` from `forecast_snow`.
    """
    words, ours, theirs = _meaning(one), _meaning(one).keys(), _meaning(other).keys()
    shared = ours & theirs
    is_within = len(shared) >= _FEW_WORDS and shared in (ours, theirs)
    has_own_name = content(one.name).keys() - theirs or content(other.name).keys() - ours
    is_alike = not has_own_name and likeness(ours, theirs) >= _ALIKE
    said = content(one.description).keys(), content(other.description).keys()
    is_copied = likeness(*said) >= _COPIED
    return [words[stem] for stem in shared] if is_within or is_alike or is_copied else []


def _meaning(tool: Tool) -> dict[str, str]:
    return content(f"{tool.name} {tool.description}")

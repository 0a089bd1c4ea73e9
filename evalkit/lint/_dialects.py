"""Rules on what providers refuse: names of tools and of arguments, and keywords of schemas.

As their API references and error messages said in November 2026.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping

from evalkit.lint._finding import Hit
from evalkit.lint._material import PlacedTool, Steps
from evalkit.lint._words import vocabulary
from evalkit.transcript import JsonObject

_TOOL_NAMES: Mapping[str, re.Pattern[str]] = {
    "OpenAI": re.compile(r"[a-zA-Z0-9_-]{1,64}"),
    "Anthropic": re.compile(r"[a-zA-Z0-9_-]{1,128}"),
    "Gemini": re.compile(r"[a-zA-Z_][a-zA-Z0-9_.:-]{0,63}"),
}
_ARGUMENT_NAMES: Mapping[str, re.Pattern[str]] = {
    "Anthropic": re.compile(r"[a-zA-Z0-9_.-]{1,64}"),
    "Gemini": re.compile(r"[a-zA-Z_][a-zA-Z0-9_]{0,63}"),
}
_NOT_AT_THE_TOP: Mapping[str, str] = {
    "allOf": "OpenAI and Anthropic",
    "anyOf": "OpenAI and Anthropic",
    "enum": "OpenAI",
    "not": "OpenAI",
    "oneOf": "OpenAI and Anthropic",
}
_NOT_STRICT = vocabulary(
    "allOf contains dependentRequired dependentSchemas else if not oneOf patternProperties "
    "propertyNames then unevaluatedItems unevaluatedProperties uniqueItems"
)
_NOT_GEMINI = vocabulary(
    "$defs $ref allOf const contains dependentRequired dependentSchemas else exclusiveMaximum "
    "exclusiveMinimum if multipleOf not oneOf patternProperties prefixItems then "
    "uniqueItems"
)


def refused_name(placed: PlacedTool) -> Iterator[Hit]:
    name = placed.tool.name
    refusing = _refusing(name, _TOOL_NAMES)
    if refusing:
        yield Hit(
            where=placed.at("name"),
            what=f"{refusing} refuses the tool name {name!r:.100}",
            fix="begin with a letter; use letters, digits and '_', at most 64",
        )
    for parameter in placed.parameters():
        refusing = _refusing(parameter.name, _ARGUMENT_NAMES)
        if refusing:
            yield Hit(
                where=placed.at_schema(*parameter.path),
                what=f"{name}: {refusing} refuses the argument name {parameter.name!r:.100}",
                fix="begin with a letter; use letters, digits and '_', at most 64",
            )


def _refusing(name: str, rules: Mapping[str, re.Pattern[str]]) -> str:
    return " and ".join(who for who, pattern in rules.items() if not pattern.fullmatch(name))


def refused_at_the_top(placed: PlacedTool) -> Iterator[Hit]:
    for keyword in sorted(_NOT_AT_THE_TOP.keys() & placed.tool.parameters.keys()):
        yield Hit(
            where=placed.at_schema(keyword),
            what=f"{placed.tool.name}: {_NOT_AT_THE_TOP[keyword]} refuse {keyword} at the top of a "
            "schema, and with it the whole request",
            fix="move it into a property, or split the tool",
        )


def refused_when_strict(placed: PlacedTool) -> Iterator[Hit]:
    if not placed.tool.strict:
        return
    for schema, path in placed.subschemas():
        for what, fix, steps in _against_strict(schema):
            yield Hit(
                where=placed.at_schema(*path, *steps),
                what=f"{placed.tool.name} is strict: {what}",
                fix=fix,
            )


def _against_strict(schema: JsonObject) -> Iterator[tuple[str, str, Steps]]:
    for keyword in sorted(_NOT_STRICT & schema.keys()):
        yield f"OpenAI refuses {keyword}", "say it in the description", (keyword,)
    properties = schema.get("properties")
    if not isinstance(properties, dict):
        return
    if schema.get("additionalProperties") is not False:
        yield "an object needs additionalProperties: false", "add it", ()
    required = schema.get("required")
    optional = [
        name for name in properties if not isinstance(required, list) or name not in required
    ]
    if optional:
        what = f"every property must be required, and {', '.join(optional)} is not"
        yield what, "require it, with null among its types", ("properties", optional[0])


def refused_by_gemini(placed: PlacedTool) -> Iterator[Hit]:
    found: dict[str, Steps] = {}
    for schema, path in placed.subschemas():
        for keyword in _NOT_GEMINI & schema.keys():
            found.setdefault(keyword, (*path, keyword))
    if found:
        first = min(found)
        yield Hit(
            where=placed.at_schema(*found[first]),
            what=f"{placed.tool.name}: Gemini's `parameters` knows no {', '.join(sorted(found))}",
            fix="send the schema as parametersJsonSchema, or do without",
        )

"""Rules on the schemas of arguments."""

from __future__ import annotations

import re
from collections.abc import Iterator

from evalkit.lint._finding import Hit
from evalkit.lint._material import Material, Parameter, PlacedTool
from evalkit.lint._words import vocabulary, words
from evalkit.transcript import JsonObject, JsonValue

_IDENTIFIER = (
    r"(?:ids?|identifiers?|numbers?(?! of)|codes?|reference|sku|uuid|e-?mail(?: address)?)"
)
_QUALIFIED = rf"(?:[a-z]+[ _-]){{0,2}}{_IDENTIFIER}"
_AMBIGUOUS = re.compile(
    rf"\b({_QUALIFIED}(?:,? (?:or|and/or) | ?/ ?)(?:the |an? |your )?(?:{_QUALIFIED}|name))\b"
    rf"|\b(names? or (?:the |an? )?(?:[a-z]+ )?(?:ids?|identifiers?))\b",
    re.IGNORECASE,
)
_IDENTIFIER_ENDS = frozenset({"id", "uuid", "guid", "sku", "iban", "isbn", "vin", "ssn"})
_OURS = vocabulary("account booking customer invoice member order reservation ticket tracking")
"""Whose numbers have one form; those of courts, counties and states have many."""
_LIMITED = frozenset(
    {"pattern", "enum", "const", "format", "minLength", "maxLength", "$ref", "anyOf", "oneOf"}
)


def ambiguous_identifier(placed: PlacedTool) -> Iterator[Hit]:
    for parameter in placed.parameters():
        if parameter.schema.keys() & {"enum", "pattern"} or "array" in parameter.types:
            continue
        found = _AMBIGUOUS.search(parameter.description)
        if found:
            yield Hit(
                where=placed.at_schema(*parameter.path, "description"),
                what=f"{placed.tool.name}: {parameter.name!r} takes two kinds of identifier: "
                f"{found[0]!r}",
                fix="take one kind, and give the other a parameter of its own",
            )


def identifier_without_pattern(placed: PlacedTool) -> Iterator[Hit]:
    for parameter in placed.parameters():
        if (
            parameter.is_text
            and _is_identifier(parameter)
            and not _LIMITED & parameter.schema.keys()
        ):
            yield Hit(
                where=placed.at_schema(*parameter.path),
                what=f"{placed.tool.name}: any text passes for {parameter.name!r}",
                fix="give it the pattern of its kind, such as '^A[0-9]{4}$', or a loose one",
            )


def _is_identifier(parameter: Parameter) -> bool:
    *owners, last = words(parameter.name) or [""]
    return last in _IDENTIFIER_ENDS or (last in {"number", "no"} and bool(_OURS & set(owners)))


_QUOTED = r"(?:'[^']{1,30}'|\"[^\"]{1,30}\"|`[^`]{1,30}`)"
_BARE = r"[A-Za-z0-9][\w/+-]{0,20}"
_GLOSS = r"(?: (?:for|to|if|meaning|=) [^,'\"`.;]{1,50}| \([^)]{1,50}\))?"
_CUE = (
    r"(?:\bone of|\beither(?: of)?|\b(?:allowed|possible|valid|supported|accepted|available) "
    r"(?:values|options|choices|units|types)|\boptions|\bchoices|\bchoose (?:from|between)|"
    r"\b(?:can|must|may|could) be)"
    r"(?: are| is| include| includes| including| only| either| one of)*(?: ?[:=-])? ?\(?"
)
_CLOSED_LISTS = (
    re.compile(rf"(?:{_QUOTED}{_GLOSS}, )*{_QUOTED}{_GLOSS},? or {_QUOTED}"),
    re.compile(rf"{_QUOTED}(?: ?[/|] ?{_QUOTED})+"),
    re.compile(
        rf"{_CUE}{_QUOTED}{_GLOSS}(?:(?:,? (?:or|and) |, ){_QUOTED}{_GLOSS})+", re.IGNORECASE
    ),
    re.compile(
        rf"{_CUE}(?:{_BARE}, )+(?:or |and )?{_BARE}(?: (?:or|and) {_BARE})?\b", re.IGNORECASE
    ),
    re.compile(rf"{_CUE}{_BARE} (?:or|and) {_BARE}(?=[ ]?(?:[.,;)]|$))", re.IGNORECASE),
)
_OPEN_LIST = re.compile(
    r"e\.g\.|\bfor (?:example|instance)|\bsuch as\b|\bexamples?\b|\blike\b|\betc\b|\.\.\.|"
    r"\bso on\b|\bformat\b|\bi\.e\.",
    re.IGNORECASE,
)


def enum_in_prose(placed: PlacedTool) -> Iterator[Hit]:
    for parameter in placed.parameters():
        if not _takes_any_text(parameter.schema):
            continue
        listed = _closed_list(parameter.description)
        if listed is not None:
            yield Hit(
                where=placed.at_schema(*parameter.path, "description"),
                what=f"{placed.tool.name}: the values of {parameter.name!r} stand in its "
                f"description only: {listed!r}",
                fix="list them under enum",
            )


def _takes_any_text(schema: JsonObject) -> bool:
    items = schema.get("items")
    if schema.get("type") == "array" and isinstance(items, dict):
        return _takes_any_text(items)
    return schema.get("type") == "string" and not schema.keys() & {
        "enum",
        "const",
        "pattern",
        "format",
    }


def _closed_list(description: str) -> str | None:
    """Find an enumeration that does not read like mere examples."""
    if _OPEN_LIST.search(description):
        return None
    for pattern in _CLOSED_LISTS:
        found = pattern.search(description)
        if found:
            return found[0]
    return None


def missing_required(placed: PlacedTool) -> Iterator[Hit]:
    schema = placed.tool.parameters
    if schema.get("properties") and "required" not in schema:
        yield Hit(
            where=placed.at_schema(),
            what=f"{placed.tool.name} does not say which of its arguments it needs",
            fix="list them under required; write required: [] if it needs none",
        )


def unknown_required(placed: PlacedTool) -> Iterator[Hit]:
    for schema, path in placed.subschemas():
        properties, required = schema.get("properties"), schema.get("required")
        if not isinstance(properties, dict) or not isinstance(required, list):
            continue
        for index, name in enumerate(required):
            if name not in properties:
                yield Hit(
                    where=placed.at_schema(*path, "required", index),
                    what=f"{placed.tool.name}: {name!r} is required, but there is no such property",
                    fix="define the property, or take it from required",
                )


def nullable_required(placed: PlacedTool) -> Iterator[Hit]:
    if placed.tool.strict:
        return
    for parameter in placed.parameters():
        if parameter.is_required and _takes_null(parameter.schema):
            yield Hit(
                where=placed.at_schema(*parameter.path),
                what=f"{placed.tool.name}: {parameter.name!r} is required and may be null",
                fix="take it from required and drop null, or give the tool strict: true",
            )


def _takes_null(schema: JsonObject) -> bool:
    arms: JsonValue = schema.get("anyOf") or schema.get("oneOf")
    inner = arms if isinstance(arms, list) else []
    types = [schema.get("type"), *(arm.get("type") for arm in inner if isinstance(arm, dict))]
    return schema.get("nullable") is True or any(
        kind == "null" or (isinstance(kind, list) and "null" in kind) for kind in types
    )


def open_arguments(material: Material) -> Iterator[Hit]:
    """One hit for a file: where one tool is open, usually all of them are."""
    loose = [
        placed
        for placed in material.tools
        if not placed.tool.strict
        and placed.tool.parameters.get("additionalProperties") is not False
    ]
    by_file: dict[str, list[PlacedTool]] = {}
    for placed in loose:
        by_file.setdefault(placed.document.file, []).append(placed)
    for tools in by_file.values():
        names = ", ".join(placed.tool.name for placed in tools[:5])
        more = f" and {len(tools) - 5} more" if len(tools) > 5 else ""  # noqa: PLR2004 - five names
        yield Hit(
            where=tools[0].at("name"),
            what=f"invented arguments are valid for {names}{more}",
            fix="write additionalProperties: false into their schemas",
        )

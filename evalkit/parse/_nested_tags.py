"""MiniMax M3: elements inside elements, each tag behind a mark of its own."""

from __future__ import annotations

import re
from collections.abc import Iterator

from msgspec import Struct, field

from evalkit.parse._coerce import Untyped, coerce, parameter_schema
from evalkit.parse._json import MAX_DEPTH
from evalkit.parse._parsed import Extract, Found, Gathering, Schemas
from evalkit.transcript import Defect, JsonObject, JsonValue

_TAG = re.compile(
    r"\]<\]minimax\[>\[<(?P<slash>/?)(?P<name>[^>\s]++)(?:\s++name=\"(?P<tool>[^\"]*+)\")?>"
)


class _Node(Struct):
    name: str
    inner: int
    children: list[_Node] = field(default_factory=list)
    end: int | None = None


def find_minimax_m3(text: str, schemas: Schemas) -> Extract:
    """Find `<invoke>` elements inside a `<tool_call>`; lists are made of `<item>` elements."""
    gathering = Gathering(text)
    start: int | None = None
    tags = _TAG.finditer(text)
    for tag in tags:
        if start is None:
            start = tag.start() if tag["name"] == "tool_call" and not tag["slash"] else None
        elif tag["tool"] is not None:
            gathering.add(_read_call(text, tag, tags, schemas))
            gathering.cut(start, _end_of_last(gathering, tag, text))
        elif tag["slash"]:
            gathering.cut(start, tag.end())
            start = None
    if start is not None and not gathering.calls:
        gathering.defects.append(Defect.TRUNCATED)
    return gathering.extract()


def _end_of_last(gathering: Gathering, tag: re.Match[str], text: str) -> int:
    return min(tag.end() + len(gathering.calls[-1].raw), len(text))


def _read_call(
    text: str, head: re.Match[str], tags: Iterator[re.Match[str]], schemas: Schemas
) -> Found:
    root = _Node("invoke", head.end())
    path = [root]
    for tag in tags:
        if tag["slash"]:
            path.pop().end = tag.start()
        elif len(path) < MAX_DEPTH:
            path[-1].children.append(node := _Node(tag["name"], tag.end()))
            path.append(node)
        if not path:
            break
    schema = schemas.get(head["tool"]) or {}
    end = len(text) if root.end is None else root.end
    return Found(
        name=head["tool"],
        raw=text[head.end() : end],
        arguments={
            node.name: _value(text, node, parameter_schema(schema, node.name), schema)
            for node in root.children
        },
        defects=() if root.end is not None else (Defect.TRUNCATED,),
    )


def _value(text: str, node: _Node, schema: JsonValue, root: JsonObject) -> JsonValue:
    if not node.children:
        end = len(text) if node.end is None else node.end
        inner = text[node.inner : end]
        if not inner and (empty := _empty(schema)) is not None:
            return empty
        return coerce(inner, schema, root, Untyped.TEXT)
    if all(child.name == "item" for child in node.children):
        items = _branch(schema, "items")
        return [_value(text, child, items, root) for child in node.children]
    declared = _branch(schema, "properties")
    members: dict[str, list[JsonValue]] = {}
    for child in node.children:
        inner_schema = declared.get(child.name) if isinstance(declared, dict) else None
        members.setdefault(child.name, []).append(_value(text, child, inner_schema, root))
    return {name: values[0] if len(values) == 1 else values for name, values in members.items()}


def _empty(schema: JsonValue) -> JsonValue:
    kind = schema.get("type") if isinstance(schema, dict) else None
    return {} if kind == "object" else [] if kind == "array" else None


def _branch(schema: JsonValue, key: str) -> JsonValue:
    """Look for `key` in a schema, then in the alternatives that it offers."""
    if not isinstance(schema, dict):
        return None
    if key in schema:
        return schema[key]
    options = [schema.get(branch) for branch in ("anyOf", "oneOf", "allOf")]
    for option in (item for branch in options if isinstance(branch, list) for item in branch):
        if isinstance(option, dict) and key in option:
            return option[key]
    return None

"""The tools that a suite offers to the model, in any of the shapes that they are written in."""

from __future__ import annotations

from collections.abc import Iterator
from difflib import get_close_matches

from msgspec import Struct, field

from evalkit.errors import InvalidSuite
from evalkit.matchers import describe, show
from evalkit.schemas import BadSchema, compile_schema
from evalkit.suite._check import Steps
from evalkit.suite._mistakes import Mistakes
from evalkit.suite._yaml import Document
from evalkit.transcript import JsonObject, JsonValue

_SCHEMA_KEYS = ("parameters", "input_schema", "inputSchema")
_KEYS = ("name", "description", "strict", "annotations", *_SCHEMA_KEYS)
_LIKE_A_KEY = 0.85
_MAX_NAME = 128
_SHAPES = (
    "a tool has a name, a description and a schema under parameters, input_schema or inputSchema"
)


class Tool(Struct, frozen=True, kw_only=True):
    """One tool as the model is told about it."""

    name: str
    description: str = ""
    parameters: JsonObject
    """The JSON Schema of its arguments."""
    strict: bool | None = None
    """OpenAI's strict mode; None where the definition does not say."""
    annotations: JsonObject = field(default_factory=dict)
    """MCP's hints, such as `destructiveHint`."""


def read_tools(value: JsonValue) -> tuple[Tool, ...]:
    """Read one tool, a list of tools, or MCP's answer to `tools/list`.

    Raises:
        InvalidSuite: with every mistake; places are such as `tools[1]['name']`.
    """
    mistakes = Mistakes(Document(value=value, file="tools"))
    tools = tuple(tool for tool, _ in find_tools(value, (), mistakes))
    if mistakes.problems:
        raise InvalidSuite(mistakes.problems)
    return tools


def find_tools(value: JsonValue, path: Steps, mistakes: Mistakes) -> Iterator[tuple[Tool, Steps]]:
    """Yield each tool with its place; definitions that cannot be read become mistakes."""
    match value:
        case list():
            for index, each in enumerate(value):
                yield from find_tools(each, (*path, index), mistakes)
        case {"result": {"tools": list() as tools}}:
            yield from find_tools(tools, (*path, "result", "tools"), mistakes)
        case {"tools": list() as tools}:
            yield from find_tools(tools, (*path, "tools"), mistakes)
        case {"type": "function", "function": dict() as function}:
            yield from _tool(function, (*path, "function"), mistakes)
        case dict():
            yield from _tool(value, path, mistakes)
        case _:
            mistakes.at(path, f"expected a tool, got {describe(value)}", _SHAPES)


def _tool(value: JsonObject, path: Steps, mistakes: Mistakes) -> Iterator[tuple[Tool, Steps]]:
    before = len(mistakes.problems)
    name = _name(value, path, mistakes)
    description = value.get("description", "")
    if not isinstance(description, str):
        mistakes.at((*path, "description"), f"expected text, got {describe(description)}")
    strict, annotations = value.get("strict"), value.get("annotations") or {}
    if not isinstance(strict, bool | None):
        mistakes.at((*path, "strict"), f"expected true or false, got {describe(strict)}")
    if not isinstance(annotations, dict):
        mistakes.at((*path, "annotations"), f"expected a mapping, got {describe(annotations)}")
    parameters = _parameters(value, path, mistakes)
    _refuse_misspelt_keys(value, path, mistakes)
    if len(mistakes.problems) > before:
        return
    assert isinstance(description, str)
    assert isinstance(strict, bool | None)
    assert isinstance(annotations, dict)
    yield (
        Tool(
            name=name,
            description=description,
            parameters=parameters,
            strict=strict,
            annotations=annotations,
        ),
        path,
    )


def _name(value: JsonObject, path: Steps, mistakes: Mistakes) -> str:
    name = value.get("name")
    if "name" not in value:
        mistakes.at(path, "'name' is missing", _SHAPES)
    elif not isinstance(name, str) or not name or " " in name or not name.isprintable():
        mistakes.at((*path, "name"), f"a tool's name is text without spaces, got {describe(name)}")
    elif len(name) > _MAX_NAME:
        mistakes.at((*path, "name"), f"a tool's name has at most {_MAX_NAME} characters")
    return str(name)


def _parameters(value: JsonObject, path: Steps, mistakes: Mistakes) -> JsonObject:
    given = [key for key in _SCHEMA_KEYS if key in value]
    if not given:
        return {"type": "object", "properties": {}}
    if len(given) > 1:
        mistakes.at((*path, given[1]), f"both {given[0]} and {given[1]} are given", "keep one")
    path = (*path, given[0])
    schema = value[given[0]]
    if not isinstance(schema, dict):
        mistakes.at(path, f"expected a JSON Schema, got {describe(schema)}")
        return {}
    if schema.get("type") != "object":
        got = show(schema["type"]) if "type" in schema else "nothing"
        place = (*path, "type")
        mistakes.at(place, f"the schema of arguments has the type 'object', got {got}")
    else:
        _check_schema(schema, path, mistakes)
    return schema


def _check_schema(schema: JsonObject, path: Steps, mistakes: Mistakes) -> None:
    try:
        compile_schema(schema)
    except BadSchema as error:
        mistakes.at((*path, *error.path), str(error), error.hint)


def _refuse_misspelt_keys(value: JsonObject, path: Steps, mistakes: Mistakes) -> None:
    """Refuse keys that look like ours; others belong to a provider and are left to it."""
    for key in value:
        close = key not in _KEYS and get_close_matches(key, _KEYS, n=1, cutoff=_LIKE_A_KEY)
        if close:
            mistakes.at_key((*path, key), f"unknown key {key!r}", f"did you mean {close[0]!r}?")

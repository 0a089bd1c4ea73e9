"""Files -> what is linted: suites with the tools they name, and files of tools."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from pathlib import Path

from evalkit.errors import InvalidSuite, UsageError, why
from evalkit.lint._material import SCHEMA_KEYS, Material, PlacedTool, Steps
from evalkit.suite import Document, Mistakes, find_tools, load_suite, load_yaml
from evalkit.transcript import JsonValue

_SUITE_KEYS = frozenset({"version", "cases"})
_ENDINGS = frozenset({".yaml", ".yml", ".json"})
_CONFIGURATION = "evalkit.yaml"


def read_material(paths: Iterable[Path], *, allow_python: bool = False) -> Iterator[Material]:
    """Read suites and files of tools; a folder stands for the files directly in it.

    Raises:
        InvalidSuite: a suite or a tool cannot be used.
        InvalidFile: a file is no YAML or JSON.
        UsageError: a file cannot be read, or holds neither a suite nor tools.
    """
    for path in _files(paths):
        document = _document(path)
        if isinstance(document.value, dict) and document.value.keys() & _SUITE_KEYS:
            yield _suite(path, document, allow_python=allow_python)
        else:
            tools = _tools(document, document.value, ())
            if not tools:
                hint = "name suites, files of tools, or folders of them"
                raise UsageError("neither a suite nor tools", where=str(path), hint=hint)
            yield Material(document=document, tools=tools)


def _files(paths: Iterable[Path]) -> Iterator[Path]:
    for path in paths:
        if path.is_dir():
            found = (each for each in sorted(path.iterdir()) if each.suffix in _ENDINGS)
            yield from (each for each in found if each.is_file() and each.name != _CONFIGURATION)
        else:
            yield path


def _document(path: Path) -> Document:
    try:
        text = path.read_text("utf-8-sig")
    except (OSError, UnicodeDecodeError) as error:
        raise UsageError(f"cannot be read: {why(error)}", where=str(path)) from error
    return load_yaml(text, str(path))


def _suite(path: Path, document: Document, *, allow_python: bool) -> Material:
    suite = load_suite(path, allow_python=allow_python)
    parts = [document, *(_document(path.parent / name) for name in _names(document, "include"))]
    tools = tuple(tool for part in parts for tool in _tools_of_part(part, path.parent))
    return Material(document=document, tools=tools, suite=suite)


def _names(document: Document, key: str) -> list[str]:
    """The files that a key names; the suite has been loaded, so they are there."""
    value = document.value.get(key) if isinstance(document.value, dict) else None
    listed = value if isinstance(value, list) else [value]
    return [each for each in listed if isinstance(each, str)]


def _tools_of_part(document: Document, folder: Path) -> Iterator[PlacedTool]:
    value = document.value.get("tools") if isinstance(document.value, dict) else None
    yield from _tools(document, value, ("tools",))
    for name in _names(document, "tools"):
        named = _document(folder / name)
        yield from _tools(named, named.value, ())


def _tools(document: Document, value: JsonValue, path: Steps) -> tuple[PlacedTool, ...]:
    """The tools in a part of a document, in any shape that a suite takes."""
    mistakes = Mistakes(document)
    tools = tuple(_placed(mistakes, value, path))
    if mistakes.problems:
        raise InvalidSuite(mistakes.problems)
    return tools


def _placed(mistakes: Mistakes, value: JsonValue, path: Steps) -> Iterator[PlacedTool]:
    match value:
        case list():
            for index, each in enumerate(value):
                yield from _placed(mistakes, each, (*path, index))
        case {"result": {"tools": list() as tools}}:
            yield from _placed(mistakes, tools, (*path, "result", "tools"))
        case {"tools": list() as tools}:
            yield from _placed(mistakes, tools, (*path, "tools"))
        case {"type": "function", "function": dict() as function}:
            yield from _placed(mistakes, function, (*path, "function"))
        case dict() if path or "name" in value:
            key = next((key for key in SCHEMA_KEYS if key in value), SCHEMA_KEYS[0])
            for tool, place in find_tools(value, path, mistakes):
                yield PlacedTool(tool, mistakes.document, place, key)

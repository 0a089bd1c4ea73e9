"""How reasons show what a model wrote: on one line, printable, and never longer than a glance."""

from __future__ import annotations

from collections.abc import Mapping
from reprlib import Repr

from evalkit.transcript import JsonObject, JsonValue, ToolCall

MAX_TEXT = 80
MAX_ARGUMENTS = 6
MAX_CALL = 200

_VALUE = Repr()
_VALUE.maxlevel = 4
_VALUE.maxdict = _VALUE.maxlist = 8
_VALUE.maxstring = _VALUE.maxother = MAX_TEXT
_TEXT = Repr()
_TEXT.maxstring = MAX_CALL


def show(value: JsonValue) -> str:
    """Write a value as Python would; whatever cannot be printed is escaped."""
    return _VALUE.repr(value)


def show_raw(raw: str) -> str:
    """Write an argument string to the letter, quoted; the middle of a long one is left out."""
    return _TEXT.repr(raw)


def show_name(name: str) -> str:
    """Write a name bare where it is one, quoted where it is anything else."""
    if name.isascii() and name.replace("-", "_").replace(".", "_").isidentifier():
        return shorten(name)
    return show(name)


def show_call(call: ToolCall) -> str:
    """Write a call as `get_weather(location='Paris')`."""
    if call.arguments is None:
        return f"{show_name(call.name)} with {show_raw(call.raw or '')}"
    return _written(call.name, {key: show(value) for key, value in _first(call.arguments)})


def show_expected(tool: str, arguments: JsonObject) -> str:
    """Write an expected call like one that was made; matchers as `$text 'Paris'`."""
    return _written(tool, {key: show_pattern(value) for key, value in _first(arguments)})


def show_pattern(value: JsonValue) -> str:
    """Write an expected value; a matcher as its name and operand."""
    if isinstance(value, dict) and len(value) == 1:
        name, operand = next(iter(value.items()))
        if name.startswith("$"):
            return f"${show_name(name[1:])} {show(operand)}"
    return show(value)


def one_line(text: str, limit: int = MAX_CALL) -> str:
    """Escape what cannot be printed, line breaks and direction marks included, and cut."""
    cut = text if len(text) <= limit else f"{text[: limit - 3]}..."
    if cut.isprintable():
        return cut
    return "".join(c if c.isprintable() else repr(c)[1:-1] for c in cut)


def shorten(text: str, limit: int = MAX_TEXT) -> str:
    """Cut a printable text at `limit` characters."""
    return text if len(text) <= limit else f"{text[: limit - 3]}..."


def counted(count: int, noun: str) -> str:
    """Write `1 turn` and `2 turns`."""
    return f"{count} {noun}" if count == 1 else f"{count} {noun}s"


def _first(arguments: JsonObject) -> list[tuple[str, JsonValue]]:
    return list(arguments.items())[: MAX_ARGUMENTS + 1]


def _written(name: str, arguments: Mapping[str, str]) -> str:
    shown = [f"{show_name(key)}={value}" for key, value in arguments.items()]
    if len(shown) > MAX_ARGUMENTS:
        shown[MAX_ARGUMENTS:] = ["..."]
    return f"{show_name(name)}({shorten(', '.join(shown), MAX_CALL)})"

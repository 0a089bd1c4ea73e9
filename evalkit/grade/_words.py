"""How reasons show what a model wrote: on one line, printable, and never longer than a glance."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from itertools import islice

from evalkit.grade._scene import Placed
from evalkit.matchers import show
from evalkit.transcript import JsonObject, JsonValue, ToolCall

MAX_NAME = 80
MAX_LINE = 200
MAX_PATH = 120
MAX_REASON = 500
MAX_ARGUMENTS = 6


def show_name(name: str) -> str:
    """Write a name bare where it is one, quoted where it is anything else."""
    bare = name.replace("-", "_").replace(".", "_")
    if len(name) <= MAX_NAME and bare.isascii() and bare.isidentifier():
        return name
    return show(name)


def show_which(placed: Placed, calls: Sequence[Placed]) -> str:
    """Name the tool of a call, and say which call it is where `calls` hold several of the tool."""
    name = show_name(placed.call.name)
    several = sum(other.call.name == placed.call.name for other in calls) > 1
    return f"{name} (call {placed.index + 1})" if several else name


def show_call(call: ToolCall) -> str:
    """Write a call as `get_weather(location='Paris')`."""
    if call.arguments is None:
        return f"{show_name(call.name)} with {show(call.raw or '')}"
    arguments = islice(call.arguments.items(), MAX_ARGUMENTS + 1)
    return _written(call.name, [(key, show(value)) for key, value in arguments])


def show_expected(tool: str, arguments: JsonObject) -> str:
    """Write an expected call like one that was made, its matchers as `$text 'Paris'`."""
    return _written(tool, [(key, _pattern(value)) for key, value in arguments.items()])


def one_line(text: str, limit: int = MAX_LINE) -> str:
    """Cut a text, and escape what cannot be printed: line breaks and direction marks included."""
    cut = text if len(text) <= limit else f"{text[: limit - 1]}…"
    if cut.isprintable():
        return cut
    return "".join(c if c.isprintable() else repr(c)[1:-1] for c in cut)


def counted(count: int, noun: str) -> str:
    """Write `1 turn` and `2 turns`."""
    return f"{count} {noun}" if count == 1 else f"{count} {noun}s"


def _pattern(value: JsonValue) -> str:
    if isinstance(value, dict) and len(value) == 1:
        ((name, operand),) = value.items()
        if name.startswith("$"):
            return f"{one_line(name)} {show(operand)}"
    return show(value)


def _written(name: str, arguments: Iterable[tuple[str, str]]) -> str:
    shown = [f"{show_name(key)}={value}" for key, value in arguments]
    shown[MAX_ARGUMENTS:] = ["…"] if len(shown) > MAX_ARGUMENTS else []
    return f"{show_name(name)}({one_line(', '.join(shown))})"

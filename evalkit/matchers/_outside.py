"""Matchers that look beyond the value: at earlier tool results, or into the user's own code."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from importlib import import_module

from evalkit.errors import PluginFailed, UsageError
from evalkit.matchers._literal import equal
from evalkit.matchers._values import (
    BadPattern,
    Compile,
    Context,
    Matcher,
    Pattern,
    Reason,
    reasoned,
)
from evalkit.matchers._words import describe, show
from evalkit.results import Kind
from evalkit.transcript import JsonValue

_FUNCTION = re.compile(r"[A-Za-z_]\w*(\.[A-Za-z_]\w*)*:[A-Za-z_]\w*", re.ASCII)
_MOST_VALUES = 10_000


def _result(operand: JsonValue, _: Compile) -> Pattern:
    if not isinstance(operand, str) or not all(operand.split(".")):
        raise BadPattern(
            f"$result takes a tool and a path, got {describe(operand)}",
            hint="write {$result: get_user.id}, or {$result: get_user} for any value in it",
        )
    tool, *path = operand.split(".")

    def reason(actual: JsonValue, context: Context) -> str | None:
        contents = [content for name, content in context.results if name == tool]
        if not contents:
            return f"{tool} gave no result before, got {show(actual)}"
        found = [value for content in contents for value in _values(content, path)]
        if any(equal(value, actual) for value in found):
            return None
        if not found:
            return f"no result of {tool} has {'.'.join(path)}, got {show(actual)}"
        if not path:
            return f"expected a value from a result of {tool}, got {show(actual)}"
        wanted = " or ".join(map(show, found[:3]))
        return f"expected {operand} of an earlier result, {wanted}, got {show(actual)}"

    return reasoned({"$result": operand}, reason, Kind.UNGROUNDED_ARGUMENT)


def _values(content: JsonValue, path: list[str]) -> Iterator[JsonValue]:
    """What a path leads to; each entry of a list that it meets; without a path every value."""
    if not path:
        yield from _every_value(content)
        return
    level = [content]
    for step in path:
        level = [inner for value in level for inner in _inside(value, step)]
    yield from level


def _inside(value: JsonValue, step: str) -> list[JsonValue]:
    if isinstance(value, dict):
        return [value[step]] if step in value else []
    if not isinstance(value, list):
        return []
    if step.isdecimal():
        return value[int(step) : int(step) + 1] if len(step) < len("1000000") else []
    return [inner for each in value if isinstance(each, dict) for inner in _inside(each, step)]


def _every_value(content: JsonValue) -> Iterator[JsonValue]:
    pending = [content]
    for _ in range(_MOST_VALUES):
        if not pending:
            return
        value = pending.pop()
        yield value
        if isinstance(value, dict):
            pending += value.values()
        elif isinstance(value, list):
            pending += value


def _python(operand: JsonValue) -> Reason:
    if not isinstance(operand, str) or not _FUNCTION.fullmatch(operand):
        raise BadPattern(
            f"$python takes a function, got {describe(operand)}", hint="write module:function"
        )
    name = operand
    loaded: list[Callable[[JsonValue], object]] = []

    def reason(actual: JsonValue, context: Context) -> str | None:
        if not context.allow_python:
            hint = "pass --allow-python if you trust the suite"
            raise UsageError(f"$python {name} may not run", hint=hint)
        if not loaded:
            loaded.append(_load(name))
        return _verdict(name, loaded[0], actual)

    return reason


def _load(name: str) -> Callable[[JsonValue], object]:
    module, function = name.split(":")
    try:
        loaded = getattr(import_module(module), function)
    except Exception as error:  # one plugin call: whatever the import raises is the user's
        raise PluginFailed(
            f"$python {name} cannot be loaded: {type(error).__name__}: {error}",
            hint="the module must be importable where evalkit runs, as by PYTHONPATH=.",
        ) from error
    if not callable(loaded):
        raise PluginFailed(f"$python {name} is no function")
    return loaded  # type: ignore[no-any-return]  # the user's function has no static type


def _verdict(name: str, function: Callable[[JsonValue], object], actual: JsonValue) -> str | None:
    try:
        said = function(actual)
    except Exception as error:  # one plugin call: whatever it raises is the user's
        raise PluginFailed(f"$python {name} raised {type(error).__name__}: {error}") from error
    match said:
        case None | True:
            return None
        case False:
            return f"{name} does not accept {show(actual)}"
        case str():
            return said
        case _:
            raise PluginFailed(
                f"$python {name} returned a {type(said).__name__}",
                hint="return True or None to accept, False or the reason to refuse",
            )


COMBINATORS: Mapping[str, Callable[[JsonValue, Compile], Pattern]] = {"$result": _result}

MATCHERS: Mapping[str, Matcher] = {"$python": _python}

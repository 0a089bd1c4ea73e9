"""Arguments that a scripted call takes out of an earlier tool result."""

from __future__ import annotations

import json
from collections.abc import Sequence

from evalkit.simulator._answers import Call, Reply
from evalkit.transcript import JsonValue


def follow(reply: Reply, results: Sequence[str]) -> Reply:
    """Fill in each `{$result: path}` among the arguments from the latest result that has it.

    Raises:
        LookupError: no result does; it says which path.
    """
    if not any(call.arguments for call in reply.calls):
        return reply
    newest_first = [_json_or_none(result) for result in reversed(results)]
    calls = tuple(_followed(call, newest_first) for call in reply.calls)
    return reply.model_copy(update={"calls": calls})


def _followed(call: Call, results: Sequence[JsonValue]) -> Call:
    if not call.arguments:
        return call
    arguments = {name: _filled(value, results) for name, value in call.arguments.items()}
    return call.model_copy(update={"arguments": arguments})


def _filled(value: JsonValue, results: Sequence[JsonValue]) -> JsonValue:
    match value:
        case {"$result": str(path), **rest} if not rest:
            return _found(path, results)
        case dict():
            return {key: _filled(inner, results) for key, inner in value.items()}
        case list():
            return [_filled(inner, results) for inner in value]
        case _:
            return value


def _found(path: str, results: Sequence[JsonValue]) -> JsonValue:
    for result in results:
        try:
            return _at(result, path.split("."))
        except LookupError:
            continue
    raise LookupError(f"no tool result has {path!r}")


def _at(value: JsonValue, steps: Sequence[str]) -> JsonValue:
    for step in steps:
        match value:
            case dict():
                value = value[step]
            case list() if step.isdecimal():
                value = value[int(step)]
            case _:
                raise LookupError(step)
    return value


def _json_or_none(text: str) -> JsonValue:
    try:
        value: JsonValue = json.loads(text)
    except (ValueError, RecursionError):
        return None
    return value

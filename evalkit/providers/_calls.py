"""Calls as a wire shows them -> `ToolCall`: ids made up where missing, wrappers taken off."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from typing import NamedTuple

from evalkit.errors import UndecodableReply
from evalkit.parse import parse_arguments
from evalkit.transcript import MADE_UP_ID, Defect, JsonObject, JsonValue, ToolCall

PARALLEL = frozenset({"multi_tool_use.parallel", "multi_tool_use", "parallel"})
"""Names under which OpenAI's models wrap several calls in one that no tool list offers."""
PREFIX = "functions."


class WrittenCall(NamedTuple):
    """One call, before its arguments are read."""

    id: str
    """Empty where the wire has none."""
    name: str
    raw: str | None
    """The argument string to the letter; None where the wire has none."""
    parsed: JsonObject | None
    """The arguments, where they need no reading."""
    wrapped: bool = False


def written(call_id: JsonValue, name: str, arguments: JsonValue) -> WrittenCall:
    """Take a call from the wire, whether it carries its arguments as a string or as an object."""
    own_id = call_id if isinstance(call_id, str) else ""
    match arguments:
        case str():
            return WrittenCall(own_id, name, arguments, None)
        case None:
            return WrittenCall(own_id, name, None, {})
        case dict():
            return WrittenCall(own_id, name, None, arguments)
        case _:
            return WrittenCall(own_id, name, _as_written(arguments), None)


def _as_written(arguments: JsonValue) -> str:
    try:
        return json.dumps(arguments, ensure_ascii=False)
    except RecursionError as error:
        raise UndecodableReply("the arguments of a call are nested too deeply") from error


def read_calls(found: Iterable[WrittenCall], reply_id: str = "") -> tuple[ToolCall, ...]:
    """Read the calls of one turn, in order.

    An entry with neither id nor name nor arguments is no call: Snowflake sends one beside plain
    text. A missing id is made up, and so is one that another call of the turn has already.
    """
    calls: list[ToolCall] = []
    taken = {""}
    for call in _unwrapped(found):
        if call.id or call.name or call.raw or call.parsed:
            call_id = call.id
            if call_id in taken or call_id.startswith(MADE_UP_ID):
                call_id = _made_up(reply_id, len(calls))
            taken.add(call_id)
            calls.append(_read(call, call_id))
    return tuple(calls)


def _made_up(reply_id: str, index: int) -> str:
    """Make an id that differs between the replies of a conversation, within OpenAI's 40 letters."""
    tail = "".join(filter(str.isalnum, reply_id))[-8:]
    return f"{MADE_UP_ID}{tail}-{index}" if tail else f"{MADE_UP_ID}{index}"


def _read(call: WrittenCall, call_id: str) -> ToolCall:
    _, name, raw, arguments, wrapped = call
    defects: tuple[Defect, ...] = (Defect.WRAPPED,) if wrapped else ()
    if raw is not None and arguments is None:
        read = parse_arguments(raw)
        arguments = read.value
        defects = (*defects, *read.defects) if wrapped else read.defects
    return ToolCall(id=call_id, name=name, raw=raw, arguments=arguments, defects=defects)


def _unwrapped(found: Iterable[WrittenCall]) -> Iterator[WrittenCall]:
    for call in found:
        bare = _without_prefix(call) if call.name.startswith(PREFIX) else call
        inner = _parallel_calls(bare) if bare.name in PARALLEL else None
        if inner is None:
            yield bare
        else:
            yield from inner


def _without_prefix(call: WrittenCall) -> WrittenCall:
    name = call.name.removeprefix(PREFIX)
    return call._replace(name=name, wrapped=True) if name else call


def _parallel_calls(call: WrittenCall) -> list[WrittenCall] | None:
    """Return the calls inside a wrapper, or None where it wraps nothing readable."""
    arguments = call.parsed if call.raw is None else parse_arguments(call.raw).value
    uses = (arguments or {}).get("tool_uses")
    if not isinstance(uses, list) or not uses:
        return None
    inner: list[WrittenCall] = []
    for use in uses:
        name = use.get("recipient_name") if isinstance(use, dict) else None
        if not isinstance(use, dict) or not isinstance(name, str):
            return None
        bare = name.removeprefix(PREFIX) or name
        inner.append(written(None, bare, use.get("parameters"))._replace(wrapped=True))
    return inner

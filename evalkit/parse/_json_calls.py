"""Calls that a model writes as JSON objects: `{"name": ..., "arguments": {...}}`."""

from __future__ import annotations

import re
from json.decoder import scanstring  # type: ignore[attr-defined]  # typeshed omits it
from typing import Literal, TypeAlias

from msgspec import Struct, field

from evalkit.parse._json import read_json_at
from evalkit.parse._parsed import Found, read_raw
from evalkit.parse._scan import NextMark, skip_space
from evalkit.transcript import Defect, JsonObject, JsonValue

NAME_KEYS = ("name", "tool_name", "function", "function_name", "tool", "recipient_name", "action")
ARGUMENT_KEYS = ("arguments", "parameters", "args", "params", "input", "tool_input", "action_input")
ID_KEYS = ("id", "tool_call_id", "call_id", "tool_use_id")
PLAIN_INPUT = "__input__"
"""The argument that holds the text given to a tool of one unnamed input."""

Shape: TypeAlias = Literal["named", "keyed"]
"""`named`: name and arguments are members. `keyed`: the only key is the name."""

_BETWEEN = re.compile(r"[\s,;]*+")
_PART = re.compile(r'"(?:[^"\\]++|\\.)*+"?|[\[{]|[\]}]|[^"\[\]{}]++', re.DOTALL)


class Member(Struct, frozen=True):
    """A member of an object, and where its value stands."""

    key: str
    value: JsonValue
    start: int
    end: int
    is_json: bool


class JsonCalls(Struct):
    """What stood at one place: the calls, where they end, whether all of it was there."""

    calls: list[Found] = field(default_factory=list)
    end: int = 0
    is_complete: bool = True
    has_strangers: bool = False
    """True where other JSON stands among the calls."""


def read_calls(text: str, at: int, ends: NextMark, shape: Shape = "named") -> JsonCalls:
    """Read the calls that begin at `at`: one object, several, or an array of objects.

    What is broken ends at the next mark of `ends` at the latest.
    """
    found = JsonCalls(end=at)
    is_array = text.startswith("[", at)
    at = _skip_between(text, at + is_array)
    first_characters = '{"[-0123456789tfn' if is_array else "{"
    while text[at : at + 1] and text[at] in first_characters:
        at = _read_element(text, at, ends, found, shape)
        found.end = at
        at = _skip_between(text, at)
        if not found.is_complete:
            return found
    if is_array and text.startswith("]", at):
        found.end = at + 1
    elif is_array:
        found.is_complete = False
    return found


def _read_element(text: str, at: int, ends: NextMark, found: JsonCalls, shape: Shape) -> int:
    if text[at] != "{":
        found.has_strangers = True
        try:
            return read_json_at(text, at)[1]
        except ValueError:
            found.is_complete = False
            return ends.after(at)
    members, end, is_complete = read_members(text, at, ends)
    found.is_complete = is_complete
    call = _call_of(text, members, shape, is_complete=is_complete)
    if call is None:
        found.has_strangers = True
    else:
        found.calls.append(call)
    return end


def read_members(text: str, at: int, ends: NextMark) -> tuple[list[Member], int, bool]:
    """Read the object at `at` member by member, so that one broken value spoils no other.

    Returns the members, the end of the object, and whether the object is closed.
    """
    members: list[Member] = []
    start, at = at, _skip_between(text, at + 1)
    while text.startswith('"', at):
        try:
            key, at = scanstring(text, at + 1, False)  # noqa: FBT003  # positional in the C code
        except ValueError:
            break
        at = skip_space(text, at)
        if not text.startswith(":", at):
            break
        member = _read_member(text, key, skip_space(text, at + 1), ends)
        members.append(member)
        at = _skip_between(text, member.end)
    if text.startswith("}", at):
        return members, at + 1, True
    return members, ends.after(at) if members else start + 1, False


def _read_member(text: str, key: str, start: int, ends: NextMark) -> Member:
    try:
        value, end = read_json_at(text, start)
    except ValueError:
        return Member(
            key, None, start, _end_of_broken(text, start, ends.after(start)), is_json=False
        )
    return Member(key, value, start, end, is_json=True)


def _end_of_broken(text: str, at: int, limit: int) -> int:
    """Find where a value ends that is no JSON: at its own bracket, or before that of its object."""
    depth = 0
    for part in _PART.finditer(text, at, limit):
        if part[0] in "[{":
            depth += 1
        elif part[0] in "]}":
            depth -= 1
            if depth <= 0:
                return part.start() if depth < 0 else part.end()
    return limit


def _call_of(text: str, members: list[Member], shape: Shape, *, is_complete: bool) -> Found | None:
    if shape == "keyed":
        return _keyed_call(text, members, is_complete=is_complete)
    by_key = {member.key: member for member in members}
    inner = by_key.get("function")
    if inner is not None and isinstance(inner.value, dict):
        nested = read_members(text, inner.start, NextMark(text, None))[0]
        by_key = {**by_key, **{member.key: member for member in nested}}
        by_key.pop("function", None)
    name = _first_string(by_key, NAME_KEYS)
    if name is None:
        return None
    arguments = next((by_key[key] for key in ARGUMENT_KEYS if key in by_key), None)
    return _as_call(text, name, arguments, _first_string(by_key, ID_KEYS), is_complete=is_complete)


def _keyed_call(text: str, members: list[Member], *, is_complete: bool) -> Found | None:
    if len(members) != 1:
        return None
    return _as_call(text, members[0].key, members[0], None, is_complete=is_complete)


def _as_call(
    text: str, name: str, arguments: Member | None, id_: str | None, *, is_complete: bool
) -> Found:
    call = read_raw(name, "" if arguments is None else text[arguments.start : arguments.end], id_)
    if arguments is not None and isinstance(arguments.value, str):
        call = _of_string(name, arguments, id_)
    if is_complete or Defect.TRUNCATED in call.defects:
        return call
    is_whole = arguments is not None and call.arguments is not None
    return Found(
        name=name,
        raw=call.raw,
        arguments=call.arguments if is_whole else None,
        defects=(*call.defects, Defect.TRUNCATED),
        id=id_,
    )


def _of_string(name: str, member: Member, id_: str | None) -> Found:
    """Read arguments that are a string: JSON written twice, or the only input of a simple tool."""
    assert isinstance(member.value, str)
    if member.key.endswith("input"):
        plain: JsonObject = {PLAIN_INPUT: member.value}
        return Found(name=name, raw=member.value, arguments=plain, id=id_)
    inner = read_raw(name, member.value, id_)
    return Found(
        name=name,
        raw=member.value,
        arguments=inner.arguments,
        defects=(Defect.DOUBLE_ENCODED, *inner.defects),
        id=id_,
    )


def _first_string(by_key: dict[str, Member], keys: tuple[str, ...]) -> str | None:
    values = (by_key[key].value for key in keys if key in by_key)
    return next((value for value in values if isinstance(value, str)), None)


def _skip_between(text: str, at: int) -> int:
    match = _BETWEEN.match(text, at)
    return match.end() if match else at


def read_argument_object(text: str, start: int, limit: int) -> str:
    """Return the argument string that begins at `start`: up to the end of its JSON, or `limit`."""
    try:
        return text[start : read_json_at(text, start)[1]]
    except ValueError:
        return text[start:limit].rstrip()

"""Values of ours to JSON and back, driven by the fields of their dataclasses."""

from __future__ import annotations

import dataclasses
import json
from collections.abc import Callable, Hashable, Iterable, Mapping
from enum import StrEnum
from functools import cache
from operator import attrgetter
from types import NoneType, UnionType
from typing import Literal, TypeVar, Union, cast, get_args, get_origin, get_type_hints

from evalkit.transcript import JsonObject, JsonValue, Message, Prompt, ToolResult, Turn

T = TypeVar("T")

_PLAIN = frozenset({str, int, float, bool, NoneType})

JSON_IS_KEPT_AS_IT_IS: Mapping[str, object] = {"JsonValue": object, "JsonObject": dict}


def dump(value: object) -> JsonValue:
    """Turn a value of ours into JSON; fields that have their default are left out."""
    return _dumper(type(value))(value)  # type: ignore[arg-type]  # a class is hashable


@cache
def _dumper(kind: type) -> Callable[[object], JsonValue]:
    if kind in _PLAIN:
        return lambda value: value  # type: ignore[return-value]  # a value of a plain type is JSON
    if issubclass(kind, StrEnum):
        return attrgetter("_value_")  # `value` is a property and takes three times as long
    if issubclass(kind, (tuple, list)):
        return lambda value: [dump(item) for item in value]  # type: ignore[attr-defined]  # `kind` is a sequence
    if issubclass(kind, Mapping):
        return cast("Callable[[object], JsonObject]", dict)
    return _dataclass_dumper(kind)


def _dataclass_dumper(kind: type) -> Callable[[object], JsonObject]:
    fields = [(f.name, f.default) for f in dataclasses.fields(kind) if f.init]
    tag = TAGS.get(kind, {})

    def dumped(value: object) -> JsonObject:
        record: JsonObject = dict(tag)
        for name, default in fields:
            field = getattr(value, name)
            if field is not default and field != default:
                kind = type(field)
                record[name] = field if kind in _PLAIN else _dumper(kind)(field)  # type: ignore[arg-type]  # a class is hashable
        return record

    return dumped


TAGS: Mapping[type, JsonObject] = {Turn: {"role": "assistant"}, ToolResult: {"role": "tool"}}


def encode(value: object) -> bytes:
    """Turn a value of ours into one line of JSON, in ASCII.

    The last few are remembered: a result is searched for secrets, and then written.
    """
    known = _encoded.get(id(value))
    if known is not None and known[0] is value:
        return known[1]
    line = _ENCODER.encode(dump(value)).encode("ascii")
    while len(_encoded) >= _REMEMBERED:
        del _encoded[next(iter(_encoded))]
    _encoded[id(value)] = value, line
    return line


_ENCODER = json.JSONEncoder(separators=(",", ":"))
_REMEMBERED = 64
_encoded: dict[int, tuple[object, bytes]] = {}
"""Each value and its line by the value's id, which no other gets while it stands here."""


def load(kind: type[T], value: JsonValue) -> T:
    """Turn JSON that `dump` made back into a value of type `kind`.

    Raises:
        KeyError, TypeError, ValueError: the JSON does not describe such a value.
    """
    return _loader(kind)(value)  # type: ignore[return-value,arg-type]  # built from `kind`, a class


@cache
def _loader(kind: Hashable) -> Callable[[JsonValue], object]:  # noqa: C901, PLR0911 - one arm for each shape of type
    if kind == Message:
        return _load_message
    origin = get_origin(kind)
    if origin is tuple:
        item = _loader(get_args(kind)[0])
        return lambda value: tuple([item(part) for part in _list(value)])
    if origin in (Union, UnionType):
        return _union_loader(get_args(kind))
    if origin is Literal:
        return _checked(str)
    if isinstance(kind, type) and issubclass(kind, StrEnum):
        return _member_loader(kind)
    if dataclasses.is_dataclass(kind) and isinstance(kind, type):
        return _dataclass_loader(kind)
    if kind in (str, int, bool):
        return _checked(kind)
    if kind is float:
        return _checked((float, int))
    return lambda value: value


def _member_loader(kind: type[StrEnum]) -> Callable[[JsonValue], object]:
    members: dict[object, StrEnum] = {member.value: member for member in kind}

    def member(value: JsonValue) -> object:  # found in a third of the time of `kind(value)`
        return members.get(value) or kind(value)  # type: ignore[arg-type]  # it refuses the rest

    return member


def _union_loader(arms: tuple[object, ...]) -> Callable[[JsonValue], object]:
    loaders = [_loader(arm) for arm in arms if arm is not NoneType]
    if len(loaders) != 1:
        return lambda value: value
    present = loaders[0]
    return lambda value: None if value is None else present(value)


def _dataclass_loader(kind: type) -> Callable[[JsonValue], object]:
    hints = get_type_hints(kind, localns=JSON_IS_KEPT_AS_IT_IS)
    loaders = {f.name: _loader(hints[f.name]) for f in dataclasses.fields(kind) if f.init}
    plain = {name: _plain_arm(hints[name]) for name in loaders}

    def loaded(value: JsonValue) -> object:
        record = as_object(value).copy()
        for name, part in record.items():
            if type(part) is not plain.get(name):  # most fields are plain: theirs cost no call
                record[name] = loaders[name](part)  # type: ignore[assignment]  # no longer JSON
        return kind(**record)

    return loaded


def _plain_arm(hint: object) -> object:
    """Return the plain type that a field may have, besides None, or None where it has another."""
    arms = [arm for arm in get_args(hint) or (hint,) if arm is not NoneType]
    return arms[0] if len(arms) == 1 and arms[0] in (str, int, bool, float) else None


def _load_message(value: JsonValue) -> Message:
    record = dict(as_object(value))
    match record["role"]:
        case "assistant":
            del record["role"]
            return load(Turn, record)
        case "tool":
            del record["role"]
            return load(ToolResult, record)
        case _:
            return load(Prompt, record)


def _checked(kind: type | tuple[type, ...]) -> Callable[[JsonValue], object]:
    def checked(value: JsonValue) -> object:
        if not isinstance(value, kind):
            raise TypeError(f"expected {kind}, got {value!r:.40}")
        return value

    return checked


def _list(value: JsonValue) -> Iterable[JsonValue]:
    if not isinstance(value, list):
        raise TypeError(f"expected a list, got {type(value).__name__}")
    return value


def as_object(value: JsonValue) -> JsonObject:
    """Return the value if it is a JSON object, else raise TypeError."""
    if not isinstance(value, dict):
        raise TypeError(f"expected an object, got {type(value).__name__}")
    return value

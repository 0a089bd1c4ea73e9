"""What a protocol promises, read out of foreign JSON; what is missing is named, never guessed."""

from __future__ import annotations

from evalkit.errors import UndecodableReply
from evalkit.transcript import JsonObject, JsonValue

_NAMES = {dict: "an object", list: "a list", str: "a string", bool: "a boolean", type(None): "null"}


def as_object(value: JsonValue, path: str) -> JsonObject:
    if isinstance(value, dict):
        return value
    raise _unexpected(path, "an object", value)


def member(owner: JsonObject, key: str, path: str) -> JsonObject:
    """Return the object under `key`; it must be there."""
    value = owner.get(key)
    if isinstance(value, dict):
        return value
    if key not in owner:
        raise missing(key, path)
    raise _unexpected(f"{path}.{key}", "an object", value)


def part(owner: JsonObject, key: str) -> JsonObject:
    """Return the object under `key`, or an empty one where there is none."""
    value = owner.get(key)
    return value if isinstance(value, dict) else {}


def objects(owner: JsonObject, key: str, path: str) -> list[JsonObject]:
    """Return the list of objects under `key`; absent and null are an empty list."""
    value = owner.get(key)
    if value is None:
        return []
    if not isinstance(value, list):
        raise _unexpected(f"{path}.{key}", "a list", value)
    return [
        item if isinstance(item, dict) else as_object(item, f"{path}.{key}[{index}]")
        for index, item in enumerate(value)
    ]


def text(owner: JsonObject, key: str, path: str) -> str | None:
    """Return the string under `key`; absent and null are None."""
    value = owner.get(key)
    if value is None or isinstance(value, str):
        return value
    raise _unexpected(f"{path}.{key}", "a string", value)


def string(owner: JsonObject, key: str) -> str:
    """Return the string under `key`, or an empty one where there is none."""
    value = owner.get(key)
    return value if isinstance(value, str) else ""


def count(owner: JsonObject, key: str) -> int | None:
    """Return the count under `key`, or None where there is none."""
    value = owner.get(key)
    return value if type(value) is int and value >= 0 else None


def total(*counts: int | None) -> int | None:
    """Return the sum of what is known, or None where nothing is."""
    known = [each for each in counts if each is not None]
    return sum(known) if known else None


def missing(key: str, path: str) -> UndecodableReply:
    return UndecodableReply(f"{path} has no {key!r}", hint=_HINT)


def _unexpected(path: str, expected: str, value: JsonValue) -> UndecodableReply:
    found = _NAMES.get(type(value), "a number")
    return UndecodableReply(f"{path} is {found}, the protocol wants {expected}", hint=_HINT)


_HINT = "check that the provider's `api` names the protocol that its server speaks"

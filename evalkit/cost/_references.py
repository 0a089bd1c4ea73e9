"""References inside a schema, replaced by what they name."""

from __future__ import annotations

from collections.abc import Iterator

from evalkit.transcript import JsonObject, JsonValue

_MOST = 1_000
"""References to follow in one schema: a few that name each other could unfold without end."""
_SPENT = -1
_DEEPEST = 16
"""References inside of what references name."""


def inline_references(schema: JsonObject) -> JsonObject:
    """Put in the place of each `$ref` what it names in this schema; what stands beside it wins.

    A reference that leads back into itself, out of the schema or to nothing stays as it is.
    """
    left = iter(range(_MOST))
    return {key: _inlined(value, schema, (), left) for key, value in schema.items()}


def _inlined(
    value: JsonValue, root: JsonObject, above: tuple[str, ...], left: Iterator[int]
) -> JsonValue:
    if isinstance(value, list):
        return [_inlined(each, root, above, left) for each in value]
    if not isinstance(value, dict):
        return value
    name = value.get("$ref")
    is_new = isinstance(name, str) and name not in above and len(above) < _DEEPEST
    target = _found(str(name), root) if is_new else None
    if target is None or next(left, _SPENT) == _SPENT:
        return {key: _inlined(each, root, above, left) for key, each in value.items()}
    beside = {key: each for key, each in value.items() if key != "$ref"}
    return _inlined({**target, **beside}, root, (*above, str(name)), left)


def _found(name: str, root: JsonObject) -> JsonObject | None:
    """What a reference such as `#/$defs/Answer` names, if it is a schema in this one."""
    if not name.startswith("#/"):
        return None
    place: JsonValue = root
    for step in name.removeprefix("#/").split("/"):
        key = step.replace("~1", "/").replace("~0", "~")
        place = place.get(key) if isinstance(place, dict) else None
    return place if isinstance(place, dict) else None

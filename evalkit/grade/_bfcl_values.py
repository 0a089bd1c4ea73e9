"""BFCL's rules for the value of one parameter."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from enum import StrEnum

from msgspec import Struct

from evalkit.transcript import JsonObject, JsonValue

TYPES: dict[JsonValue, type] = {
    "string": str,
    "integer": int,
    "number": float,
    "boolean": bool,
    "array": list,
    "object": dict,
    None: str,
}
"""What a JSON Schema type asks for; BFCL takes a parameter of any type for a string."""

_DROPPED = str.maketrans("'", '"', " ,./-_*^")


class Flaw(StrEnum):
    """What is wrong with a call, in BFCL's own words."""

    WRONG_NAME = "simple_function_checker:wrong_func_name"
    MISSING_REQUIRED = "simple_function_checker:missing_required"
    UNEXPECTED = "simple_function_checker:unexpected_param"
    MISSING_OPTIONAL = "simple_function_checker:missing_optional"
    TYPE = "type_error:simple"
    ITEM_TYPE = "type_error:nested"
    TEXT = "value_error:string"
    LIST = "value_error:list/tuple"
    DICT_KEY = "value_error:dict_key"
    DICT_VALUE = "value_error:dict_value"
    DICT_COUNT = "value_error:list_dict_count"
    VALUE = "value_error:others"


class Parameter(Struct, frozen=True, kw_only=True):
    """What a parameter may be."""

    kind: type
    item_kind: type | None
    """Of the items of a list."""
    alternatives: Sequence[JsonValue]
    answer_kind: type | None
    """Of the first alternative that is not `""`."""
    texts: frozenset[str]
    """The alternatives that are text and pass as they stand."""
    plain: frozenset[str]
    """The same, stripped of what BFCL ignores."""

    def flaw(self, value: JsonValue) -> Flaw | None:
        """What is wrong with a value, or None."""
        found = type(value)
        if found is str and value in self.texts:
            return None
        if found is self.kind or (found is int and self.kind is float):
            if self.item_kind is not None and not self._items_fit(value):
                return Flaw.ITEM_TYPE
            if self.answer_kind is None or self.answer_kind is self.kind:
                return self._difference(value)
        elif found is not self.answer_kind:
            return Flaw.TYPE
        return None if value in self.alternatives else Flaw.VALUE

    def _items_fit(self, value: JsonValue) -> bool:
        """Whether the items are of the right type, or of that of an alternative's items."""
        assert isinstance(value, list)
        for alternative in self.alternatives:
            if not isinstance(alternative, list):
                return True
            if set(map(type, value)) <= {self.item_kind, kind_of_answer(alternative)}:
                return True
        return False

    def _difference(self, value: JsonValue) -> Flaw | None:
        """What differs in a value of the type that the tool and the answers ask for."""
        match value:
            case int() | float() | None:
                return None if value in self.alternatives else Flaw.VALUE
            case str():
                return None if plain(value) in self.plain else Flaw.TEXT
            case dict():
                return _dict_flaw(value, self.alternatives)
            case list() if self.item_kind is dict:
                return _dicts_flaw(value, self.alternatives)
            case _:
                fits = value in self.alternatives or _is_listed(value, self.alternatives)
                return None if fits else Flaw.LIST


def parameter(schema: JsonObject, alternatives: Sequence[JsonValue]) -> Parameter:
    """Prepare to judge a parameter by its JSON Schema and BFCL's alternatives."""
    items = schema.get("items")
    kind = TYPES[schema.get("type")]
    answer_kind = kind_of_answer(alternatives)
    texts = frozenset(one for one in alternatives if isinstance(one, str))
    return Parameter(
        kind=kind,
        item_kind=TYPES[items.get("type")] if kind is list and isinstance(items, dict) else None,
        alternatives=alternatives,
        answer_kind=answer_kind,
        texts=texts if str in (kind, answer_kind) else frozenset(),
        plain=frozenset(map(plain, texts)),
    )


def kind_of_answer(alternatives: Iterable[JsonValue]) -> type | None:
    """The type of the first alternative that is not `""`, which stands for "left out"."""
    return next((type(one) for one in alternatives if one != ""), None)


def plain(text: str) -> str:
    """A text without what BFCL ignores: spaces, some punctuation, case, the kind of quotes."""
    return text.translate(_DROPPED).lower()


def _dict_flaw(value: JsonObject, alternatives: Iterable[JsonValue]) -> Flaw | None:
    """The flaw seen beside the last alternative, or None where one of them holds."""
    flaw: Flaw | None = Flaw.DICT_KEY
    for alternative in alternatives:
        if isinstance(alternative, dict):
            flaw = _entries_flaw(value, alternative)
            if flaw is None:
                return None
    return flaw


def _entries_flaw(value: JsonObject, alternative: JsonObject) -> Flaw | None:
    for key, entry in value.items():
        if key not in alternative:
            return Flaw.DICT_KEY
        if not _is_among(entry, alternative[key]):
            return Flaw.DICT_VALUE
    left_out = (key for key in alternative if key not in value)
    return None if all(_may_be_left_out(alternative[key]) for key in left_out) else Flaw.DICT_KEY


def _dicts_flaw(value: Sequence[JsonValue], alternatives: Iterable[JsonValue]) -> Flaw | None:
    flaw: Flaw | None = Flaw.DICT_COUNT
    for alternative in alternatives:
        expected = alternative if isinstance(alternative, list) else []
        if len(value) != len(expected):
            flaw = Flaw.DICT_COUNT
            continue
        flaw = next(filter(None, map(_item_flaw, value, expected)), None)
        if flaw is None:
            return None
    return flaw


def _item_flaw(value: JsonValue, expected: JsonValue) -> Flaw | None:
    return _dict_flaw(value, [expected]) if isinstance(value, dict) else Flaw.DICT_VALUE


def _is_among(value: JsonValue, alternatives: JsonValue) -> bool:
    if not isinstance(alternatives, list):
        return False
    if not isinstance(value, str):
        return value in alternatives
    return plain(value) in [plain(one) for one in alternatives if isinstance(one, str)]


def _may_be_left_out(alternatives: JsonValue) -> bool:
    return isinstance(alternatives, list) and "" in alternatives


def _is_listed(value: Sequence[JsonValue], alternatives: Iterable[JsonValue]) -> bool:
    """Whether a list is among the alternatives; `""` among them stands for an empty one."""
    found = _plain_items(value)
    return any(found == _plain_items(one if isinstance(one, list) else []) for one in alternatives)


def _plain_items(items: Iterable[JsonValue]) -> list[JsonValue]:
    return [plain(item) if isinstance(item, str) else item for item in items]

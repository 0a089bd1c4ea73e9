"""Matchers as objects, for expectations in Python; each is one of the suite language's own."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Literal, Self, TypeAlias

from evalkit.errors import UsageError
from evalkit.matchers import BadPattern, compile_pattern
from evalkit.transcript import JsonObject, JsonValue

JsonType: TypeAlias = Literal["array", "boolean", "integer", "null", "number", "object", "string"]


class ValueMatcher:
    """What a value must be like; it stands wherever a value stands, inside others too."""

    __slots__ = ("_name", "_operand")

    def __init__(self, name: str, operand: Expected) -> None:
        """Take a matcher by its name in suites, `$` included.

        Raises:
            UsageError: there is no such matcher, or it cannot use the operand.
        """
        self._name = name
        self._operand = written(operand)
        try:
            compile_pattern(self.source)
        except BadPattern as error:
            raise UsageError(error.what, hint=error.hint) from error

    @property
    def source(self) -> JsonValue:
        """The matcher as a suite writes it: `{"$regex": "A.*"}`."""
        return {self._name: self._operand}

    def __repr__(self) -> str:
        return f"{type(self).__name__}({self._operand!r})"


Expected: TypeAlias = (
    "bool | int | float | str | ValueMatcher | Sequence[Expected] | Mapping[str, Expected] | None"
)
"""A value as it must be, with matchers anywhere in it."""


def written(value: Expected) -> JsonValue:
    """Write an expected value as a suite would.

    Raises:
        UsageError: it holds something that JSON does not have.
    """
    match value:
        case None | bool() | int() | float() | str():
            return value
        case ValueMatcher():
            return value.source
        case Mapping():
            return written_arguments(value)
        case list() | tuple():
            return [written(each) for each in value]
        case _:
            raise UsageError(
                f"no call holds a {type(value).__name__}: {value!r}",
                hint="arguments are JSON; give a value of JSON or a matcher, such as Date or Any_",
            )


def written_arguments(arguments: Mapping[str, Expected]) -> JsonObject:
    """Write expected arguments as a suite would."""
    return {name: written(value) for name, value in arguments.items()}


class Any_(ValueMatcher):  # noqa: N801 - `Any` is typing's
    """Any value, as long as it is there."""

    def __init__(self) -> None:
        super().__init__("$any", operand=True)


class Absent(ValueMatcher):
    """No value: the key must not be there."""

    def __init__(self) -> None:
        super().__init__("$absent", operand=True)


class Optional_(ValueMatcher):  # noqa: N801 - `Optional` is typing's
    """A key that may be missing; if it is there, its value is this one."""

    def __init__(self, value: Expected) -> None:
        super().__init__("$optional", value)


class Equals(ValueMatcher):
    """Exactly this value; a `$` in it means nothing."""

    def __init__(self, value: Expected) -> None:
        super().__init__("$equals", value)


class Not(ValueMatcher):
    """Anything that does not match this."""

    def __init__(self, value: Expected) -> None:
        super().__init__("$not", value)


class OneOf(ValueMatcher):
    """A value that matches one of these at least."""

    def __init__(self, *values: Expected) -> None:
        super().__init__("$one_of", values)


class AllOf(ValueMatcher):
    """A value that matches all of these."""

    def __init__(self, *values: Expected) -> None:
        super().__init__("$all_of", values)


class Regex(ValueMatcher):
    """Text that a pattern of RE2 matches as a whole."""

    def __init__(self, pattern: str) -> None:
        super().__init__("$regex", pattern)


class Search(ValueMatcher):
    """Text in which a pattern of RE2 is found."""

    def __init__(self, pattern: str) -> None:
        super().__init__("$search", pattern)


class Text(ValueMatcher):
    """This text; case, spaces and punctuation do not count."""

    def __init__(self, text: str) -> None:
        super().__init__("$text", text)


class Contains(ValueMatcher):
    """Text that holds all of these texts, or a list with an entry like each of them."""

    def __init__(self, *parts: Expected) -> None:
        super().__init__("$contains", parts)


class Date(ValueMatcher):
    """A date in any form that has one reading only: this one, or any where none is given."""

    def __init__(self, day: date | str | None = None) -> None:
        super().__init__("$date", operand=True if day is None else str(day))

    @classmethod
    def between(cls, first: date | str, last: date | str) -> Self:
        """A date from the first to the last day, both included."""
        found = cls()
        ValueMatcher.__init__(found, "$date", {"from": str(first), "to": str(last)})
        return found


class Json(ValueMatcher):
    """Text that holds JSON like this."""

    def __init__(self, value: Expected) -> None:
        super().__init__("$json", value)


class Range(ValueMatcher):
    """A number from `low` to `high`, both included; None leaves an end open."""

    def __init__(self, low: float | None, high: float | None) -> None:
        super().__init__("$range", [low, high])


class Gt(ValueMatcher):
    """A number greater than this one."""

    def __init__(self, number: float) -> None:
        super().__init__("$gt", number)


class Gte(ValueMatcher):
    """This number, or a greater one."""

    def __init__(self, number: float) -> None:
        super().__init__("$gte", number)


class Lt(ValueMatcher):
    """A number less than this one."""

    def __init__(self, number: float) -> None:
        super().__init__("$lt", number)


class Lte(ValueMatcher):
    """This number, or a lesser one."""

    def __init__(self, number: float) -> None:
        super().__init__("$lte", number)


class Approx(ValueMatcher):
    """A number near this one: within 1 percent, or `within` so much of it."""

    def __init__(self, value: float, within: float | None = None) -> None:
        super().__init__("$approx", value if within is None else {"value": value, "within": within})


class Type(ValueMatcher):
    """A value of one of these types of JSON; 5.0 is an integer."""

    def __init__(self, *names: JsonType) -> None:
        super().__init__("$type", names)


class Schema(ValueMatcher):
    """A value that is valid against a JSON Schema."""

    def __init__(self, schema: Mapping[str, Expected]) -> None:
        super().__init__("$schema", schema)


class Length(ValueMatcher):
    """Text, a list or an object of this length."""

    def __init__(self, length: int | ValueMatcher) -> None:
        super().__init__("$length", length)


class Items(ValueMatcher):
    """A list of which every entry is like this."""

    def __init__(self, value: Expected) -> None:
        super().__init__("$items", value)


class Unordered(ValueMatcher):
    """A list of these entries, in any order."""

    def __init__(self, *entries: Expected) -> None:
        super().__init__("$unordered", entries)


class Subset(ValueMatcher):
    """An object with these keys, or a list with these entries, and perhaps more."""

    def __init__(self, value: Mapping[str, Expected] | Sequence[Expected]) -> None:
        super().__init__("$subset", value)


class Result(ValueMatcher):
    """A value that an earlier result of a tool held: `get_user.id`, or anywhere: `get_user`."""

    def __init__(self, path: str) -> None:
        super().__init__("$result", path)

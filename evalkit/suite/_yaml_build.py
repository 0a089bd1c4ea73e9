"""Events of the YAML parser -> JSON values and their places."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import NamedTuple, NoReturn, TypeAlias, cast

import yaml
from yaml.events import (
    AliasEvent,
    CollectionStartEvent,
    DocumentStartEvent,
    Event,
    MappingEndEvent,
    MappingStartEvent,
    ScalarEvent,
    SequenceEndEvent,
    StreamEndEvent,
)

from evalkit.errors import Problem
from evalkit.suite._yaml_scalars import BadScalar, read_scalar
from evalkit.suite._yaml_words import MAX_DEPTH, TOO_DEEP, explain
from evalkit.transcript import JsonObject, JsonValue

try:
    from yaml import CSafeLoader as Loader
except ImportError:  # PyYAML built without libyaml: slower, the same events
    from yaml import SafeLoader as Loader  # type: ignore[assignment]  # the same interface

MAX_ALIASED = 100_000
"""How many values the aliases of one file may stand for in all."""

_NOT_PRINTABLE = re.compile("[^\t\n\r\x20-\x7e\x85\xa0-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


class Spot(NamedTuple):
    """Where a value and its key begin, counted from 0, and the places inside it."""

    key_line: int
    key_column: int
    line: int
    column: int
    inner: Spots | None = None


Spots: TypeAlias = "dict[str | int, Spot]"
_ValueEvent: TypeAlias = ScalarEvent | CollectionStartEvent
_VALUE_EVENTS = (ScalarEvent, CollectionStartEvent)


class Unreadable(Exception):  # a mistake in a file of the user's, told by `problem`
    """The text makes no sense from here on."""

    def __init__(self, problem: Problem) -> None:
        super().__init__(str(problem))
        self.problem = problem


class _Anchored(NamedTuple):
    value: JsonValue
    inner: Spots | None
    size: int
    height: int


class Builder:
    """Builds the value of one text; collects in `problems` what it could go on from."""

    def __init__(self, text: str, file: str) -> None:
        self.problems: list[Problem] = []
        self._text = text
        self._file = file
        self._next = cast("Callable[[], Event]", Loader(text).get_event)
        self._anchors: dict[str, _Anchored | None] = {}
        self._size = 0
        self._aliased = 0
        self._deepest = 0

    def build(self) -> tuple[JsonValue, Spot]:
        """Read the whole text.

        Raises:
            Unreadable: at the first mistake that leaves nothing to go on from.
        """
        self._refuse_characters()
        try:
            return self._document()
        except yaml.MarkedYAMLError as trouble:
            raise Unreadable(explain(trouble, self._text, self._file)) from trouble

    def _refuse_characters(self) -> None:
        bad = _NOT_PRINTABLE.search(self._text)
        if bad is None:
            return
        line = self._text.count("\n", 0, bad.start()) + 1
        column = bad.start() - self._text.rfind("\n", 0, bad.start())
        raise Unreadable(
            Problem(
                what=f"the character U+{ord(bad.group()):04X} may not stand in YAML",
                where=f"{self._file}:{line}:{column}",
                hint='write it as an escape in double quotes, such as "\\x07"',
            )
        )

    def _document(self) -> tuple[JsonValue, Spot]:
        self._next()
        if isinstance(self._next(), StreamEndEvent):
            raise Unreadable(Problem(what="the file is empty", where=f"{self._file}:1:1"))
        event = self._next()
        value, inner = self._node(event, 0)
        self._next()
        after = self._next()
        if isinstance(after, DocumentStartEvent):
            self._note(after, "a second document begins here", "keep one document in a file")
        return value, _spot(event, event, inner)

    def _node(self, event: Event, depth: int) -> tuple[JsonValue, Spots | None]:
        self._size += 1
        if depth > self._deepest:
            self._deepest = depth
            if depth > MAX_DEPTH:
                self._stop(event, TOO_DEEP)
        if isinstance(event, AliasEvent):
            return self._alias(event, depth)
        assert isinstance(event, _VALUE_EVENTS)
        if event.tag is not None:
            self._note(event, f"tags such as {event.tag!r} are not read", "leave the tag out")
        if event.anchor is not None:
            return self._anchored(event, event.anchor, depth)
        return self._value(event, depth)

    def _value(self, event: _ValueEvent, depth: int) -> tuple[JsonValue, Spots | None]:
        if isinstance(event, ScalarEvent):
            return self._scalar(event), None
        if isinstance(event, MappingStartEvent):
            return self._mapping(depth + 1)
        return self._sequence(depth + 1)

    def _scalar(self, event: ScalarEvent) -> JsonValue:
        text: str = event.value
        if not event.implicit[0]:
            return text
        try:
            return read_scalar(text)
        except BadScalar as trouble:
            self._note(event, trouble.what, trouble.hint)
            return text

    def _mapping(self, depth: int) -> tuple[JsonObject, Spots]:
        mapping: JsonObject = {}
        spots: Spots = {}
        while not isinstance(key_event := self._next(), MappingEndEvent):
            key = self._key(key_event)
            event = self._next()
            value, inner = self._node(event, depth)
            if value is None and ":" not in self._between(key_event, event):
                hint = "put a text that holds a comma into quotes"
                self._note(key_event, f"{key!r} has no value", hint)
            if key in mapping:
                line = spots[key].key_line + 1
                self._note(key_event, f"the key {key!r} stands on line {line} already", "keep one")
                continue
            mapping[key] = value
            spots[key] = _spot(key_event, event, inner)
        return mapping, spots

    def _between(self, key: Event, value: Event) -> str:
        """What stands from the end of a key to the end of its value."""
        assert key.end_mark is not None
        assert value.end_mark is not None
        return self._text[key.end_mark.index : value.end_mark.index]

    def _key(self, event: Event) -> str:
        if not isinstance(event, ScalarEvent):
            self._stop(event, "a key must be text", "put a template in quotes: '{{ name }}'")
        key: str = event.value
        return key

    def _sequence(self, depth: int) -> tuple[list[JsonValue], Spots]:
        sequence: list[JsonValue] = []
        spots: Spots = {}
        while not isinstance(event := self._next(), SequenceEndEvent):
            value, inner = self._node(event, depth)
            spots[len(sequence)] = _spot(event, event, inner)
            sequence.append(value)
        return sequence, spots

    def _anchored(
        self, event: _ValueEvent, anchor: str, depth: int
    ) -> tuple[JsonValue, Spots | None]:
        size, deepest = self._size, self._deepest
        self._anchors[anchor] = None
        self._deepest = depth
        value, inner = self._value(event, depth)
        self._anchors[anchor] = _Anchored(
            value, inner, self._size - size + 1, self._deepest - depth
        )
        self._deepest = max(deepest, self._deepest)
        return value, inner

    def _alias(self, event: AliasEvent, depth: int) -> tuple[JsonValue, Spots | None]:
        assert event.anchor is not None
        if event.anchor not in self._anchors:
            hint = f'put it in quotes if it is text: "*{event.anchor}"'
            self._stop(event, f"no anchor &{event.anchor} stands before this alias", hint)
        anchored = self._anchors[event.anchor]
        if anchored is None:
            self._stop(event, f"the alias *{event.anchor} stands inside what it names")
        self._aliased += anchored.size
        if self._aliased > MAX_ALIASED:
            self._stop(event, f"the aliases of the file stand for more than {MAX_ALIASED:,} values")
        self._size += anchored.size
        self._deepest = max(self._deepest, depth + anchored.height)
        if self._deepest > MAX_DEPTH:
            self._stop(event, TOO_DEEP)
        return anchored.value, anchored.inner

    def _problem(self, event: Event, what: str, hint: str | None) -> Problem:
        line, column = _begin(event)
        return Problem(what=what, where=f"{self._file}:{line + 1}:{column + 1}", hint=hint)

    def _note(self, event: Event, what: str, hint: str | None = None) -> None:
        self.problems.append(self._problem(event, what, hint))

    def _stop(self, event: Event, what: str, hint: str | None = None) -> NoReturn:
        raise Unreadable(self._problem(event, what, hint))


def _spot(key: Event, value: Event, inner: Spots | None) -> Spot:
    at_key, at = key.start_mark, value.start_mark
    assert at_key is not None
    assert at is not None
    return Spot(at_key.line, at_key.column, at.line, at.column, inner)


def _begin(event: Event) -> tuple[int, int]:
    mark = event.start_mark
    assert mark is not None
    return mark.line, mark.column

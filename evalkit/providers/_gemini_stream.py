"""Streams of Gemini's streamGenerateContent: chunks -> the body that would have come at once."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from itertools import pairwise

from evalkit.errors import UndecodableReply
from evalkit.providers import _shape as shape
from evalkit.providers._api import Shown
from evalkit.transcript import JsonObject, JsonValue

_STEP = re.compile(r"\.([^.\[\]]+)|\[(\d{1,6})\]")


def assemble(events: Iterable[JsonObject]) -> JsonObject:
    """Join the parts of the first candidate; what is said of the whole is said last."""
    body: JsonObject = {}
    candidate: JsonObject = {}
    parts: list[JsonValue] = []
    calls = _Calls(parts)
    for chunk in events:
        body |= chunk
        for found in shape.objects(chunk, "candidates", "a chunk")[:1]:
            candidate |= found
            for part in shape.objects(shape.part(found, "content"), "parts", "content"):
                if "functionCall" in part:
                    calls.add(part)
                else:
                    parts.append(part)
    calls.finish()
    if candidate:
        candidate["content"] = {"role": "model", "parts": parts}
        body["candidates"] = [candidate]
    return body


def shown(event: JsonObject) -> Shown | None:
    for candidate in shape.objects(event, "candidates", "a chunk"):
        for part in shape.objects(shape.part(candidate, "content"), "parts", "content"):
            if "functionCall" in part:
                return Shown.CALL
            if part.get("text"):
                return Shown.TEXT
    return None


class _Calls:
    """The calls of a stream: whole ones, and ones whose arguments arrive in pieces."""

    def __init__(self, parts: list[JsonValue]) -> None:
        self._parts = parts
        self._arguments: JsonObject | None = None
        self._texts: dict[str, list[str]] = {}

    def add(self, part: JsonObject) -> None:
        """Take a part; one without a name goes on with the call before it."""
        delta = shape.member(part, "functionCall", "part")
        if delta.get("name"):
            self.finish()
            self._arguments = {**shape.part(delta, "args")}
            call: JsonObject = {**delta, "args": self._arguments}
            self._parts.append({**part, "functionCall": call})
        if self._arguments is not None:
            for piece in shape.objects(delta, "partialArgs", "functionCall"):
                self._take(self._arguments, piece)

    def finish(self) -> None:
        """Join the strings of the call that is open."""
        if self._arguments is not None:
            for path, pieces in self._texts.items():
                _put(self._arguments, path, "".join(pieces))
        self._texts = {}

    def _take(self, arguments: JsonObject, piece: JsonObject) -> None:
        path = shape.string(piece, "jsonPath")
        text = piece.get("stringValue")
        if not isinstance(text, str):
            _put(arguments, path, piece.get("numberValue", piece.get("boolValue")))
        elif path in self._texts:
            self._texts[path].append(text)
        else:
            _put(arguments, path, text)
            self._texts[path] = [text]


def _put(arguments: JsonObject, path: str, value: JsonValue) -> None:
    """Put a value where its path says, and make what stands above it."""
    steps = _steps(path)
    owner: JsonValue = arguments
    for step, following in pairwise(steps):
        owner = _enter(owner, step, [] if isinstance(following, int) else {})
    _set(owner, steps[-1], value)


def _steps(path: str) -> Sequence[str | int]:
    """Read a path such as `$.operations[0].action`."""
    steps = [int(index) if index else name for name, index in _STEP.findall(path)]
    return steps or [path]


def _enter(owner: JsonValue, step: str | int, fresh: JsonValue) -> JsonValue:
    """Go one step down, and make there what the next step needs."""
    match owner, step:
        case dict(), str():
            return owner.setdefault(step, fresh)
        case list(), int() if step < len(owner):
            return owner[step]
        case _:
            _set(owner, step, fresh)
            return fresh


def _set(owner: JsonValue, step: str | int, value: JsonValue) -> None:
    match owner, step:
        case dict(), str():
            owner[step] = value
        case list(), int() if step < len(owner):
            owner[step] = value
        case list(), int() if step == len(owner):
            owner.append(value)
        case _:
            raise UndecodableReply(f"a piece of streamed arguments fits nowhere: {step!r}")

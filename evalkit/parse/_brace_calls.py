"""Formats of Gemma: `call:name{key:value}` with a mark of its own for quotes."""

from __future__ import annotations

import re

from msgspec import Struct

from evalkit.parse._coerce import Untyped, coerce, parameter_schema
from evalkit.parse._json import MAX_DEPTH
from evalkit.parse._parsed import Extract, Found, Gathering, Schemas
from evalkit.parse._scan import NextMark, skip_mark, skip_space
from evalkit.transcript import Defect, JsonObject, JsonValue

_BARE = re.compile(r"[^,{}\[\]<]*+(?:<(?!\||escape>|tool_call\|>|end_function)[^,{}\[\]<]*+)*+")
_KEY = re.compile(r"""["']?([^:,{}\[\]"'\s]++)["']?\s*+:\s*+""")
_QUOTED = re.compile(r'"((?:[^"\\]++|\\.)*+)"|' + r"'((?:[^'\\]++|\\.)*+)'", re.DOTALL)


class _BrokenError(ValueError):
    """What stands here is not of the format."""


class BraceCalls(Struct, frozen=True, kw_only=True):
    """Finds `call:name{key:value}` between two marks, with strings between two more."""

    opener: str
    closer: str
    quote: str

    def __call__(self, text: str, schemas: Schemas) -> Extract:
        gathering = Gathering(text)
        closers = NextMark(text, self.closer)
        head = re.compile(re.escape(self.opener) + r"\s*+(?:call)?:?\s*+([^\s{}:<]++)\s*+\{")
        at = 0
        while (start := text.find(self.opener, at)) >= 0:
            named = head.match(text, start)
            if named is None:
                at = start + len(self.opener)
                continue
            limit = closers.after(named.end())
            call, end = self._read(text, named, limit, schemas)
            gathering.add(call)
            at = skip_mark(text, end, self.closer)
            gathering.cut(start, at)
        if self.opener in text and not gathering.calls:
            gathering.defects.append(Defect.TRUNCATED)
        return gathering.extract()

    def _read(
        self, text: str, named: re.Match[str], limit: int, schemas: Schemas
    ) -> tuple[Found, int]:
        schema = schemas.get(named[1]) or {}
        try:
            arguments, end = self._members(text, named.end(), schema, 0)
        except _BrokenError:
            raw = text[named.end() : limit]
            is_cut = limit == len(text)
            defect = Defect.TRUNCATED if is_cut else Defect.NOT_JSON
            return Found(name=named[1], raw=raw, arguments=None, defects=(defect,)), limit
        raw = text[named.end() : end - 1]
        return Found(name=named[1], raw=raw, arguments=arguments), end

    def _members(
        self, text: str, at: int, schema: JsonObject, depth: int
    ) -> tuple[JsonObject, int]:
        members: JsonObject = {}
        at = skip_space(text, at)
        while not text.startswith("}", at):
            key = _KEY.match(text, at)
            if key is None:
                raise _BrokenError(f"no key at character {at}")
            declared = parameter_schema(schema, key[1])
            members[key[1]], at = self._value(text, key.end(), declared, depth + 1)
            at = _past_comma(text, at, "}")
        return members, at + 1

    def _items(self, text: str, at: int, depth: int) -> tuple[JsonValue, int]:
        items: list[JsonValue] = []
        at = skip_space(text, at)
        while not text.startswith("]", at):
            item, at = self._value(text, at, None, depth + 1)
            items.append(item)
            at = _past_comma(text, at, "]")
        return items, at + 1

    def _value(self, text: str, at: int, declared: JsonValue, depth: int) -> tuple[JsonValue, int]:
        if depth > MAX_DEPTH:
            raise _BrokenError("nested too deeply")
        if text.startswith(self.quote, at):
            return self._string(text, at + len(self.quote))
        if text.startswith("{", at):
            inner = declared if isinstance(declared, dict) else {}
            return self._members(text, at + 1, inner, depth)
        if text.startswith("[", at):
            return self._items(text, at + 1, depth)
        if quoted := _QUOTED.match(text, at):
            return quoted[1] if quoted[1] is not None else quoted[2], quoted.end()
        bare = _BARE.match(text, at)
        if bare is None or not bare[0].strip():
            raise _BrokenError(f"no value at character {at}")
        return coerce(bare[0].strip(), declared, {}, Untyped.JSON), bare.end()

    def _string(self, text: str, start: int) -> tuple[JsonValue, int]:
        end = text.find(self.quote, start)
        while end >= 0 and not _ends_value(text, end + len(self.quote)):
            end = text.find(self.quote, end + len(self.quote))
        if end < 0:
            raise _BrokenError(f"the string at character {start} does not end")
        return text[start:end], end + len(self.quote)


def _ends_value(text: str, at: int) -> bool:
    at = skip_space(text, at)
    return text[at : at + 1] in (",", "}", "]", "")


def _past_comma(text: str, at: int, closer: str) -> int:
    at = skip_space(text, at)
    if text.startswith(",", at):
        return skip_space(text, at + 1)
    if not text.startswith(closer, at):
        raise _BrokenError(f"no comma and no {closer} at character {at}")
    return at


FUNCTION_GEMMA = BraceCalls(
    opener="<start_function_call>", closer="<end_function_call>", quote="<escape>"
)
GEMMA4 = BraceCalls(opener="<|tool_call>", closer="<tool_call|>", quote='<|"|>')

"""Formats that put JSON between tags, or write it bare: Hermes, Mistral, Llama 3, Cohere, ..."""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import takewhile

from msgspec import Struct

from evalkit.parse._json_calls import JsonCalls, Shape, read_argument_object, read_calls
from evalkit.parse._parsed import Extract, Finder, Found, Gathering, Schemas, read_raw
from evalkit.parse._scan import NextMark, skip_mark, skip_space
from evalkit.transcript import Defect

MAX_FALSE_STARTS = 32
"""How many brackets that begin no call are tried in bare text; keeps the time linear."""

_BRACKET = re.compile(r"[{\[]")
_FENCE_BEFORE = re.compile(r"```[A-Za-z_]*+[ \t]*+\n?[ \t]*+$")
_FENCE_AFTER = re.compile(r"\s*+```")
_LONGEST_FENCE = 40


class TaggedJson(Struct, frozen=True):
    """Finds calls as JSON behind an opening tag, up to a closing tag where there is one."""

    openers: tuple[str, ...]
    closer: str | None = None
    shape: Shape = "named"

    def __call__(self, text: str, _schemas: Schemas) -> Extract:
        gathering = Gathering(text)
        closers = NextMark(text, self.closer)
        at = 0
        for opening in re.finditer("|".join(map(re.escape, self.openers)), text):
            if opening.start() >= at:
                at = self._read(gathering, opening, closers)
        return gathering.extract()

    def _read(self, gathering: Gathering, opening: re.Match[str], closers: NextMark) -> int:
        text = gathering.text
        start = skip_space(text, opening.end())
        if text[start : start + 1] not in ("{", "["):
            return opening.end()
        found = read_calls(text, start, closers, self.shape)
        gathering.add(*found.calls)
        gathering.defects.extend(_defects_of(found))
        end = skip_mark(text, found.end, self.closer)
        if found.calls or not found.is_complete:
            gathering.cut(opening.start(), end)
        return end


def _defects_of(found: JsonCalls) -> Iterator[Defect]:
    """Name what is wrong with JSON between marks beside the calls it holds."""
    if not found.calls and not found.is_complete:
        yield Defect.TRUNCATED
    elif found.has_strangers:
        yield Defect.NOT_OBJECT


def find_bare_json(text: str, schemas: Schemas) -> Extract:
    """Find calls that are JSON and nothing else around it, fenced or not.

    An object is a call when it has a name and arguments, or the name of an offered tool. The first
    JSON object that is no call ends the search: a text about JSON is no call.
    """
    gathering = Gathering(text)
    at = false_starts = 0
    while false_starts < MAX_FALSE_STARTS and (bracket := _BRACKET.search(text, at)):
        found = read_calls(text, bracket.start(), NextMark(text, None))
        calls = list(takewhile(lambda call: _is_meant(call, schemas), found.calls))
        if calls:
            gathering.add(*calls)
            gathering.cut(*_with_fence(text, bracket.start(), found.end))
        elif bracket[0] == "{" and found.is_complete:
            break
        else:
            false_starts += 1
        at = max(found.end, bracket.end())
    if not gathering.calls and text.lstrip()[:1] in ("{", "[") and not _is_balanced(text):
        gathering.defects.append(Defect.TRUNCATED)
    return gathering.extract()


def _is_meant(call: Found, schemas: Schemas) -> bool:
    if Defect.TRUNCATED in call.defects:
        return False
    return Defect.EMPTY not in call.defects or call.name in schemas


def _is_balanced(text: str) -> bool:
    return text.count("{") == text.count("}") and text.count("[") == text.count("]")


def _with_fence(text: str, start: int, end: int) -> tuple[int, int]:
    before = _FENCE_BEFORE.search(text[max(0, start - _LONGEST_FENCE) : start])
    after = _FENCE_AFTER.match(text, end)
    if before and after:
        return start - len(before[0]), after.end()
    return start, end


def or_bare(finder: Finder) -> Finder:
    """Read bare JSON where the finder sees none of its own marks."""

    def find_either(text: str, schemas: Schemas) -> Extract:
        if text.lstrip()[:1] in ("{", "[", "`"):  # in the strings of JSON a mark is no mark
            bare = find_bare_json(text, schemas)
            if bare.calls and not bare.text.strip():
                return bare
        extract = finder(text, schemas)
        return extract if extract.calls or extract.defects else find_bare_json(text, schemas)

    return find_either


_MISTRAL_NAME = re.compile(
    r"\s*+([^\s\[\]{}]++)\s*+(?:\[CALL_ID\]\s*+([^\s\[\]{}]++)\s*+)?(?:\[ARGS\])?\s*+(?=\{)"
)
_MISTRAL_MARK = "[TOOL_CALLS]"


def find_mistral(text: str, schemas: Schemas) -> Extract:
    """Find Mistral's calls: a list behind the mark (old), or a name and an object (from v11)."""
    gathering = Gathering(text)
    at = 0
    marks = NextMark(text, _MISTRAL_MARK)
    while (mark := text.find(_MISTRAL_MARK, at)) >= 0:
        start = mark + len(_MISTRAL_MARK)
        named = _MISTRAL_NAME.match(text, start)
        bracket = skip_space(text, start)
        if named:
            at = _read_named(gathering, mark, named, marks.after(start))
        elif text[bracket : bracket + 1] in ("[", "{") and bracket != marks.after(start):
            at = _read_listed(gathering, mark, bracket)
            if gathering.calls:
                break
        else:
            at = start
            gathering.cut(mark, start)
            if bracket != marks.after(start):
                gathering.defects.append(Defect.NOT_JSON)
    extract = gathering.extract()
    if extract.calls or _MISTRAL_MARK in text:
        return extract
    return find_bare_json(text, schemas)


def _read_named(gathering: Gathering, mark: int, named: re.Match[str], limit: int) -> int:
    found = read_argument_object(gathering.text, named.end(), limit)
    gathering.add(read_raw(named[1], found, named[2]))
    end = named.end() + len(found)
    gathering.cut(mark, end)
    return end


def _read_listed(gathering: Gathering, mark: int, bracket: int) -> int:
    text = gathering.text
    found = read_calls(text, bracket, NextMark(text, None))
    gathering.add(*found.calls)
    gathering.defects.extend(_defects_of(found))
    if found.calls or not found.is_complete:
        gathering.cut(mark, skip_mark(text, found.end, "[/TOOL_CALLS]"))
    return max(found.end, bracket + 1)

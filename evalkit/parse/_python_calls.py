"""Formats that write calls as Python: Llama 4, BFCL prompting, LFM2, Olmo 3."""

from __future__ import annotations

import re
from collections.abc import Sequence

from msgspec import Struct

from evalkit.parse._parsed import MAX_CALLS, Extract, Found, Gathering, Schemas
from evalkit.parse._python_values import NotPythonError, PythonCall, read_call
from evalkit.parse._scan import NextMark, skip_mark, skip_space
from evalkit.transcript import Defect, JsonObject

MAX_FALSE_STARTS = 32
"""How many brackets that begin no list of calls are tried; keeps the time linear."""

_LIST_OF_CALLS = re.compile(r"""\[\s*+['"]?(?=[^\W\d][\w.\-]*+\s*+\()""")
_BETWEEN = re.compile(r"""['"]?[\s,;]*+['"]?""")


class TaggedPython(Struct, frozen=True, kw_only=True):
    """Finds calls between two marks, in a list or one on each line."""

    opener: str
    closer: str
    finds_bare_lists: bool = False
    """Whether a list of offered tools counts without the marks."""

    def __call__(self, text: str, schemas: Schemas) -> Extract:
        gathering = Gathering(text)
        closers = NextMark(text, self.closer)
        at = 0
        while (start := text.find(self.opener, at)) >= 0:
            calls, at = _read_calls(text, skip_space(text, start + len(self.opener)))
            gathering.add(*(_as_found(call, schemas) for call in calls))
            at = skip_mark(text, at, self.closer)
            is_cut = not calls and closers.after(start) == len(text)
            gathering.defects.extend([Defect.TRUNCATED] * is_cut)
            if calls or is_cut:
                gathering.cut(start, at)
        if not gathering.calls and self.finds_bare_lists:
            return _find_offered(text, schemas)
        return gathering.extract()


def find_list_of_calls(text: str, schemas: Schemas) -> Extract:
    """Find `[f(a=1), g()]`; in the middle of a text only where every argument can be read."""
    gathering = Gathering(text)
    first = skip_space(text, 0)
    at = false_starts = 0
    while false_starts < MAX_FALSE_STARTS and (bracket := _LIST_OF_CALLS.search(text, at)):
        calls, end = _read_calls(text, bracket.start())
        is_whole = bracket.start() == first
        if calls and (is_whole or all(call.keywords is not None for call in calls)):
            gathering.add(*(_as_found(call, schemas) for call in calls))
            gathering.cut(bracket.start(), end)
            at = end
        else:
            at = bracket.end()
            false_starts += 1
    if not gathering.calls:
        return _find_one_call(text, schemas)
    return gathering.extract()


def _find_one_call(text: str, schemas: Schemas) -> Extract:
    """Take a text that is `f(a=1)` and nothing else for a call whose brackets were forgotten."""
    start = skip_space(text, 0)
    try:
        call = read_call(text, start)
    except NotPythonError:
        return Extract(text=text)
    if call.keywords is None or call.positional or skip_space(text, call.end) != len(text):
        return Extract(text=text)
    return Extract(calls=(_as_found(call, schemas),))


def _find_offered(text: str, schemas: Schemas) -> Extract:
    extract = find_list_of_calls(text, schemas)
    if all(call.name in schemas for call in extract.calls):
        return extract
    return Extract(text=text)


def _read_calls(text: str, at: int) -> tuple[Sequence[PythonCall], int]:
    """Read calls one after the other, and the brackets around them."""
    calls: list[PythonCall] = []
    has_bracket = text.startswith("[", at)
    at += has_bracket
    end = at
    while len(calls) <= MAX_CALLS:
        between = _BETWEEN.match(text, at)
        at = between.end() if between else at
        try:
            call = read_call(text, at)
        except NotPythonError:
            break
        calls.append(call)
        at = end = call.end
    return calls, skip_mark(text, at, "]") if has_bracket else end


def _as_found(call: PythonCall, schemas: Schemas) -> Found:
    arguments, defects = call.keywords, call.defects
    if call.positional and arguments is not None:
        arguments = _named(call, schemas.get(call.name))
        defects = (*defects, Defect.NOT_OBJECT) if arguments is None else defects
    return Found(name=call.name, raw=call.raw, arguments=arguments, defects=defects)


def _named(call: PythonCall, schema: JsonObject | None) -> JsonObject | None:
    """Give positional arguments the names of the schema's properties, in their order."""
    properties = (schema or {}).get("properties")
    names = [*properties] if isinstance(properties, dict) else []
    if len(call.positional) > len(names) or call.keywords is None:
        return None
    return {**dict(zip(names, call.positional, strict=False)), **call.keywords}

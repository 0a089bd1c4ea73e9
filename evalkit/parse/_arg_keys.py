"""Formats that write a name and then keys and values in turn: GLM, Ling, Hunyuan, ..."""

from __future__ import annotations

import re

from msgspec import Struct

from evalkit.parse._coerce import Untyped, coerce, parameter_schema
from evalkit.parse._json_calls import read_argument_object
from evalkit.parse._parsed import Extract, Found, Gathering, Schemas, read_raw
from evalkit.parse._scan import NextMark, skip_mark, skip_space
from evalkit.transcript import Defect, JsonObject


class _Tags:
    """The tags of one dialect, and where the closing ones stand in one text."""

    def __init__(self, prefix: str, text: str) -> None:
        tag = re.escape(prefix)
        self.name = re.compile(rf"\s*+([^<>{{}}\n]++)(?:<{tag}tool_sep>)?\s*+")
        self.pair = re.compile(
            rf"<{tag}arg_key>([^<]*+)</{tag}arg_key>\s*+"
            rf"(?:<{tag}arg_type>([^<]*+)</{tag}arg_type>\s*+)?<{tag}arg_value>"
        )
        self.end_value = f"</{prefix}arg_value>"
        self.value_ends = NextMark(text, self.end_value)
        self.closers = NextMark(text, f"</{prefix}tool_call>")


class ArgKeys(Struct, frozen=True, kw_only=True):
    """Finds `<tool_call>name<arg_key>k</arg_key><arg_value>v</arg_value></tool_call>`."""

    prefix: str = ""
    """What stands before each name of a tag."""
    wrappers: tuple[str, ...] = ()

    def __call__(self, text: str, schemas: Schemas) -> Extract:
        gathering = Gathering(text)
        tags = _Tags(self.prefix, text)
        opener, closer = f"<{self.prefix}tool_call>", f"</{self.prefix}tool_call>"
        at = 0
        while (start := text.find(opener, at)) >= 0:
            named = tags.name.match(text, start + len(opener))
            if named is None:
                at = start + len(opener)
                if skip_space(text, at) == len(text):
                    gathering.defects.append(Defect.TRUNCATED)
                continue
            call, at = self._read(text, named, tags, schemas)
            is_closed = skip_mark(text, at, closer) != at
            at = skip_mark(text, at, closer)
            if call.raw or is_closed:
                gathering.add(call if is_closed else _cut_off(call))
            else:
                gathering.defects.append(Defect.TRUNCATED)
            gathering.cut(start, at)
        return self._without_wrappers(gathering.extract())

    def _read(
        self, text: str, named: re.Match[str], tags: _Tags, schemas: Schemas
    ) -> tuple[Found, int]:
        name = named[1].strip()
        if text.startswith("{", named.end()):
            raw = read_argument_object(text, named.end(), tags.closers.after(named.end()))
            return read_raw(name, raw), named.end() + len(raw)
        arguments: JsonObject = {}
        schema = schemas.get(name)
        at = named.end()
        while (pair := tags.pair.match(text, at)) and (
            end := tags.value_ends.after(pair.end())
        ) < len(text):
            key, declared = pair[1].strip(), pair[2]
            typed = parameter_schema(schema, key)
            if typed is None and declared:
                typed = {"type": declared.strip()}
            arguments[key] = coerce(text[pair.end() : end], typed, schema or {}, Untyped.TEXT)
            at = skip_space(text, end + len(tags.end_value))
        raw = text[named.end() : at].rstrip()
        return Found(name=name, raw=raw, arguments=arguments), at

    def _without_wrappers(self, extract: Extract) -> Extract:
        text = extract.text
        for wrapper in self.wrappers if extract.calls else ():
            text = text.replace(wrapper, "")
        return Extract(calls=extract.calls, text=text, defects=extract.defects)


def _cut_off(call: Found) -> Found:
    return Found(
        name=call.name,
        raw=call.raw,
        arguments=call.arguments,
        defects=(*call.defects, Defect.TRUNCATED),
    )

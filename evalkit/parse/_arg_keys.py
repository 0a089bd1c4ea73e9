"""Formats that write a name and then keys and values in turn: GLM, Ling, Hunyuan, ..."""

from __future__ import annotations

import re
from dataclasses import dataclass

from evalkit.parse._coerce import Untyped, coerce, parameter_schema
from evalkit.parse._json_calls import read_argument_object
from evalkit.parse._parsed import Extract, Found, Gathering, Schemas, read_raw
from evalkit.parse._scan import NextMark, skip_mark, skip_space
from evalkit.transcript import Defect, JsonObject


@dataclass(frozen=True, slots=True, kw_only=True)
class ArgKeys:
    """Finds `<tool_call>name<arg_key>k</arg_key><arg_value>v</arg_value></tool_call>`."""

    prefix: str = ""
    """What stands before each name of a tag."""
    wrappers: tuple[str, ...] = ()

    def __call__(self, text: str, schemas: Schemas) -> Extract:
        gathering = Gathering(text)
        opener, closer = f"<{self.prefix}tool_call>", f"</{self.prefix}tool_call>"
        closers = NextMark(text, closer)
        name = re.compile(rf"\s*+([^<>{{}}\n]++)(?:<{re.escape(self.prefix)}tool_sep>)?\s*+")
        at = 0
        while (start := text.find(opener, at)) >= 0:
            named = name.match(text, start + len(opener))
            if named is None:
                at = start + len(opener)
                if skip_space(text, at) == len(text):
                    gathering.defects.append(Defect.TRUNCATED)
                continue
            call, at = self._read(text, named, closers, schemas)
            is_closed = skip_mark(text, at, closer) != at
            at = skip_mark(text, at, closer)
            if call.raw or is_closed:
                gathering.calls.append(call if is_closed else _cut_off(call))
            else:
                gathering.defects.append(Defect.TRUNCATED)
            gathering.cut(start, at)
        return self._without_wrappers(gathering.extract())

    def _read(
        self, text: str, named: re.Match[str], closers: NextMark, schemas: Schemas
    ) -> tuple[Found, int]:
        name = named[1].strip()
        if text.startswith("{", named.end()):
            raw = read_argument_object(text, named.end(), closers.after(named.end()))
            return read_raw(name, raw), named.end() + len(raw)
        arguments: JsonObject = {}
        schema = schemas.get(name)
        at = named.end()
        pairs = self._pair()
        while pair := pairs.match(text, at):
            key, declared, value = pair["key"].strip(), pair["type"], pair["value"]
            typed = parameter_schema(schema, key)
            if typed is None and declared:
                typed = {"type": declared.strip()}
            arguments[key] = coerce(value, typed, schema or {}, Untyped.TEXT)
            at = skip_space(text, pair.end())
        raw = text[named.end() : at].rstrip()
        return Found(name=name, raw=raw, arguments=arguments), at

    def _pair(self) -> re.Pattern[str]:
        def element(tag: str) -> str:
            closing = re.escape(f"</{self.prefix}{tag}>")
            inner = f"(?:[^<]++|(?!{closing})<)*+"
            return rf"<{re.escape(self.prefix)}{tag}>(?P<{tag[4:]}>{inner}){closing}\s*+"

        return re.compile(
            element("arg_key") + f"(?:{element('arg_type')})?" + element("arg_value"), re.DOTALL
        )

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

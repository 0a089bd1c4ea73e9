"""Formats that write a name between marks and JSON behind it: DeepSeek, Kimi, PLaMo, ..."""

from __future__ import annotations

import re

from msgspec import Struct

from evalkit.parse._json_calls import read_argument_object
from evalkit.parse._parsed import Extract, Gathering, Schemas, read_raw
from evalkit.parse._scan import NextMark, skip_mark
from evalkit.transcript import Defect


class NamedJson(Struct, frozen=True, kw_only=True):
    """Finds a head that names the tool, the JSON that follows it, and marks that close it.

    The pattern of the head has a group `name` and may have a group `id`.
    """

    head: str
    closers: tuple[str, ...] = ()
    """Marks behind the JSON, in their order; the first is where a broken argument ends."""
    wrapper: str = r"(?!)"
    """Marks around all calls, which are no part of the answer."""
    opener: str = ""
    """What a head begins with; one that stops short of its name was cut off."""

    def __call__(self, text: str, _schemas: Schemas) -> Extract:
        gathering = Gathering(text)
        ends = NextMark(text, self.closers[0] if self.closers else None)
        at = 0
        for part in re.finditer(f"(?P<wrapper>{self.wrapper})|{self.head}", text):
            if part.start() < at:
                continue
            if part["wrapper"]:
                gathering.cut(*part.span())
                continue
            at = self._read(gathering, part, ends)
        if self.opener and not gathering.calls and self.opener in text:
            is_closed = any(closer in text for closer in self.closers)
            gathering.defects.append(Defect.NOT_JSON if is_closed else Defect.TRUNCATED)
        return gathering.extract()

    def _read(self, gathering: Gathering, head: re.Match[str], ends: NextMark) -> int:
        text = gathering.text
        limit = ends.after(head.end())
        raw = read_argument_object(text, head.end(), self._before_next(text, head.end(), limit))
        gathering.add(read_raw(head["name"].strip(), raw, _id_of(head)))
        end = head.end() + len(raw)
        for closer in self.closers:
            end = skip_mark(text, end, closer)
        gathering.cut(head.start(), end)
        return end

    def _before_next(self, text: str, start: int, limit: int) -> int:
        following = text.find(self.opener, start, limit) if self.opener else -1
        return following if following >= 0 else limit


def _id_of(head: re.Match[str]) -> str | None:
    id_ = head.groupdict().get("id")
    return id_.strip() if id_ else None


_FULL = "\uff5c"
_BAR = f"[{_FULL}|]"

DEEPSEEK_V3 = NamedJson(
    head=rf"<{_BAR}tool▁call▁begin{_BAR}>function<{_BAR}tool▁sep{_BAR}>"
    r"(?P<name>[^\n<`{]++)\s*+```(?:json)?\s*+",
    closers=("```", f"<{_FULL}tool▁call▁end{_FULL}>", "<|tool▁call▁end|>"),
    opener="tool▁call▁begin",
    wrapper=rf"<{_BAR}tool▁calls▁(?:begin|end){_BAR}>|<{_BAR}end▁of▁sentence{_BAR}>",
)
DEEPSEEK_V31 = NamedJson(
    head=rf"<{_BAR}tool▁call▁begin{_BAR}>(?P<name>[^\n<{{]*+)<{_BAR}tool▁sep{_BAR}>",
    closers=(f"<{_FULL}tool▁call▁end{_FULL}>", "<|tool▁call▁end|>"),
    opener="tool▁call▁begin",
    wrapper=rf"<{_BAR}tool▁calls▁(?:begin|end){_BAR}>|<{_BAR}end▁of▁sentence{_BAR}>"
    rf"|<{_BAR}tool▁output▁(?:begin|end){_BAR}>",
)
KIMI_K2 = NamedJson(
    head=r"<\|tool_call_begin\|>(?P<id>\s*+(?:functions\.)?(?P<name>[^<:]++)(?::\d*+)?\s*+)"
    r"<\|tool_call_argument_begin\|>\s*+",
    closers=("<|tool_call_end|>",),
    wrapper=r"<\|tool_calls_section_(?:begin|end)\|>",
    opener="<|tool_call_begin|>",
)
PLAMO3 = NamedJson(
    head=r"(?:<\|plamo:begin_tool_request:plamo\|>)?"
    r"<\|plamo:begin_tool_name:plamo\|>(?P<name>[^<]++)<\|plamo:end_tool_name:plamo\|>"
    r"<\|plamo:begin_tool_arguments:plamo\|>(?:<\|plamo:constrain\|>json<\|plamo:msg\|>)?",
    closers=("<|plamo:end_tool_arguments:plamo|>", "<|plamo:end_tool_request:plamo|>"),
    wrapper=r"<\|plamo:(?:begin_tool_requests|end_tool_requests|tag)[^>]*+>",
)
FUNCTIONARY_V31 = NamedJson(
    head=r"<function=(?P<name>[^<>\n]++)>\s*+(?=\{)",
    closers=("</function>",),
    opener="<function=",
)
_RECIPIENT = re.compile(r"(?:^|>>>)[ \t]*+(?P<name>[\w.\-]++)\n(?=(?P<json>\s*+\{)?)")


def find_functionary_v32(text: str, _schemas: Schemas) -> Extract:
    """Find `name`, a line break and JSON; `all` stands before text for the user."""
    gathering = Gathering(text)
    next_parts = NextMark(text, ">>>")
    at = 0
    for part in _RECIPIENT.finditer(text):
        if part.start() < at:
            continue
        if part["name"] == "all":
            gathering.cut(*part.span())
        elif part["json"]:
            start = part.end("json") - 1
            raw = read_argument_object(text, start, next_parts.after(start))
            at = start + len(raw)
            gathering.add(read_raw(part["name"], raw))
            gathering.cut(part.start(), at)
    return gathering.extract()

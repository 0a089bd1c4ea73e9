"""What a parser of text formats takes and returns."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Protocol, TypeAlias

from msgspec import Struct, field

from evalkit.parse._arguments import parse_arguments
from evalkit.transcript import MADE_UP_ID, Defect, JsonObject, ToolCall

MAX_CALLS = 4096
"""A text with more calls is hostile; what follows the last one stays text."""


class ToolShape(Protocol):
    """What a parser must know of an offered tool."""

    @property
    def name(self) -> str: ...

    @property
    def parameters(self) -> JsonObject:
        """The JSON Schema of the arguments."""
        ...


class ParsedText(Struct, frozen=True, kw_only=True):
    """An answer in text, taken apart."""

    calls: tuple[ToolCall, ...] = ()
    text: str | None = None
    """What is left without calls, reasoning and the markup of the format."""
    reasoning: str | None = None
    format: str
    """The format that was read; for `auto` the one it recognised, `text` if none."""
    defects: tuple[Defect, ...] = ()
    """What is wrong with markup that made no call: `truncated` where one was cut off too early."""


Parser: TypeAlias = Callable[[str, Sequence[ToolShape]], ParsedText]
"""What the entry-point group `evalkit.parsers` holds. It must not raise, whatever the text."""

Schemas: TypeAlias = Mapping[str, JsonObject]
"""The parameters of every offered tool, by its name."""


class Found(Struct, frozen=True, kw_only=True):
    """A call as it stands in the text."""

    name: str
    raw: str
    arguments: JsonObject | None
    defects: tuple[Defect, ...] = ()
    id: str | None = None


class Extract(Struct, frozen=True, kw_only=True):
    """The calls of a text and the text without them."""

    calls: tuple[Found, ...] = ()
    text: str = ""
    reasoning: str | None = None
    defects: tuple[Defect, ...] = ()


Finder: TypeAlias = Callable[[str, Schemas], Extract]


class TooManyCallsError(Exception):
    """A text holds more calls than any model writes; `extract` has the first ones."""

    def __init__(self, extract: Extract) -> None:
        super().__init__(f"more than {MAX_CALLS} calls")
        self.extract = extract


class Gathering(Struct):
    """Calls and the text between them, gathered while a finder goes through its text."""

    text: str
    calls: list[Found] = field(default_factory=list)
    defects: list[Defect] = field(default_factory=list)
    _kept: list[str] = field(default_factory=list)
    _done: int = 0

    def add(self, *calls: Found) -> None:
        self.calls.extend(calls)
        if len(self.calls) > MAX_CALLS:
            del self.calls[MAX_CALLS:]
            raise TooManyCallsError(self.extract())

    def cut(self, start: int, end: int) -> None:
        """Leave the markup from `start` to `end` out of the text that remains."""
        self._kept.append(self.text[self._done : start])
        self._done = max(self._done, end)

    def extract(self) -> Extract:
        rest = "".join(self._kept) + self.text[self._done :]
        return Extract(calls=tuple(self.calls), text=rest, defects=tuple(self.defects))


_JSON_BEGINS = ("{", "[{", "```")
"""No thought begins like this."""


class Format(Struct, frozen=True):
    """One text format: how its calls are found, and what else its models write around them."""

    name: str
    find: Finder
    thinking: tuple[tuple[str, str], ...] = (("<think>", "</think>"),)
    """Pairs of marks around reasoning. The first may be missing: prompts often open it."""
    noise: tuple[str, ...] = ()
    """Marks that belong to the template and never to the answer."""

    def __call__(self, text: str, tools: Sequence[ToolShape]) -> ParsedText:
        reasoning, answer = self._split_reasoning(text)
        extract = _find(self.find, answer, {tool.name: tool.parameters for tool in tools})
        return ParsedText(
            calls=tuple(_as_tool_call(call, index) for index, call in enumerate(extract.calls)),
            text=self._without_noise(extract.text),
            reasoning=extract.reasoning or reasoning,
            format=self.name,
            defects=extract.defects,
        )

    def _split_reasoning(self, text: str) -> tuple[str | None, str]:
        for opening, closing in self.thinking:
            end = text.find(closing)
            start = text.find(opening, 0, max(end, 0))
            is_opened = text.lstrip().startswith(opening)
            if end < 0 or (not is_opened and self._has_call(text[:end])):
                continue
            before = text[:start] if start >= 0 else ""
            thought = text[start + len(opening) if start >= 0 else 0 : end]
            return thought.strip() or None, before + text[end + len(closing) :]
        return None, text

    def _has_call(self, text: str) -> bool:
        """Tell whether the closing mark may stand inside the argument of a call."""
        if text.lstrip().startswith(_JSON_BEGINS):
            return True
        extract = _find(self.find, text, {})
        return bool(extract.calls) or Defect.TRUNCATED in extract.defects

    def _without_noise(self, text: str) -> str | None:
        for mark in self.noise:
            text = text.replace(mark, "")
        return text.strip() or None


def _find(finder: Finder, text: str, schemas: Schemas) -> Extract:
    try:
        return finder(text, schemas)
    except TooManyCallsError as error:
        return error.extract


def read_raw(name: str, raw: str, id_: str | None = None) -> Found:
    """Make a call of an argument string that should be JSON."""
    read = parse_arguments(raw)
    return Found(name=name, raw=raw, arguments=read.value, defects=read.defects, id=id_)


def in_turn(*finders: Finder) -> Finder:
    """Let each finder look at what the one before it left over."""

    def find(text: str, schemas: Schemas) -> Extract:
        calls: tuple[Found, ...] = ()
        defects: tuple[Defect, ...] = ()
        for finder in finders:
            extract = finder(text, schemas)
            calls += extract.calls
            defects += extract.defects
            text = extract.text
        return Extract(calls=calls, text=text, defects=defects)

    return find


def _as_tool_call(call: Found, index: int) -> ToolCall:
    return ToolCall(
        id=call.id or f"{MADE_UP_ID}{index}",
        name=call.name,
        raw=call.raw,
        arguments=call.arguments,
        defects=call.defects,
    )

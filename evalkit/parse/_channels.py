"""Formats that address each message: Harmony (gpt-oss), Muse, Beam."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from itertools import islice
from typing import NamedTuple, TypeAlias

from msgspec import Struct, field
from msgspec.structs import replace

from evalkit.parse._coerce import Untyped
from evalkit.parse._json_calls import read_argument_object
from evalkit.parse._parsed import MAX_CALLS, Extract, Found, Schemas, read_raw
from evalkit.parse._scan import NextMark
from evalkit.parse._xml_calls import XmlCalls, invoke_calls
from evalkit.transcript import Defect

_START = "<|start|>"
_BODY = "<|message|>"
_END = re.compile(r"<\|(?:end|call|return|eom|eot)\|>")
_RECIPIENT = re.compile(r"to=([^\s<]++)")
_CHANNEL = re.compile(r"<\|channel\|>\s*+(\w++)")
_BLOCK = "<atem:function_calls>"
_END_OF_BLOCK = "</atem:function_calls>"
_INVOKED = re.compile(r'<atem:invoke\s++name="([^"]*+)"')
_BUILT_IN = re.compile(r"(?:python|browser|container)(?:\.\w++)?")


class _Message(Struct, frozen=True):
    head: str
    body: str
    is_ended: bool

    @property
    def recipient(self) -> str | None:
        match = _RECIPIENT.search(self.head)
        return match[1] if match else None

    @property
    def channel(self) -> str:
        match = _CHANNEL.search(self.head)
        return match[1] if match else ""


class _Answer(Struct):
    calls: list[Found] = field(default_factory=list)
    text: list[str] = field(default_factory=list)
    reasoning: list[str] = field(default_factory=list)
    defects: list[Defect] = field(default_factory=list)

    def extract(self) -> Extract:
        return Extract(
            calls=tuple(self.calls),
            text="\n".join(filter(None, self.text)),
            reasoning="\n".join(filter(None, self.reasoning)) or None,
            defects=tuple(self.defects),
        )


class _Marks(NamedTuple):
    blocks: NextMark
    starts: NextMark


_Reader: TypeAlias = Callable[[_Message, Schemas, _Answer], None]


class Channels(Struct, frozen=True):
    """Takes a text apart into messages and lets `read` say what each one is."""

    read: _Reader

    def __call__(self, text: str, schemas: Schemas) -> Extract:
        answer = _Answer()
        for message in islice(_messages(text, answer), MAX_CALLS):
            self.read(message, schemas, answer)
        return answer.extract()


def _messages(text: str, answer: _Answer) -> Iterator[_Message]:
    """Split at the marks; what stands before the first one continues what the prompt began."""
    first = _END.search(text)
    body_at = text.find(_BODY)
    marks = _Marks(NextMark(text, _END_OF_BLOCK), NextMark(text, _START))
    at = 0
    if body_at < 0:
        answer.text.append(text)
        return
    if first and first.start() < body_at:
        answer.reasoning.append(text[: first.start()].strip())
        at = first.end()
    while (body_at := text.find(_BODY, at)) >= 0:
        start = body_at + len(_BODY)
        end, is_ended, following = _end_of_body(text, start, marks)
        yield _Message(text[at:body_at], text[start:end], is_ended)
        at = following
    if _RECIPIENT.search(text, at):
        answer.defects.append(Defect.TRUNCATED)


def _end_of_body(text: str, start: int, marks: _Marks) -> tuple[int, bool, int]:
    """Find the mark that ends a body: marks inside a JSON string or an element do not."""
    inside = start
    if text.startswith("{", start):
        inside = start + len(read_argument_object(text, start, start))
    elif text.startswith(_BLOCK, start):
        inside = min(marks.blocks.after(start) + len(_END_OF_BLOCK), len(text))
    following = marks.starts.after(inside)
    end = _END.search(text, inside, following)
    return (end.start(), True, end.end()) if end else (following, False, following)


def _read_harmony(message: _Message, schemas: Schemas, answer: _Answer) -> None:
    body = message.body.strip()
    recipient = message.recipient
    if recipient is None:
        (answer.reasoning if message.channel == "analysis" else answer.text).append(body)
    elif recipient in schemas or not _BUILT_IN.fullmatch(recipient):
        answer.calls.append(read_raw(recipient.removeprefix("functions."), body))
    else:
        answer.reasoning.append(body)


class _MuseReader(Struct, frozen=True):
    """Reads messages whose calls are elements; `to=self` is reasoning, `to=user` the answer."""

    elements: XmlCalls
    ignores_schemas: bool = False

    def __call__(self, message: _Message, schemas: Schemas, answer: _Answer) -> None:
        recipient = message.recipient
        if recipient == "self":
            answer.reasoning.append(message.body.strip())
            return
        named = {name: schemas[_offered(name, schemas)] for name in _names_in(message, schemas)}
        extract = self.elements(message.body, {} if self.ignores_schemas else named)
        if recipient in ("user", "commentary") or not extract.calls:
            answer.text.append(message.body.strip())
            answer.defects += [Defect.TRUNCATED] * (recipient is not None and not message.is_ended)
            return
        answer.calls += [replace(call, name=_offered(call.name, schemas)) for call in extract.calls]


def _names_in(message: _Message, schemas: Schemas) -> list[str]:
    names = [match[1] for match in _INVOKED.finditer(message.body)]
    return [name for name in names if _offered(name, schemas) in schemas]


def _offered(name: str, schemas: Schemas) -> str:
    """Drop the namespace that this format puts before a tool's name."""
    last = name.rpartition(".")[2]
    return last if name not in schemas and last in schemas else name


def _read_beam(message: _Message, schemas: Schemas, answer: _Answer) -> None:
    recipient = message.recipient
    if recipient is None:
        (answer.reasoning if message.channel == "analysis" else answer.text).append(
            message.body.strip()
        )
        return
    arguments = _BEAM_PARAMETERS.parameters(message.body, schemas.get(recipient))
    defects = () if message.is_ended else (Defect.TRUNCATED,)
    answer.calls.append(
        Found(name=recipient, raw=message.body, arguments=arguments, defects=defects)
    )


_ATEM = invoke_calls("atem:", wrapper=r"</?atem:function_calls>", untyped=Untyped.JSON)
_BEAM_PARAMETERS = invoke_calls("rfl:")

HARMONY = Channels(_read_harmony)
MUSE = Channels(_MuseReader(_ATEM))
MUSE_GLIMMER = Channels(_MuseReader(_ATEM, ignores_schemas=True))
BEAM = Channels(_read_beam)

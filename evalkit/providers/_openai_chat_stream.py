"""Streams of OpenAI Chat Completions: chunks -> the body that would have come in one piece."""

from __future__ import annotations

from collections.abc import Iterable

from evalkit.providers import _shape as shape
from evalkit.providers._api import Shown
from evalkit.providers._openai_chat_reply import BROKEN_STREAM, read_content
from evalkit.transcript import JsonObject, JsonValue

TEXTS = ("content", "reasoning", "reasoning_content", "refusal")
ABOUT_THE_REPLY = ("id", "model", "service_tier", "system_fingerprint", "error")
REASONING = "reasoning_content"
KNOWN = frozenset({"id", "index", "type", "function", "custom"})


def assemble(events: Iterable[JsonObject]) -> JsonObject:
    """Join the chunks of the first choice; fields that are not known keep their last value."""
    body: JsonObject = {}
    answer = _Answer()
    for chunk in events:
        body |= _about_the_reply(chunk)
        for choice in shape.objects(chunk, "choices", "a chunk"):
            if not choice.get("index"):
                answer.add(choice)
    body["choices"] = [answer.choice()] if answer.is_begun else []
    if answer.finish is None and not body.keys() & {"usage", "error"}:
        body[BROKEN_STREAM] = True
    return body


def _about_the_reply(chunk: JsonObject) -> JsonObject:
    """Return what a chunk says of the whole; Groq's older streams hide the usage."""
    usage = chunk.get("usage") or shape.part(chunk, "x_groq").get("usage")
    about = {key: chunk.get(key) for key in ABOUT_THE_REPLY} | {"usage": usage}
    return {key: value for key, value in about.items() if value}


def shown(event: JsonObject) -> Shown | None:
    for choice in shape.objects(event, "choices", "a chunk"):
        delta = shape.part(choice, "delta")
        if delta.get("tool_calls") or delta.get("function_call"):
            return Shown.CALL
        if any(delta.get(key) for key in TEXTS):
            return Shown.TEXT
    return None


class _Answer:
    """The message of one choice as it grows."""

    def __init__(self) -> None:
        self.is_begun = False
        self.finish: JsonValue = None
        self._other: JsonObject = {}
        self._texts: dict[str, list[str]] = {}
        self._calls: list[_Call] = []
        self._by_index: dict[int, _Call] = {}
        self._legacy: _Call | None = None

    def add(self, choice: JsonObject) -> None:
        self.is_begun = True
        if choice.get("finish_reason") is not None:
            self.finish = choice["finish_reason"]
        for key, value in shape.part(choice, "delta").items():
            self._add_field(key, value)

    def choice(self) -> JsonObject:
        message: JsonObject = {"role": "assistant", "content": None, **self._other}
        for key, pieces in self._texts.items():
            message[key] = "".join(pieces) or None
        if self._calls:
            message["tool_calls"] = [call.entry() for call in self._calls]
        if self._legacy:
            message["function_call"] = self._legacy.content()
        return {"index": 0, "message": message, "finish_reason": self.finish}

    def _add_field(self, key: str, value: JsonValue) -> None:
        match key, value:
            case "tool_calls", _:
                for delta in shape.objects({key: value}, key, "delta"):
                    self._call_of(delta).add(delta)
            case "function_call", dict():
                self._legacy = self._legacy or _Call()
                self._legacy.add({"function": value})
            case "content", list():
                text, thinking = read_content(value)
                self._texts.setdefault(key, []).append(text or "")
                self._texts.setdefault(REASONING, []).append(thinking or "")
            case _, str() if key in TEXTS:
                self._texts.setdefault(key, []).append(value)
            case _, None:
                pass
            case _:
                self._other[key] = value

    def _call_of(self, delta: JsonObject) -> _Call:
        """Find the call that a delta goes on with: by index, else by id, else the last one.

        Gemini's compatible endpoint gives every call the index 0: another id with another name
        is another call.
        """
        index, call_id = shape.count(delta, "index"), shape.string(delta, "id")
        if index is not None:
            known = self._by_index.get(index)
        elif call_id:
            known = next((call for call in self._calls if call.id == call_id), None)
        else:
            known = self._calls[-1] if self._calls else None
        if known is None or known.is_other(delta):
            known = _Call()
            self._calls.append(known)
            if index is not None:
                self._by_index[index] = known
        return known


class _Call:
    """One call as it grows; the first id and the first name that are given stay."""

    def __init__(self) -> None:
        self.id = ""
        self._name = ""
        self._kind = "function"
        self._key = "arguments"
        self._pieces: list[str] = []
        self._whole: JsonValue = None
        self._other: JsonObject = {}

    def is_other(self, delta: JsonObject) -> bool:
        """Say whether a delta begins another call, although its index or its lack says the same."""
        if not self._name or not shape.string(shape.part(delta, "function"), "name"):
            return False
        call_id = shape.string(delta, "id")
        return call_id != self.id if call_id and self.id else "index" not in delta

    def add(self, delta: JsonObject) -> None:
        self.id = self.id or shape.string(delta, "id")
        if delta.get("type") == "custom":
            self._kind, self._key = "custom", "input"
        content = shape.part(delta, self._kind)
        self._name = self._name or shape.string(content, "name")
        arguments = content.get(self._key)
        if isinstance(arguments, str):
            self._pieces.append(arguments)
        elif arguments is not None:
            self._whole = arguments
        self._other |= {key: value for key, value in delta.items() if key not in KNOWN}

    def content(self) -> JsonObject:
        arguments = "".join(self._pieces) if self._whole is None else self._whole
        return {"name": self._name, self._key: arguments}

    def entry(self) -> JsonObject:
        known: JsonObject = {"id": self.id, "type": self._kind, self._kind: self.content()}
        return {**known, **self._other}

"""The part of a conversation that one expectation is about."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from itertools import pairwise

from evalkit.matchers import Context
from evalkit.suite import Case
from evalkit.transcript import (
    Exchange,
    Message,
    Prompt,
    Stop,
    ToolCall,
    ToolResult,
    Transcript,
    Turn,
)

_NOTHING_SEEN = Context(allow_python=True)
"""Before any tool result. A suite was loaded with `$python` in it only where that was allowed."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Placed:
    """A call and its place in the conversation."""

    call: ToolCall
    index: int
    """In `Transcript.calls`."""
    turn: int
    """In `Transcript.turns`."""
    context: Context
    """The tool results that the model had seen when it made the call."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Scene:
    """A whole conversation, or what followed one line of a scripted user."""

    before: tuple[Message, ...]
    """Everything that came earlier, what the suite laid before the model included."""
    messages: tuple[Message, ...]
    turns: tuple[Turn, ...]
    first_turn: int = 0
    """The place of the first of them in `Transcript.turns`."""
    calls: tuple[Placed, ...]
    exchanges: tuple[Exchange, ...]
    stop: Stop
    context: Context
    """All tool results, for the last answer."""

    @property
    def text(self) -> str:
        """What the last answer says; empty where it says nothing."""
        return (self.turns[-1].text or "") if self.turns else ""


def whole(case: Case, transcript: Transcript) -> Scene:
    """The conversation from the first answer to the last."""
    calls, context = _place(case.given, transcript.messages)
    return Scene(
        before=case.given,
        messages=transcript.messages,
        turns=transcript.turns,
        calls=calls,
        exchanges=transcript.exchanges,
        stop=transcript.stop,
        context=context,
    )


def parts(scene: Scene) -> Iterator[Scene]:
    """What followed each line of a scripted user, first line first."""
    starts = [
        index
        for index, message in enumerate(scene.messages)
        if isinstance(message, Prompt) and message.role == "user"
    ]
    edges = [0, *starts, len(scene.messages)]
    first = 0
    for begin, end in pairwise(edges):
        part = _part(scene, begin, end, first)
        first += len(part.turns)
        yield part


def _part(scene: Scene, begin: int, end: int, first: int) -> Scene:
    """The scene of those messages; `first` is the place of their first turn."""
    messages = scene.messages[begin:end]
    turns = tuple(message for message in messages if isinstance(message, Turn))
    after = first + len(turns)
    later = [placed.context for placed in scene.calls if placed.turn >= after]
    return Scene(
        before=scene.before + scene.messages[:begin],
        messages=messages,
        turns=turns,
        first_turn=first,
        calls=tuple(placed for placed in scene.calls if first <= placed.turn < after),
        exchanges=scene.exchanges[first:after],
        stop=scene.stop if after == len(scene.turns) else Stop.ANSWERED,
        context=later[0] if later else scene.context,
    )


def _place(
    given: tuple[Message, ...], messages: tuple[Message, ...]
) -> tuple[tuple[Placed, ...], Context]:
    context = _seen(_NOTHING_SEEN, given)
    calls: list[Placed] = []
    turn = -1
    for message in messages:
        if isinstance(message, Turn):
            turn += 1
            for call in message.calls:
                calls.append(Placed(call=call, index=len(calls), turn=turn, context=context))
        else:
            context = _seen(context, (message,))
    return tuple(calls), context


def _seen(context: Context, messages: tuple[Message, ...]) -> Context:
    found = tuple((m.name, m.content) for m in messages if isinstance(m, ToolResult))
    return replace(context, results=context.results + found) if found else context

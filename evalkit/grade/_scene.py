"""The part of a conversation that one expectation is about."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cached_property
from itertools import pairwise

from msgspec import Struct
from msgspec.structs import replace

from evalkit.matchers import Context
from evalkit.transcript import (
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


class Placed(Struct, frozen=True, kw_only=True):
    """A call and its place in the conversation."""

    call: ToolCall
    index: int
    """In the calls of the whole conversation."""
    turn: int
    """In the turns of the whole conversation."""
    context: Context
    """The tool results that the model had seen when it made the call."""


class Scene:
    """A whole conversation, or what followed one line of a scripted user.

    Where the calls stand and what the model had seen is worked out when a grader asks.
    """

    def __init__(
        self,
        given: tuple[Message, ...],
        transcript: Transcript,
        *,
        first_turn: int = 0,
        first_call: int = 0,
    ) -> None:
        self.before = given
        """Everything that came earlier, what the suite laid before the model included."""
        self.transcript = transcript
        self.turns = transcript.turns
        self.first_turn = first_turn
        """The place of the first of the turns in the whole conversation."""
        self._first_call = first_call

    @property
    def text(self) -> str:
        """What the last answer says; empty where it says nothing."""
        return (self.turns[-1].text or "") if self.turns else ""

    @cached_property
    def calls(self) -> tuple[Placed, ...]:
        """Every call of every turn, in order."""
        context = _seen(_NOTHING_SEEN, self.before)
        calls: list[Placed] = []
        turn = self.first_turn - 1
        for message in self.transcript.messages:
            if isinstance(message, Turn):
                turn += 1
                for call in message.calls:
                    index = self._first_call + len(calls)
                    calls.append(Placed(call=call, index=index, turn=turn, context=context))
            else:
                context = _seen(context, (message,))
        return tuple(calls)

    @cached_property
    def context(self) -> Context:
        """The tool results that the model had seen when it gave its last answer."""
        return _seen(_NOTHING_SEEN, (*self.before, *self.transcript.messages))

    def parts(self) -> Iterator[Scene]:
        """What followed each line of a scripted user, first line first."""
        messages = self.transcript.messages
        starts = [
            index
            for index, message in enumerate(messages)
            if isinstance(message, Prompt) and message.role == "user"
        ]
        turn, call = self.first_turn, self._first_call
        for begin, end in pairwise([0, *starts, len(messages)]):
            part = Scene(
                self.before + messages[:begin],
                self._cut(begin, end, turn),
                first_turn=turn,
                first_call=call,
            )
            turn += len(part.turns)
            call += len(part.transcript.calls)
            yield part

    def _cut(self, begin: int, end: int, turn: int) -> Transcript:
        """The transcript of those messages only, of which the first turn is that one."""
        messages = self.transcript.messages[begin:end]
        turns = sum(isinstance(message, Turn) for message in messages)
        is_last = end == len(self.transcript.messages)
        return replace(
            self.transcript,
            messages=messages,
            exchanges=self.transcript.exchanges[turn : turn + turns],
            stop=self.transcript.stop if is_last else Stop.ANSWERED,
        )


def _seen(context: Context, messages: tuple[Message, ...]) -> Context:
    found = tuple((m.name, m.content) for m in messages if isinstance(m, ToolResult))
    return replace(context, results=context.results + found) if found else context

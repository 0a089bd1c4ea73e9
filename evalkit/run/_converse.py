"""The conversation of one case, as a generator: it yields messages and is sent a turn."""

from __future__ import annotations

from collections.abc import Generator
from dataclasses import dataclass

from evalkit.suite import Case
from evalkit.tools import Toolbox
from evalkit.transcript import Message, Prompt, Stop, Turn


@dataclass(frozen=True, slots=True, kw_only=True)
class Ending:
    """How a conversation ended."""

    stop: Stop
    limits: tuple[str, ...] = ()
    """Each limit that struck, in a sentence."""


Conversation = Generator[tuple[Message, ...], Turn, Ending]


def converse(case: Case, toolbox: Toolbox, messages: list[Message]) -> Conversation:
    """Lead the conversation of a case to its end.

    Yields all messages so far, is sent the model's next turn, and returns how it ended. What
    happens is appended to `messages`, so that a conversation that breaks off is kept as far as it
    got. The calls of a turn are answered where the suite simulates the tools; otherwise a turn
    with calls ends the conversation, for nothing can be said back.
    """
    ending = yield from _exchange_turns(case, toolbox, messages)
    for user in case.turns[1:]:
        if ending.stop is not Stop.ANSWERED or _is_waiting_for_tools(messages):
            break
        messages.append(Prompt(role="user", text=user.text))
        ending = yield from _exchange_turns(case, toolbox, messages)
    return ending


def _exchange_turns(case: Case, toolbox: Toolbox, messages: list[Message]) -> Conversation:
    """Go back and forth until the model answers without calling a tool."""
    for _ in range(case.settings.max_turns):
        turn = yield (*case.given, *messages)
        messages.append(turn)
        if turn.stop is not Stop.ANSWERED or not turn.calls or not toolbox.is_simulated:
            return Ending(stop=turn.stop)
        messages += toolbox.answer(turn.calls)
    return Ending(
        stop=Stop.TURN_LIMIT,
        limits=(f"stopped after {case.settings.max_turns} turns (settings.max_turns)",),
    )


def _is_waiting_for_tools(messages: list[Message]) -> bool:
    last = messages[-1]
    return isinstance(last, Turn) and bool(last.calls)

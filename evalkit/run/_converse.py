"""The conversation of one case, as a generator without I/O: it yields what it wants to be sent."""

from __future__ import annotations

from collections.abc import Generator
from typing import TypeAlias

from evalkit.run._alerts import alerts_of, slow_alert
from evalkit.run._course import Ask, Course, Errands
from evalkit.run._limits import CallLimits
from evalkit.run._timetable import timed
from evalkit.run._window import fitting
from evalkit.suite import Case
from evalkit.tools import Answer, FunctionCall, Prepared, Toolbox
from evalkit.transcript import Message, Prompt, Stop, Turn

Request: TypeAlias = Ask | Errands
Reply: TypeAlias = Turn | tuple[Answer, ...]
"""A turn to an `Ask`, answers to `Errands`."""
Conversation: TypeAlias = Generator[Request, Reply, Stop]


def converse(case: Case, toolbox: Toolbox, course: Course) -> Conversation:
    """Lead the conversation of a case to its end, and return why it ended.

    What happens is noted in `course`, so that a conversation that breaks off is kept as far as it
    got. Whoever sends turns adds what they took to `course.now_s`; the loop adds the tools. The
    calls of a turn are answered where the suite simulates the tools; otherwise a turn with calls
    ends the conversation, for nothing can be said back, and the calls themselves are judged.

    Raises:
        NotSimulated: a valid call has no answer in the suite.
        UnusableTemplate, PluginFailed: the answer of a simulated tool cannot be made.
    """
    return _Conversation(case, toolbox, course).lead()


class _Conversation:
    """One conversation under way."""

    def __init__(self, case: Case, toolbox: Toolbox, course: Course) -> None:
        self._case = case
        self._settings = case.settings
        self._toolbox = toolbox
        self._course = course
        self._limits = CallLimits(case.settings)
        self._turns: list[Turn] = []
        self._left_out = 0

    def lead(self) -> Conversation:
        stop = yield from self._until_answered()
        for user in self._case.turns[1:]:
            if stop is not Stop.ANSWERED or self._is_waiting_for_tools():
                break
            self._course.messages.append(Prompt(role="user", text=user.text))
            stop = yield from self._until_answered()
        return stop

    def _until_answered(self) -> Conversation:
        """Go back and forth until the model answers without calling a tool, or a limit strikes."""
        while True:
            messages = self._next_messages()
            if isinstance(messages, Stop):
                return messages
            turn = yield from self._asked(messages)
            if not self._goes_on(turn):
                return turn.stop
            stop = self._stop_before_calling(turn)
            if stop is not None:
                return stop
            yield from self._use_tools(turn)

    def _next_messages(self) -> tuple[Message, ...] | Stop:
        """What the model is sent next, or the limit that forbids to ask it."""
        if len(self._turns) >= self._settings.max_turns:
            most = self._settings.max_turns
            return self._stopped(Stop.TURN_LIMIT, f"more than {most} turns (settings.max_turns)")
        if self._is_time_up():
            return self._time_is_up()
        messages = (*self._case.given, *self._course.messages)
        tokens = self._settings.context_tokens
        return messages if tokens is None else self._window(messages, tokens)

    def _window(self, messages: tuple[Message, ...], tokens: int) -> tuple[Message, ...] | Stop:
        window = fitting(messages, self._case.tools, tokens)
        setting = f"{tokens:,} tokens (settings.context_tokens)"
        if window is None:
            return self._stopped(Stop.CONTEXT_OVERFLOW, f"the last exchange outgrows {setting}")
        left_out = len(messages) - len(window)
        if left_out > self._left_out:
            self._note(f"{left_out} of {len(messages)} messages left out to fit {setting}")
        self._left_out = left_out
        return window

    def _asked(self, messages: tuple[Message, ...]) -> Generator[Request, Reply, Turn]:
        turn = yield Ask(messages=messages)
        assert isinstance(turn, Turn)
        before = self._turns[-1] if self._turns else None
        self._turns.append(turn)
        self._course.messages.append(turn)
        for alert in alerts_of(turn, before, self._settings):
            self._alert(alert)
        return turn

    def _goes_on(self, turn: Turn) -> bool:
        """Whether there are calls to answer; the stop reason is not asked where it may lie."""
        if not turn.calls or not self._toolbox.can_answer(turn.calls):
            return False
        return turn.stop is Stop.ANSWERED or all(c.arguments is not None for c in turn.calls)

    def _stop_before_calling(self, turn: Turn) -> Stop | None:
        if self._is_time_up():
            return self._time_is_up()
        strike = self._limits.strike(turn)
        return None if strike is None else self._stopped(*strike)

    def _use_tools(self, turn: Turn) -> Generator[Request, Reply, None]:
        """Answer every call of a turn, in order."""
        course, settings = self._course, self._settings
        if len(turn.calls) > settings.max_parallel_calls:
            at_once = f"{settings.max_parallel_calls} at once (settings.max_parallel_calls)"
            self._note(f"{len(turn.calls)} calls, run {at_once}")
        prepared = self._toolbox.prepare(turn.calls, course.now_s)
        answers = yield from self._answers(prepared)
        times, course.now_s = timed(answers, course.now_s, settings)
        for call, time in zip(prepared, times, strict=True):
            result = call.result(time.answer)
            course.messages.append(result)
            self._toolbox.learn(result)
            if time.limit is not None:
                self._note(f"{result.name} did not answer in time (settings.{time.limit})")
            if call.is_limited:
                self._note(f"{result.name} was called too often (settings.rate_limits)")
            alert = slow_alert(result.name, time.took_s, settings)
            if alert is not None:
                self._alert(alert)

    def _answers(
        self, prepared: tuple[Prepared, ...]
    ) -> Generator[Request, Reply, tuple[Answer, ...]]:
        """Collect the answers of all calls; those of functions come from outside."""
        errands = tuple(c.answer for c in prepared if isinstance(c.answer, FunctionCall))
        reply: Reply = ()
        if errands:
            left_s = self._settings.conversation_timeout_s - self._course.now_s
            timeout_s = min(self._settings.tool_timeout_s, left_s)
            reply = yield Errands(calls=errands, timeout_s=timeout_s)
        assert not isinstance(reply, Turn)
        returned = iter(reply)
        return tuple(
            call.finished(next(returned) if isinstance(call.answer, FunctionCall) else call.answer)
            for call in prepared
        )

    def _is_waiting_for_tools(self) -> bool:
        last = self._course.messages[-1]
        return isinstance(last, Turn) and bool(last.calls)

    def _is_time_up(self) -> bool:
        return self._course.now_s >= self._settings.conversation_timeout_s

    def _time_is_up(self) -> Stop:
        most_s = self._settings.conversation_timeout_s
        what = f"more than {most_s:g} s in all (settings.conversation_timeout_s)"
        return self._stopped(Stop.TIMEOUT, what)

    def _stopped(self, stop: Stop, what: str) -> Stop:
        self._note(f"stopped: {what}")
        return stop

    def _note(self, limit: str) -> None:
        self._course.limits.append(f"turn {len(self._turns)}: {limit}")

    def _alert(self, alert: str) -> None:
        self._course.alerts.append(f"turn {len(self._turns)}: {alert}")

"""The tools of one conversation: which calls reach them, and what they answer."""

from __future__ import annotations

import copy
import math
import random
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence

from msgspec import Struct, field

from evalkit.errors import EvalkitError
from evalkit.matchers import Context
from evalkit.suite import Case, Fault, PythonCall, Returned, Simulated
from evalkit.tools._answer import Answer, failed
from evalkit.tools._bucket import Bucket
from evalkit.tools._faults import befall, rate_limited, replaces_answer
from evalkit.tools._functions import FunctionCall
from evalkit.tools._judged import judged_tools
from evalkit.tools._validation import validator_for
from evalkit.transcript import JsonObject, JsonValue, ToolCall, ToolResult

LONGEST_REFUSAL = 1000


class NotSimulated(EvalkitError):
    """The model made a valid call that the suite's simulation has no answer for."""


class Prepared(Struct, frozen=True, kw_only=True):
    """A call that has been decided on; `faults` befall the answer, the last one first."""

    call: ToolCall
    answer: Answer | FunctionCall
    faults: tuple[Fault, ...] = ()
    is_limited: bool = False
    """Whether a rate limit of the suite held it back."""

    def finished(self, answer: Answer) -> Answer:
        """Let the planned faults befall what the tool answered.

        Raises:
            PluginFailed: a fault of an installed package cannot be used.
        """
        for fault in reversed(self.faults):
            answer = befall(answer, fault)
        return answer

    def result(self, answer: Answer) -> ToolResult:
        """Make the message to the model, signed with the faults behind it."""
        return ToolResult(
            call_id=answer.call_id,
            name=self.call.name,
            content=answer.content,
            is_error=answer.is_error,
            fault=", ".join(fault.name for fault in self.faults) or None,
        )


class Memory(Struct):
    """What the simulated tools of one conversation remember."""

    state: JsonObject = field(default_factory=dict)
    results: list[tuple[str, JsonValue]] = field(default_factory=list)
    """What each tool has answered, for `$result`."""
    calls: Counter[str] = field(default_factory=Counter)
    """How often each tool was reached."""
    uses: Counter[tuple[str, int]] = field(default_factory=Counter)
    """How often each rule of a tool has applied."""


class Toolbox:
    """Decides what each call of one conversation is answered; it remembers, so it serves once."""

    def __init__(self, case: Case, trial: int = 0) -> None:
        self._case = case
        self._trial = trial
        self._tools = {tool.name: tool for tool in case.tools}
        self._memory = Memory()
        self._buckets = {
            name: Bucket(limit.calls, limit.per_s)
            for name, limit in case.settings.rate_limits.items()
        }

    def can_answer(self, calls: Iterable[ToolCall]) -> bool:
        """Whether the conversation goes on after these calls.

        It does not where the suite simulates nothing, nor where a tool is called that has no
        rules, but that the case expects or forbids: then the call itself is what is judged.
        """
        simulated = self._case.simulate
        without = {call.name for call in calls if call.name not in simulated}
        if not simulated or not without:
            return bool(simulated)
        return without.isdisjoint(judged_tools(self._case))

    def prepare(self, calls: Sequence[ToolCall], now_s: float) -> tuple[Prepared, ...]:
        """Decide what each call of a turn is answered, in order.

        A call that no tool may see (unknown tool, no JSON object, invalid arguments, too many of
        them) is answered with an error that says what to mend.

        Raises:
            NotSimulated: no rule of the suite applies to a valid call.
            UnusableTemplate: an answer cannot be made of the arguments.
        """
        return tuple(self._prepared(call, now_s) for call in calls)

    def learn(self, result: ToolResult) -> None:
        """Remember a result for the `$result` of later rules."""
        self._memory.results.append((result.name, result.content))

    def _prepared(self, call: ToolCall, now_s: float) -> Prepared:
        refusal = self._refusal(call)
        if refusal is not None:
            shown = refusal[:LONGEST_REFUSAL]
            return Prepared(call=call, answer=failed(call.id, "invalid_call", shown))
        bucket = self._buckets.get(call.name)
        wait_s = bucket.take(now_s) if bucket else 0
        if wait_s > 0:
            return Prepared(
                call=call, answer=rate_limited(call.id, math.ceil(wait_s)), is_limited=True
            )
        return self._planned(call)

    def _refusal(self, call: ToolCall) -> str | None:
        tool = self._tools.get(call.name)
        if tool is None:
            return f"There is no tool {call.name!r}. The tools are: {', '.join(self._tools)}."
        if call.arguments is None:
            return "The arguments are not a JSON object."
        errors = validator_for(tool).errors(call.arguments)
        return "; ".join(f"{error.path}: {error.reason}" for error in errors) or None

    def _planned(self, call: ToolCall) -> Prepared:
        """Go through the rules: faults strike on the way, and the first answer ends it."""
        assert call.arguments is not None
        memory = self._memory
        memory.calls[call.name] += 1
        faults: list[Fault] = []
        answer: Answer | FunctionCall | None = None
        # The rule that answers sees what those before it remembered, and the state as it was.
        facts: JsonObject = {
            "args": call.arguments,
            "state": dict(memory.state),
            "call": memory.calls[call.name],
        }
        for rule in self._rules(call.name, call.arguments):
            memory.state.update(rule.remembered(facts))
            match rule.answer:
                case Fault() as fault:
                    faults.append(fault)
                    if replaces_answer(fault):
                        break
                case Returned() as returned:
                    answer = Answer(call_id=call.id, content=returned.filled(facts))
                    break
                case PythonCall(function=function):
                    answer = self._function_call(call, function)
                    break
        if answer is None and not faults:
            raise self._not_simulated(call)
        return Prepared(
            call=call,
            answer=answer or Answer(call_id=call.id, content={}),
            faults=tuple(faults),
        )

    def _function_call(self, call: ToolCall, function: str) -> FunctionCall:
        assert call.arguments is not None
        return FunctionCall(
            call_id=call.id,
            function=function,
            arguments=copy.deepcopy(call.arguments),
            state=self._memory.state,
        )

    def _rules(self, name: str, arguments: JsonObject) -> Iterator[Simulated]:
        """Yield each rule that applies, and count that it did."""
        memory = self._memory
        context = Context(results=tuple(memory.results), allow_python=True)
        state = dict(memory.state)
        for place, rule in enumerate(self._case.simulate.get(name, ())):
            used = memory.uses[name, place]
            is_spent = rule.times is not None and used >= rule.times
            if is_spent or not rule.applies(arguments, state, context):
                continue
            if rule.rate < 1 and not self._strikes(rule, name, place):
                continue
            memory.uses[name, place] += 1
            yield rule

    def _strikes(self, rule: Simulated, name: str, place: int) -> bool:
        """Draw by the seed; the same call of the same trial always draws the same."""
        nth = self._memory.calls[name]
        drawn = random.Random(f"{rule.seed}/{self._trial}/{name}/{place}/{nth}")  # noqa: S311 - repeatable, no secret
        return drawn.random() < rule.rate

    def _not_simulated(self, call: ToolCall) -> NotSimulated:
        rules: Mapping[str, object] = self._case.simulate
        unused = "; the rules there do not apply" if call.name in rules else ""
        return NotSimulated(
            f"the call {call.name}({str(call.arguments)[:LONGEST_REFUSAL]}) is not simulated",
            where=self._case.where,
            hint=f"add a rule for it under 'simulate: {call.name}:'{unused}",
        )

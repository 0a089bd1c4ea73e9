"""The shell around a conversation: it does the asking and the errands that the loop wants."""

from __future__ import annotations

from msgspec import Struct, field

from evalkit.cassettes import Cassette
from evalkit.run._converse import Reply, Request, converse
from evalkit.run._course import Ask, Course, Errands
from evalkit.run._exchange import Answer, Asker, World
from evalkit.run._log import ConversationLog
from evalkit.suite import Case
from evalkit.tools import Toolbox, Workshop
from evalkit.transcript import Stop


class Talk(Struct, kw_only=True):
    """One conversation with one provider."""

    conversation: str
    """The correlation id."""
    case: Case
    trial: int
    world: World
    course: Course = field(default_factory=Course)
    answers: list[Answer] = field(default_factory=list)

    async def hold(self, asker: Asker, cassette: Cassette, log: ConversationLog) -> Stop:
        """Hold the conversation to its end; trouble leaves it as far as it got."""
        conversation = converse(self.case, Toolbox(self.case, self.trial), self.course)
        request = next(conversation)
        while True:
            reply = await self._fulfilled(request, asker, cassette)
            try:
                request = conversation.send(reply)
            except StopIteration as end:
                stop: Stop = end.value
                return stop
            finally:
                log.heard(self.course, [answer.exchange for answer in self.answers])

    async def _fulfilled(self, request: Request, asker: Asker, cassette: Cassette) -> Reply:
        match request:
            case Ask(messages=messages):
                answer = await asker.ask(messages, self.case, cassette, self.trial)
                self.answers.append(answer)
                self.course.now_s += answer.exchange.latency_s or 0.0
                return answer.turn
            case Errands(calls=calls, timeout_s=timeout_s):
                return await self._workshop(timeout_s).run(calls)

    def _workshop(self, timeout_s: float) -> Workshop:
        return Workshop(
            most=self.case.settings.max_parallel_calls,
            timeout_s=timeout_s,
            clock=self.world.clock,
            redact=self.world.redaction.text,
        )

"""Conversations that are held with planned turns, without any provider."""

from evalkit.run import Ask, Course, converse
from evalkit.tools import Answer, Toolbox
from evalkit.transcript import ToolCall, ToolResult, Turn

SIMULATED = "simulate: {get_order: open, pay: paid}\n"
HELLO = Turn(text="Hello!")


def call(call_id="c1", name="get_order", **arguments):
    return ToolCall(id=call_id, name=name, raw=None, arguments=arguments)


def asks(*order_ids, **more):
    """A turn that looks up these orders."""
    calls = (call(f"c-{one}", order_id=one) for one in order_ids)
    return Turn(calls=tuple(calls), **more)


class Held:
    """A conversation that was held to its end with planned turns."""

    def __init__(self, case, turns, *, latency_s=0.0, took_s=0.0, trial=0, course=None):
        self.course = course or Course()
        self.asked = []
        self.errands = []
        self.stop = None
        self._hold(converse(case, Toolbox(case, trial), self.course), turns, latency_s, took_s)

    def _hold(self, conversation, turns, latency_s, took_s):
        planned = iter(turns)
        request = next(conversation)
        while True:
            if isinstance(request, Ask):
                self.asked.append(request.messages)
                self.course.now_s += latency_s
                reply = next(planned)
            else:
                self.errands.append(request)
                reply = tuple(
                    Answer(call_id=one.call_id, content="done", took_s=took_s)
                    for one in request.calls
                )
            try:
                request = conversation.send(reply)
            except StopIteration as end:
                self.stop = end.value
                return

    @property
    def results(self):
        return [message for message in self.course.messages if isinstance(message, ToolResult)]

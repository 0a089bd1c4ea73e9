"""When the tools of one turn begin and end, so many at once, without anybody waiting for them."""

from __future__ import annotations

from collections.abc import Sequence
from heapq import heapify, heappop, heappush

from msgspec import Struct

from evalkit.suite import Settings
from evalkit.tools import Answer, failed


class Timed(Struct, frozen=True, kw_only=True):
    """An answer and its time."""

    answer: Answer
    """An error in its place where the tool took too long."""
    took_s: float
    limit: str | None = None
    """The setting that cut it short."""


def timed(
    answers: Sequence[Answer], began_s: float, settings: Settings
) -> tuple[tuple[Timed, ...], float]:
    """Hold each answer against its limits; tell also when the last one is there.

    Tools begin in order, each as soon as a place is free. None lasts longer than a tool may, nor
    beyond the end of the conversation.
    """
    free = [began_s] * min(settings.max_parallel_calls, max(1, len(answers)))
    heapify(free)
    times = []
    for answer in answers:
        start_s = heappop(free)
        time = _timed(answer, settings.conversation_timeout_s - start_s, settings)
        heappush(free, start_s + time.took_s)
        times.append(time)
    return tuple(times), max(free)


def _timed(answer: Answer, left_s: float, settings: Settings) -> Timed:
    most_s = settings.tool_timeout_s
    if answer.took_s <= min(most_s, left_s) and left_s > 0:
        return Timed(answer=answer, took_s=answer.took_s)
    if most_s <= left_s:
        message = f"The tool did not answer within {most_s:g} s."
        late = failed(answer.call_id, "timeout", message)
        return Timed(answer=late, took_s=most_s, limit="tool_timeout_s")
    late = failed(answer.call_id, "timeout", "The tool did not answer before time was up.")
    return Timed(answer=late, took_s=max(0.0, left_s), limit="conversation_timeout_s")

"""A recorded answer in the pieces and at the times in which it came."""

from __future__ import annotations

from collections.abc import Iterator

from evalkit.cassettes._recording import Recording


def paced(recording: Recording, speed: float | None) -> Iterator[tuple[float, bytes]]:
    """Yield each piece of a body after the seconds to wait for it; all at once without a speed."""
    body, facts = recording.answered.body, recording.facts
    if speed is None:
        yield 0.0, body
        return
    marks = facts.chunks or ((facts.latency_s or 0.0, len(body)),)
    came_s, came = 0.0, 0
    for second, size in marks:
        yield max(0.0, second - came_s) / speed, body[came:size]
        came_s, came = second, size
    if came < len(body):
        yield 0.0, body[came:]

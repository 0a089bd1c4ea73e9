"""Which cassette answers the requests made here and now."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar

from msgspec import Struct, field

from evalkit.cassettes._cassette import Cassette
from evalkit.cassettes._recording import Answered, Asked, Recording, Timing
from evalkit.cassettes._unwrapped import unwrapped
from evalkit.errors import UsageError


class Playing(Struct, frozen=True):
    """A cassette while it answers the requests of one trial."""

    cassette: Cassette
    trial: int
    exchanges: list[Recording] = field(default_factory=list)
    """What was asked and answered, in the order of the answers; refused requests included."""

    def play(self, asked: Asked) -> Recording | None:
        """Play the recording of a request, or return None when the provider is to be asked."""
        recording = self.cassette.play(asked, self.trial)
        if recording is not None:
            self.exchanges.append(recording)
        return recording

    def record(self, asked: Asked, answered: Answered, timing: Timing) -> None:
        self.exchanges.append(self.cassette.record(asked, answered, self.trial, timing))


_active: ContextVar[Playing | None] = ContextVar("evalkit_cassette", default=None)


@contextmanager
def playing(cassette: Cassette, trial: int = 0) -> Iterator[Playing]:
    """Answer every request of this task or thread, and of tasks begun in it, from a cassette."""
    active = Playing(cassette, trial)
    token = _active.set(active)
    try:
        yield active
    finally:
        _active.reset(token)


def active() -> Playing:
    """Return what plays here and now.

    Raises:
        UsageError: nothing does.
    """
    found = _active.get()
    if found is None:
        raise unwrapped(UsageError)(
            "a request was made while no cassette is playing",
            hint="make it inside `with playing(cassette):`; a thread needs its own",
        )
    return found

"""Python's garbage collector, kept out of work that makes many values and drops few."""

from __future__ import annotations

import gc
from collections.abc import Iterator
from contextlib import contextmanager


@contextmanager
def without_collector() -> Iterator[None]:
    """Hold the collector off: it would walk all that was made again and again, for nothing.

    Each step does so for itself; whoever takes several holds it off for all of them. What was
    made counts as old in the end, or the collector would walk it all at once.
    """
    was_enabled = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_enabled:
            if not gc.get_freeze_count():  # else somebody keeps objects frozen, who stay so
                gc.freeze()
                gc.unfreeze()
            gc.enable()

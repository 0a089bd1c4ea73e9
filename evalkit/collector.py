"""Python's garbage collector, kept out of work that makes many values and drops few."""

from __future__ import annotations

import gc
from collections.abc import Iterator
from contextlib import contextmanager


@contextmanager
def without_collector() -> Iterator[None]:
    """Hold the collector off: it would walk all that was made again and again, for nothing.

    Each step does so for itself; whoever takes several holds it off for all of them.
    """
    was_enabled = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_enabled:
            gc.enable()

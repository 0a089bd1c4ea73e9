"""One process at a time changes a folder of cassettes."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from evalkit.errors import UsageError

if sys.platform != "win32":
    import fcntl


@contextmanager
def locked(folder: Path) -> Iterator[None]:
    """Wait for the folder and hold it; the system lets go when the process dies.

    The folder itself is locked, so that no lock file is left among the cassettes.
    """
    if sys.platform == "win32":
        raise UsageError(
            f"{folder} cannot be locked: under Windows cassettes are only replayed",
            hint="record under Linux, macOS or WSL",
        )
    descriptor = os.open(folder, os.O_RDONLY | os.O_CLOEXEC)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX)
        yield
    finally:
        os.close(descriptor)


def claim(descriptor: int) -> bool:
    """Lock an open file unless a living process holds it; tell whether that worked.

    To be called while its folder is locked.
    """
    if sys.platform == "win32":
        return False
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True

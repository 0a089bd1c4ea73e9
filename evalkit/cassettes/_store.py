"""Cassette files on disk: read, and replaced as a whole or not at all."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Iterable, Sequence
from contextlib import suppress
from glob import escape
from pathlib import Path
from secrets import token_hex
from typing import TypeAlias

from evalkit.cassettes._read import load
from evalkit.cassettes._recording import Recording
from evalkit.cassettes._write import dump
from evalkit.errors import InvalidCassette

if sys.platform == "darwin":
    import fcntl

_Selection: TypeAlias = Callable[[Sequence[Recording]], Iterable[Recording]]


def read(path: Path) -> tuple[Recording, ...]:
    """Read a cassette; a file that does not exist holds nothing.

    Raises:
        InvalidCassette: it cannot be read.
    """
    try:
        text = path.read_bytes().decode("utf-8")
    except FileNotFoundError:
        return ()
    except UnicodeDecodeError as error:
        raise InvalidCassette(f"not UTF-8 at byte {error.start}", where=str(path)) from error
    except OSError as error:
        raise InvalidCassette(f"cannot be read: {error.strerror}", where=str(path)) from error
    return load(text, str(path)) if text.strip() else ()


def merge(path: Path, fresh: Iterable[Recording], kept: _Selection) -> None:
    """Add recordings to what is kept of a file as it is now; other processes may have changed it.

    The folder must be locked. Recordings stand in the order of their trials, then of their turns.
    """
    replace_file(path, dump(sorted([*kept(read(path)), *fresh], key=_trial)))


def replace_file(path: Path, text: str) -> None:
    """Write a file so that after a crash it is the old one or the new one."""
    draft = path.with_name(f".{path.name}.{token_hex(4)}.tmp")
    try:
        with draft.open("xb") as file:
            file.write(text.encode("utf-8"))
            file.flush()
            _sync(file.fileno())
        draft.replace(path)
    finally:
        with suppress(FileNotFoundError):
            draft.unlink()
    _sync_folder(path.parent)


def discard_drafts(path: Path) -> None:
    """Delete what processes left that were killed while they replaced a file.

    The folder must be locked, so that no draft belongs to a living process.
    """
    for draft in path.parent.glob(f".{escape(path.name)}.*.tmp"):
        draft.unlink()


def _sync(descriptor: int) -> None:
    """Wait until a file is on the disk; under macOS `fsync` leaves it in the drive's own cache."""
    if sys.platform == "darwin":
        with suppress(OSError):  # a network drive may not know it
            fcntl.fcntl(descriptor, fcntl.F_FULLFSYNC)
            return
    os.fsync(descriptor)


def _sync_folder(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _trial(recording: Recording) -> int:
    trial = recording.facts.trial
    return -1 if trial is None else trial

"""What is being recorded, written at once: a killed process loses no answer it was given."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from functools import cached_property
from glob import escape
from pathlib import Path
from secrets import token_hex

from evalkit.cassettes._lock import claim, locked
from evalkit.cassettes._read import load_interaction
from evalkit.cassettes._recording import Malformed, Recording
from evalkit.cassettes._scalar import NotOurs
from evalkit.cassettes._store import discard_drafts, merge
from evalkit.cassettes._write import interaction


class Journal:
    """A file beside a cassette: one recording a line, locked while its process lives."""

    def __init__(self, cassette: Path) -> None:
        self._cassette = cassette
        self._file: int | None = None

    @cached_property
    def path(self) -> Path:
        return self._cassette.with_name(f".{self._cassette.name}.partial-{token_hex(4)}")

    @property
    def is_open(self) -> bool:
        return self._file is not None

    def open(self) -> None:
        """Make sure that an answer can be written, before it is paid for."""
        if self._file is None:
            self.path.parent.mkdir(parents=True, exist_ok=True)
            with locked(self.path.parent):
                flags = os.O_CREAT | os.O_EXCL | os.O_WRONLY | os.O_APPEND | os.O_CLOEXEC
                self._file = os.open(self.path, flags, 0o666)
                claim(self._file)

    def append(self, recording: Recording) -> None:
        self.open()
        assert self._file is not None
        line = json.dumps(interaction(recording)).encode("ascii") + b"\n"
        size = os.fstat(self._file).st_size
        try:
            while line:
                line = line[os.write(self._file, line) :]
        except OSError:
            os.ftruncate(self._file, size)  # half a line would hide those that may follow
            raise

    def discard(self) -> None:
        """Delete the file: its recordings are in the cassette."""
        if self._file is not None:
            self.path.unlink(missing_ok=True)
            self.release()

    def release(self) -> None:
        """Leave the file, if there is one, to whoever records into the cassette next."""
        if self._file is not None:
            os.close(self._file)
            self._file = None


def recover(cassette: Path) -> int:
    """Merge the journals that killed processes left beside a cassette; return how many answers.

    Raises:
        InvalidCassette: the cassette cannot be read; the journals stay.
    """
    if not journals(cassette):
        return 0
    with locked(cassette.parent):
        discard_drafts(cassette)
        return sum(_recover(cassette, journal) for journal in journals(cassette))


def journals(cassette: Path) -> tuple[Path, ...]:
    """The journals beside a cassette, of living processes and of dead ones."""
    return tuple(sorted(cassette.parent.glob(f".{escape(cassette.name)}.partial-*")))


def _recover(cassette: Path, journal: Path) -> int:
    with journal.open("rb") as file:
        if not claim(file.fileno()):
            return 0
        fresh = list(_recordings(file.read()))
        if fresh:
            # The process may have been killed between merging its journal and deleting it.
            merge(cassette, fresh, lambda base: (each for each in base if each not in fresh))
        journal.unlink()
        return len(fresh)


def _recordings(written: bytes) -> Iterator[Recording]:
    """Read a journal up to its last whole line."""
    for line in written.split(b"\n"):
        try:
            yield load_interaction(str(json.loads(line)))
        except (ValueError, NotOurs, Malformed):
            return

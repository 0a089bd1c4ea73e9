"""All cassettes of a folder: read, and rid of what nobody asks for any more."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from evalkit.cassettes._lock import locked
from evalkit.cassettes._status import Found, Today, openings
from evalkit.cassettes._store import read, replace_file
from evalkit.cassettes._write import dump
from evalkit.errors import CassetteWriteFailed, InvalidCassette, why

OF_TESTS = "pytest"
"""The folder of cassettes that belong to tests, and to no case."""


def read_folder(root: Path) -> dict[Path, Found]:
    """Read every cassette of cases in a folder; one that cannot be read stands as its error."""
    return {path: _found(path) for path in _cassettes_below(root)}


def _cassettes_below(root: Path) -> Iterator[Path]:
    for path in sorted(root.rglob("*.yaml")):
        is_of_test = path.relative_to(root).parts[0] == OF_TESTS
        if not path.name.startswith(".") and not is_of_test:
            yield path


def discard_unused(path: Path, today: Today) -> int:
    """Take out the trials that ask something else now; tell how many recordings that were.

    Raises:
        InvalidCassette: the file cannot be read.
        CassetteWriteFailed: it cannot be written; it is as it was.
    """
    try:
        with locked(path.parent):
            recordings = read(path)
            trials = openings(recordings, today.redaction)
            kept = [each for each in recordings if trials[each.facts.trial] == today.keys[path]]
            if len(kept) < len(recordings):
                replace_file(path, dump(kept))
    except OSError as error:
        raise _failed(path, error) from error
    return len(recordings) - len(kept)


def discard_cassette(path: Path) -> None:
    """Delete a cassette.

    Raises:
        CassetteWriteFailed: it cannot be deleted.
    """
    try:
        path.unlink(missing_ok=True)
        if not any(path.parent.iterdir()):
            path.parent.rmdir()
    except OSError as error:
        raise _failed(path, error) from error


def _found(path: Path) -> Found:
    try:
        return read(path)
    except InvalidCassette as error:
        return error


def _failed(path: Path, error: OSError) -> CassetteWriteFailed:
    return CassetteWriteFailed(f"the cassette cannot be changed: {why(error)}", where=str(path))

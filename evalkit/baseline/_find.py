"""A run by its file, or by the git revision of the committed baseline."""

from __future__ import annotations

import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

from evalkit.errors import EvalkitError, UsageError
from evalkit.runfile import LATEST_RUN

BASELINE = Path("reports/baseline.jsonl")

_TIMEOUT_S = 60


@contextmanager
def find_run(name: str) -> Iterator[Path]:
    """Yield the run file that `name` stands for, for as long as it is read.

    It is a file, `latest`, or a git revision that holds the baseline.

    Raises:
        UsageError: it is none of these.
    """
    if Path(name).is_file():
        yield Path(name)
    elif name == "latest":
        if not LATEST_RUN.is_file():
            raise UsageError("there is no latest run", where=str(LATEST_RUN), hint="evalkit run")
        yield LATEST_RUN
    else:
        content = _committed(name)
        with TemporaryDirectory() as folder:
            path = Path(folder) / BASELINE.name
            path.write_bytes(content)
            try:
                yield path
            except EvalkitError as error:
                error.where = error.where and error.where.replace(str(path), f"{name}:{BASELINE}")
                raise


def run_name(name: str) -> str:
    """Return what to call the run that `name` stands for, wherever its file lies for now."""
    if Path(name).is_file():
        return name
    return str(LATEST_RUN) if name == "latest" else f"{name}:{BASELINE}"


def _committed(revision: str) -> bytes:
    found = _git("rev-parse", "--verify", "--quiet", "--end-of-options", f"{revision}^{{commit}}")
    if found is None:
        raise UsageError(
            f"{revision!r} is no run file and no git revision",
            hint=f"name a run file, `latest`, or a revision that has {BASELINE}",
        )
    commit = found.decode().strip()
    content = _git("cat-file", "blob", f"{commit}:./{BASELINE.as_posix()}")
    if content is None:
        raise UsageError(
            f"{revision!r} has no baseline",
            where=str(BASELINE),
            hint="commit one there: evalkit baseline update",
        )
    return content


def _git(*words: str) -> bytes | None:
    """Return what git prints, or None where it fails or is not there."""
    try:
        git = subprocess.run(  # noqa: S603 - no shell; a revision comes after --end-of-options
            ["git", *words],  # noqa: S607 - whichever git the user has
            capture_output=True,
            check=True,
            timeout=_TIMEOUT_S,
        )
    except (OSError, subprocess.SubprocessError):
        return None
    return git.stdout

"""One report of a run that several processes of pytest-xdist may have shared.

Each process appends to a run file of its own; the one that the user started joins them.
"""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterable
from contextlib import ExitStack
from pathlib import Path
from secrets import token_hex

import pytest
from msgspec.structs import replace

from evalkit.config import load_config
from evalkit.errors import EvalkitError
from evalkit.pytest_plugin._explanation import in_pytests_words
from evalkit.report import add_to_summary, write_reports
from evalkit.results import CaseResult
from evalkit.runfile import RunHeader, RunRecord, RunWriter, read_run
from evalkit.session import utc_now

RUN = pytest.StashKey[str]()
SAID = pytest.StashKey[str]()
"""What the summary says of the report."""
TOLD = "evalkit_run"
"""Under which key xdist hands the name of the run to its workers."""


class RunPart:
    """The run file of one process; it exists from its first result on."""

    def __init__(self, path: Path, cleanup: ExitStack) -> None:
        self._path = path
        self._cleanup = cleanup
        self._writer: RunWriter | None = None

    @staticmethod
    def of(config: pytest.Config) -> RunPart | None:
        """Return the part of this process, or None where no report is wanted."""
        folder = _report_folder(config)
        if folder is None:
            return None
        cleanup = ExitStack()
        config.add_cleanup(cleanup.close)
        name = _workerinput(config).get("workerid", "main")
        return RunPart(_parts(config, folder) / f"{name}-{token_hex(4)}.jsonl", cleanup)

    def add(self, results: Iterable[CaseResult], header: Callable[[], RunHeader]) -> None:
        if self._writer is None:
            self._writer = self._cleanup.enter_context(RunWriter(self._path, header()))
        for result in results:
            self._writer.add(result)


def tell_worker(node: object) -> None:
    """Hand a worker of xdist the name of the run."""
    node.workerinput[TOLD] = _run(node.config)  # type: ignore[attr-defined]  # xdist has no types


def write_report(session: pytest.Session) -> None:
    """Join the parts of the run and write the report, unless this is a worker."""
    config = session.config
    folder = _report_folder(config)
    if folder is None or _workerinput(config):
        return
    parts = _parts(config, folder)
    files = sorted(parts.glob("*.jsonl"))
    if not files:
        return
    is_whole = session.exitstatus in (pytest.ExitCode.OK, pytest.ExitCode.TESTS_FAILED)
    try:
        record = _joined([read_run(file) for file in files], is_whole=is_whole)
        config.stash[SAID] = _write(record, folder)
        shutil.rmtree(parts)
    except EvalkitError as error:
        config.stash[SAID] = in_pytests_words(str(error))
        session.exitstatus = pytest.ExitCode.INTERNAL_ERROR


def _joined(parts: list[RunRecord], *, is_whole: bool) -> RunRecord:
    first = parts[0].header
    header = replace(
        first,
        started_at=min(part.header.started_at for part in parts),
        suites=tuple({s.name: s for part in parts for s in part.header.suites}.values()),
        providers=tuple({p.name: p for part in parts for p in part.header.providers}.values()),
    )
    return RunRecord(
        header=header,
        results=tuple(result for part in parts for result in part.results),
        finished_at=utc_now() if is_whole else None,
    )


def _write(record: RunRecord, folder: Path) -> str:
    with RunWriter(folder / "run.jsonl", record.header) as writer:
        for result in record.results:
            writer.add(result)
        if record.finished_at is not None:
            writer.finish(record.finished_at)
    ordered = read_run(folder / "run.jsonl")
    page, *_ = write_reports(ordered, folder)
    if summary := load_config().environ.get("GITHUB_STEP_SUMMARY"):
        add_to_summary(ordered, Path(summary))
    return f"report: {page}"


def _report_folder(config: pytest.Config) -> Path | None:
    given: str | None = config.getoption("evalkit_report")
    if given:
        return config.invocation_params.dir / given
    configured: str = config.getini("evalkit_report")
    return config.rootpath / configured if configured else None


def _parts(config: pytest.Config, folder: Path) -> Path:
    return folder / f".parts-{_run(config)}"


def _run(config: pytest.Config) -> str:
    """Return the name of the run, the same in all of its processes."""
    told: str | None = _workerinput(config).get(TOLD)
    return told or config.stash.setdefault(RUN, token_hex(4))


def _workerinput(config: pytest.Config) -> dict[str, str]:
    """Return what xdist told this worker; nothing in the process that the user started."""
    found: dict[str, str] = getattr(config, "workerinput", {})
    return found

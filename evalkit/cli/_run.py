"""`evalkit run`: ask providers, or replay what they answered, and judge the calls."""

from __future__ import annotations

import shlex
import sys
from collections.abc import Iterator, Sequence
from contextlib import nullcontext
from pathlib import Path
from typing import TYPE_CHECKING

import click
from msgspec import Struct
from msgspec.structs import replace

from evalkit import report
from evalkit.cassettes import Mode
from evalkit.cli._forecast import print_forecast
from evalkit.cli._hold import exit_code, hold
from evalkit.cli._options import ALLOW_PYTHON, BUDGET_USD, CONFIG, DRY_RUN, MAX_REQUESTS
from evalkit.cli._progress import progress
from evalkit.cli._reports import print_run, tell_reports
from evalkit.cli._resume import continued, print_remainder, resumed_flags
from evalkit.config import Config, load_config
from evalkit.errors import ExitCode, InvalidSuite, Problem, UsageError
from evalkit.providers import Provider
from evalkit.results import CaseResult
from evalkit.run import Job, Selection, log_to
from evalkit.runfile import LATEST_RUN, RunRecord, RunWriter, read_run
from evalkit.session import Session, Terms
from evalkit.suite import Suite, load_suites

if TYPE_CHECKING:  # most runs are held against none
    from evalkit.baseline import RunComparison


class _Options(Struct, frozen=True, kw_only=True):
    """The flags of `evalkit run`, as click hands them over."""

    suites: tuple[Path, ...]
    providers: tuple[str, ...]
    record: str
    tags: tuple[str, ...]
    cases: tuple[str, ...]
    failed: Path | None
    exit_first: bool
    shuffle: int | None
    output: Path
    report: Path | None
    baseline: Path | None
    log: Path | None
    as_json: bool
    max_errored: int
    config: Path | None
    allow_python: bool
    trials: int | None
    stop_early: bool
    budget_usd: float | None
    max_requests: int | None
    replay_speed: float | None
    dry_run: bool

    @property
    def terms(self) -> Terms:
        return Terms(
            budget_usd=self.budget_usd,
            max_requests=self.max_requests,
            replay_speed=self.replay_speed,
            stop_early=self.stop_early,
        )


@click.command("run")
@click.argument("suites", nargs=-1, type=click.Path(path_type=Path))
@click.option(
    "--provider",
    "-p",
    "providers",
    multiple=True,
    metavar="NAME",
    help="Ask only this provider of evalkit.yaml, or any API:MODEL. Repeatable.",
)
@click.option(
    "--record",
    type=click.Choice([mode.value for mode in Mode]),
    default=Mode.NONE.value,
    help="none: replay only (default); once, missing, all: ask and record; live: ask only.",
)
@click.option("--tag", "-t", "tags", multiple=True, help="Only cases with this tag. Repeatable.")
@click.option(
    "--case",
    "-k",
    "cases",
    multiple=True,
    metavar="GLOB",
    help="Only cases whose id (or suite::id) fits. Repeatable.",
)
@click.option(
    "--failed",
    type=click.Path(path_type=Path),
    metavar="RUN",
    help="Only what failed or errored in this run file.",
)
@click.option(
    "--resume",
    type=click.Path(path_type=Path),
    metavar="RUN",
    help="Finish this run: keep what was judged, hold the rest; its flags are taken over.",
)
@click.option(
    "--trials",
    type=click.IntRange(1, 1000),
    metavar="N",
    help="Hold every case N times, whatever the suites say.",
)
@click.option(
    "--stop-early",
    is_flag=True,
    help="Hold no further trial of a case whose verdict cannot change any more.",
)
@BUDGET_USD
@MAX_REQUESTS
@DRY_RUN
@click.option(
    "--replay-speed",
    type=click.FloatRange(min=0, min_open=True),
    metavar="X",
    help="Replay as slowly as it was recorded (1), or X times as fast; at once by default.",
)
@click.option("--exitfirst", "-x", "exit_first", is_flag=True, help="Stop at the first failure.")
@click.option(
    "--shuffle", type=int, metavar="SEED", help="Run in another order, the same for SEED."
)
@click.option(
    "--output",
    "-o",
    type=click.Path(path_type=Path),
    default=LATEST_RUN,
    show_default=True,
    help="Where the run file goes.",
)
@click.option(
    "--report",
    type=click.Path(path_type=Path, file_okay=False),
    metavar="DIR",
    help="Write index.html, report.md and junit.xml there.",
)
@click.option(
    "--baseline",
    type=click.Path(path_type=Path, exists=True, dir_okay=False),
    metavar="RUN",
    help="Fail only where a case is broken that passed in this run file.",
)
@click.option(
    "--log",
    type=click.Path(path_type=Path, dir_okay=False),
    metavar="FILE",
    help="Append a JSON line for every call, result and limit there, without secrets.",
)
@click.option("--json", "as_json", is_flag=True, help="Print the summary as JSON, nothing else.")
@click.option(
    "--max-errored",
    type=click.IntRange(min=0),
    default=0,
    metavar="N",
    help="Errored conversations to tolerate before the exit code is 3.",
)
@CONFIG
@ALLOW_PYTHON
@click.pass_context
def command(context: click.Context, /, resume: Path | None, **flags: object) -> int:
    """Ask providers, or replay what they answered, and judge the calls.

    SUITES are files or folders; without any, those that evalkit.yaml names.
    """
    earlier = None if resume is None else read_run(resume)
    if resume is not None and earlier is not None:
        flags = resumed_flags(context, resume, earlier.header)
    return _run(_Options(**flags), earlier)  # type: ignore[arg-type]  # click checked them


def _run(options: _Options, earlier: RunRecord | None) -> int:
    _check(options)
    config = load_config(options.config, near=[path.parent for path in options.suites])
    providers, suites = _asked(options, config)
    jobs = _jobs(options, suites, providers)
    session = Session(config, Mode(options.record), providers, options.terms)
    header = session.header(suites, f"evalkit {shlex.join(sys.argv[1:])}")
    kept: tuple[CaseResult, ...] = ()
    if earlier is not None:
        header = continued(earlier.header, header)
        rest, kept = session.resume(jobs, earlier.results)
        jobs = rest.jobs
        print_remainder(header.id, rest)
    if options.dry_run:
        print_forecast(session, jobs, as_json=options.as_json)
        return ExitCode.PASSED
    with (
        nullcontext() if options.log is None else log_to(options.log),
        RunWriter(options.output, header, kept) as writer,
        progress(jobs, quiet=options.as_json) as shown,
    ):
        interrupted = hold(session, jobs, writer, shown, exit_first=options.exit_first)
    record = writer.record
    code = exit_code(session, record, options.max_errored)
    comparison = None
    if options.baseline is not None and not interrupted and code is not ExitCode.TROUBLE:
        comparison = _compared(options.baseline, options.output)
    try:
        print_run(record, options.output, as_json=options.as_json)
    finally:  # whoever reads this may leave before its end
        _write(record, comparison, options, config)
    if interrupted:
        return ExitCode.INTERRUPTED
    if comparison is None:
        return code
    from evalkit.cli._compare import hold_against

    return hold_against(comparison, quiet=options.as_json)


def _compared(base: Path, head: Path) -> RunComparison:
    from evalkit.baseline import compare_runs, scan_run

    return compare_runs(scan_run(base), scan_run(head))


def _asked(options: _Options, config: Config) -> tuple[tuple[Provider, ...], tuple[Suite, ...]]:
    """Whom to ask and what; a missing provider is told with the mistakes of the suites."""
    try:
        suites = load_suites(options.suites or config.suites, allow_python=options.allow_python)
    except InvalidSuite as broken:
        raise InvalidSuite([*broken.problems, *_missing(options, config)]) from broken
    return _providers(options, config), suites


def _missing(options: _Options, config: Config) -> Iterator[Problem]:
    try:
        _providers(options, config)
    except UsageError as error:
        yield Problem(what=error.what, where=error.where or "--provider", hint=error.hint)


def _providers(options: _Options, config: Config) -> tuple[Provider, ...]:
    return config.select(options.providers, allow_python=options.allow_python)


def _write(
    record: RunRecord, comparison: RunComparison | None, options: _Options, config: Config
) -> None:
    if options.report is not None:
        written = report.write_reports(record, options.report, comparison=comparison)
        if not options.as_json:
            tell_reports(written)
    if summary := config.environ.get("GITHUB_STEP_SUMMARY"):
        report.add_to_summary(record, Path(summary), comparison)


def _check(options: _Options) -> None:
    if options.stop_early and options.baseline is not None:
        raise UsageError(
            "--stop-early and --baseline do not go together",
            hint="leave one of them out: a case that stopped at its first failure may be flaky or "
            "broken, and only all of its trials tell which",
        )


def _jobs(
    options: _Options, suites: Sequence[Suite], providers: Sequence[Provider]
) -> tuple[Job, ...]:
    selection = Selection(
        tags=frozenset(options.tags),
        patterns=options.cases,
        failed=read_run(options.failed).results if options.failed else None,
        shuffle_seed=options.shuffle,
    )
    jobs = selection.jobs(suites, providers)
    if not jobs:
        raise UsageError("no case is left to run", hint="loosen --tag, --case or --failed")
    if options.trials is None:
        return jobs
    return tuple(replace(job, case=replace(job.case, trials=options.trials)) for job in jobs)

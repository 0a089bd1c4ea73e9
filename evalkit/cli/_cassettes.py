"""`evalkit cassettes`: how recordings stand, and what keeps them fresh and free of secrets."""

from __future__ import annotations

import json
import shlex
import sys
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from functools import reduce
from pathlib import Path

import click

from evalkit.cassettes import Condition, Mode, State
from evalkit.cli._cassette_files import convert_command, scan_command, show_command
from evalkit.cli._forecast import print_forecast
from evalkit.cli._hold import exit_code, hold
from evalkit.cli._options import ALLOW_PYTHON, AS_JSON, BUDGET_USD, CONFIG, DRY_RUN, MAX_REQUESTS
from evalkit.cli._progress import progress
from evalkit.cli._reports import print_run
from evalkit.cli._shelf import STALE, Place, Shelf, misses, open_shelf, prune
from evalkit.errors import ExitCode, UsageError
from evalkit.results import CaseResult
from evalkit.run import Job
from evalkit.runfile import RunWriter
from evalkit.session import Session, Terms

RERECORDED = Path(".evalkit/latest.jsonl")

_Command = Callable[..., object]
_OPTIONS: tuple[Callable[[_Command], _Command], ...] = (
    click.argument("suites", nargs=-1, type=click.Path(path_type=Path)),
    click.option("--provider", "-p", "providers", multiple=True, metavar="NAME", help="Only its."),
    AS_JSON,
    CONFIG,
    ALLOW_PYTHON,
)


def _looking(run: _Command) -> _Command:
    """Add the flags that choose suites and providers."""
    return reduce(lambda made, add: add(made), reversed(_OPTIONS), run)


@click.group("cassettes")
def command() -> None:
    """See how recordings stand, and keep them fresh and free of secrets.

    SUITES are files or folders; without any, those that evalkit.yaml names.
    """


for _each in (convert_command, scan_command, show_command):
    command.add_command(_each)


@command.command("status")
@_looking
def _status(*, as_json: bool, **place: object) -> int:
    """Say of each cassette what became of it since it was recorded."""
    states = open_shelf(Place(**place)).states  # type: ignore[arg-type]  # click checked them
    if as_json:
        _print_json(states)
        return ExitCode.PASSED
    _print_lines(each for each in states if each.state is not State.FRESH)
    click.echo(_summary(states))
    return ExitCode.PASSED


@command.command("verify")
@_looking
def _verify(*, as_json: bool, **place: object) -> int:
    """Fail unless every case replays from what is recorded; for CI and pre-commit."""
    shelf = open_shelf(Place(**place))  # type: ignore[arg-type]  # click checked them
    failing = (*shelf.failing, *map(_miss(shelf), misses(shelf)))
    if as_json:
        _print_json(failing)
    else:
        _print_lines(failing)
        click.echo(_summary(shelf.states))
    return ExitCode.FAILED if failing else ExitCode.PASSED


@command.command("prune")
@_looking
@click.option("--dry-run", is_flag=True, help="Say what would go, and change nothing.")
def _prune(*, as_json: bool, dry_run: bool, **place: object) -> int:
    """Delete cassettes that no case uses, and trials that ask something else now."""
    shelf = open_shelf(Place(**place))  # type: ignore[arg-type]  # click checked them
    gone = shelf.unneeded if dry_run else tuple(prune(shelf))
    if as_json:
        _print_json(gone)
        return ExitCode.PASSED
    _print_lines(gone)
    click.echo(f"{len(gone)} cassettes {'would be ' if dry_run else ''}pruned")
    return ExitCode.PASSED


@command.command("rerecord")
@_looking
@click.option("--older-than", type=click.IntRange(min=0), metavar="DAYS", help="What is older.")
@click.option("--stale", is_flag=True, help="What is changed, expired, missing or unused.")
@click.option("--drifted", is_flag=True, help="What another model answers since.")
@BUDGET_USD
@MAX_REQUESTS
@DRY_RUN
@click.pass_context
def _rerecord(context: click.Context, /, **_: object) -> int:
    """Ask anew what is out of date, and replace the recordings of those cases."""
    flags = context.params
    terms = Terms(budget_usd=flags["budget_usd"], max_requests=flags["max_requests"])
    shelf = open_shelf(
        Place(**{name: flags[name] for name in ("suites", "providers", "config", "allow_python")})
    )
    jobs = _outdated(shelf, flags["older_than"], stale=flags["stale"], drifted=flags["drifted"])
    providers = {job.provider.name: job.provider for job in jobs}
    session = Session(shelf.config, Mode.ALL, tuple(providers.values()), terms)
    as_json: bool = flags["as_json"]
    if flags["dry_run"] or not jobs:
        print_forecast(session, jobs, as_json=as_json)
        return ExitCode.PASSED
    header = session.header(shelf.suites, f"evalkit {shlex.join(sys.argv[1:])}")
    with RunWriter(RERECORDED, header) as writer, progress(jobs, quiet=as_json) as shown:
        interrupted = hold(session, jobs, writer, shown, exit_first=False)
    print_run(writer.record, RERECORDED, as_json=as_json)
    return ExitCode.INTERRUPTED if interrupted else exit_code(session, writer.record, 0)


def _outdated(
    shelf: Shelf, older_than: int | None, *, stale: bool, drifted: bool
) -> tuple[Job, ...]:
    if older_than is None and not stale and not drifted:
        raise UsageError(
            "nothing is chosen to be recorded anew",
            hint="name --older-than, --stale or --drifted; `evalkit run --record all` takes all",
        )
    states = (STALE if stale else frozenset()) | ({State.DRIFTED} if drifted else set())
    older = () if older_than is None else shelf.older_than(older_than)
    chosen = {id(job) for job in (*shelf.stale(states), *older)}
    return tuple(job for job in shelf.jobs.values() if id(job) in chosen)


def _miss(shelf: Shelf) -> Callable[[CaseResult], Condition]:
    """Show a case that did not replay as the state of its cassette."""
    paths = {
        (job.case.suite, job.case.id, job.provider.name): path for path, job in shelf.jobs.items()
    }

    def condition(result: CaseResult) -> Condition:
        path = paths[result.suite, result.case, result.provider]
        trouble = result.transcript.trouble
        reason = trouble.what if trouble else "the case cannot be judged"
        return Condition(path=path, state=State.CHANGED, reason=reason.removeprefix(f"{path}: "))

    return condition


def _print_lines(states: Iterable[Condition]) -> None:
    for each in states:
        click.echo(f"{each.path}: {each.state}: {each.reason}")


def _print_json(states: Iterable[Condition]) -> None:
    click.echo(
        json.dumps(
            [
                {"path": each.path.as_posix(), "state": each.state.value, "reason": each.reason}
                for each in states
            ]
        )
    )


def _summary(states: Sequence[Condition]) -> str:
    counts = Counter(each.state for each in states)
    named = ", ".join(f"{counts[state]} {state}" for state in State if counts[state])
    return f"{len(states)} cassettes: {named or 'none'}"

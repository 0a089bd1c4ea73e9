"""`evalkit grade`: judge answers that are already there, by today's expectations."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterable, Iterator
from pathlib import Path

import click
from msgspec.structs import replace

from evalkit import __version__
from evalkit.cli._options import ALLOW_PYTHON
from evalkit.errors import ExitCode, UsageError
from evalkit.grade import grade
from evalkit.importers import read_outputs
from evalkit.measures import failed_cases
from evalkit.results import CaseResult, Status, Verdict
from evalkit.runfile import RunHeader, RunProvider, RunRecord, RunSuite, is_run_file, read_run
from evalkit.suite import Suite, load_suite
from evalkit.transcript import JsonObject, Transcript, Trouble

MOST_NAMES = 10


@click.command("grade")
@click.argument("outputs", nargs=-1, required=True, type=click.Path(path_type=Path))
@click.option(
    "--suite", "suite_path", required=True, type=click.Path(path_type=Path), help="What to expect."
)
@click.option("--json", "as_json", is_flag=True, help="Print one JSON line for each conversation.")
@ALLOW_PYTHON
def command(
    outputs: tuple[Path, ...], suite_path: Path, *, as_json: bool, allow_python: bool
) -> int:
    """Judge OUTPUTS by a suite, without asking anybody.

    OUTPUTS are run files, or JSON Lines from anywhere (.gz too):

    \b
      {"case": "greeting", "calls": [{"name": "f", "raw": "{}"}], "text": null}
      {"case": "greeting", "api": "openai-chat", "body": {...}}
    """  # noqa: D301 - click keeps the lines after a control character as they are
    suite = load_suite(suite_path, allow_python=allow_python)
    answered: set[str] = set()
    graded = _noted(answered, _graded(outputs, suite))
    results = _written(graded) if as_json else list(graded)
    if not (as_json or not answered):
        _print(suite, list(results))
    code = _exit_code(results)
    _tell_unanswered(suite, answered)
    return code


def _noted(answered: set[str], results: Iterable[CaseResult]) -> Iterator[CaseResult]:
    """Note the case of each result in `answered` while it passes by."""
    for result in results:
        answered.add(result.case)
        yield result


def _tell_unanswered(suite: Suite, answered: set[str]) -> None:
    """Say which cases nobody answered; without any answer nothing was judged, so nothing passed."""
    missing = [case.id for case in suite.cases if case.id not in answered]
    if not answered:
        raise UsageError(
            f"no answer to a case of {suite.name!r} was found, so nothing was graded",
            hint="give outputs of this suite's cases",
        )
    if missing:
        shown = ", ".join(missing[:MOST_NAMES])
        more = f" and {len(missing) - MOST_NAMES} more" if len(missing) > MOST_NAMES else ""
        click.echo(
            f"no answer to {len(missing)} of {len(suite.cases)} cases: {shown}{more}", err=True
        )


def _graded(outputs: tuple[Path, ...], suite: Suite) -> Iterator[CaseResult]:
    cases = {case.id: case for case in suite.cases}
    for path in outputs:
        gone = 0
        for transcript, at_most in _transcripts(path, suite):
            case = cases.get(transcript.case)
            if case is None:
                gone += 1
            else:
                yield replace(grade(case, transcript), trials_at_most=at_most)
        if gone:
            click.echo(
                f"{path}: {gone} answers to cases that {suite.name!r} does not have", err=True
            )


def _transcripts(path: Path, suite: Suite) -> Iterator[tuple[Transcript, int | None]]:
    """Read answers, each with its `trials_at_most`."""
    if path.is_file() and is_run_file(path):
        for result in read_run(path).results:
            if result.suite == suite.name:
                yield result.transcript, result.trials_at_most
    else:
        for transcript in read_outputs(path, suite):
            yield transcript, None


def _written(results: Iterable[CaseResult]) -> Iterator[CaseResult]:
    """Write each result as a JSON line while it passes by; none of them is kept."""
    for result in results:
        sys.stdout.write(json.dumps(_line(result)) + "\n")
        yield result


def _line(result: CaseResult) -> JsonObject:
    return {
        "case": result.case,
        "provider": result.provider,
        "trial": result.trial,
        "status": result.status.value,
        "where": result.where,
        "verdicts": [_verdict(verdict) for verdict in result.verdicts],
        "trouble": _trouble(result.transcript.trouble),
    }


def _trouble(trouble: Trouble | None) -> JsonObject | None:
    """Why a conversation errored without a verdict."""
    if trouble is None:
        return None
    return {"error": trouble.error, "what": trouble.what, "hint": trouble.hint}


def _verdict(verdict: Verdict) -> JsonObject:
    return {
        "expectation": verdict.expectation,
        "status": verdict.status.value,
        "kind": verdict.kind and verdict.kind.value,
        "path": verdict.path,
        "reason": verdict.reason,
        "expected": verdict.expected,
        "actual": verdict.actual,
        "call": verdict.call,
    }


def _print(suite: Suite, results: list[CaseResult]) -> None:
    from evalkit.cli._reports import print_record
    from evalkit.session import utc_now

    now = utc_now()
    models = {result.provider: result.model for result in results}
    header = RunHeader(
        id="graded",
        started_at=now,
        evalkit_version=__version__,
        mode="graded",
        command=click.get_current_context().command_path,
        suites=(RunSuite(name=suite.name, file=str(suite.file)),),
        providers=tuple(RunProvider(name=p, api="", model=m) for p, m in models.items()),
    )
    record = RunRecord(header=header, results=tuple(results), finished_at=now)
    print_record(record, whole="--json prints all")


def _exit_code(results: Iterable[CaseResult]) -> ExitCode:
    errored = 0

    def counted() -> Iterator[CaseResult]:
        nonlocal errored
        for result in results:
            errored += result.status is Status.ERRORED
            yield result

    failed = failed_cases(counted())
    if errored:
        return ExitCode.TROUBLE
    return ExitCode.FAILED if failed else ExitCode.PASSED

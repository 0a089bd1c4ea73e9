"""`evalkit compare`: a run against an earlier one."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import ExitStack
from pathlib import Path

import click

from evalkit.baseline import (
    Breach,
    FailOn,
    Gates,
    RunComparison,
    compare_runs,
    find_breaches,
    find_run,
    render_comparison,
    run_name,
    scan_run,
    show_comparison,
)
from evalkit.collector import without_collector
from evalkit.errors import ExitCode
from evalkit.report import render_compare_page, write_file

_MOST_CASES = 10
_SHARE = click.FloatRange(min=0, max=1)


@click.command("compare")
@click.argument("base")
@click.argument("head")
@click.option(
    "--fail-on",
    type=click.Choice([rule.value for rule in FailOn]),
    default=FailOn.BROKEN.value,
    show_default=True,
    help="What counts as a regression.",
)
@click.option("--min-accuracy", type=_SHARE, metavar="SHARE", help="The least share that passes.")
@click.option(
    "--max-malformed", type=_SHARE, metavar="SHARE", help="The most calls that may be no JSON."
)
@click.option(
    "--max-cost", type=click.FloatRange(min=0), metavar="USD", help="For 1,000 conversations."
)
@click.option(
    "--max-schema-tokens",
    type=click.IntRange(min=0),
    metavar="N",
    help="For the tools of any suite.",
)
@click.option(
    "--max-errored",
    type=click.IntRange(min=0),
    default=0,
    metavar="N",
    help="Errored conversations of HEAD to tolerate before the exit code is 3.",
)
@click.option(
    "--cases", type=click.IntRange(min=0), default=_MOST_CASES, help="Cases to show of each kind."
)
@click.option("--json", "as_json", is_flag=True, help="Print everything as JSON.")
@click.option(
    "--providers",
    nargs=2,
    metavar="A B",
    help="Compare provider A of BASE with provider B of HEAD.",
)
@click.option(
    "--page",
    type=click.Path(path_type=Path),
    metavar="FILE",
    help="Write a page, too: what differs, both sides beside each other.",
)
def command(
    base: str, head: str, providers: tuple[str, str] | None, page: Path | None, **flags: object
) -> int:
    """Say what broke between the runs BASE and HEAD, and what may be chance.

    Each is a run file, `latest`, or a git revision whose reports/baseline.jsonl is meant. They may
    be the same run, to compare two of its providers.

    Exit codes: 0 every gate holds, 1 a regression, 2 usage, 3 too much could not be judged.
    """
    as_json, most = bool(flags.pop("as_json")), flags.pop("cases")
    max_errored = flags.pop("max_errored")
    assert isinstance(most, int)
    assert isinstance(max_errored, int)
    gates = Gates(fail_on=FailOn(flags.pop("fail_on")), **flags)  # type: ignore[arg-type]  # click checked them
    with without_collector(), ExitStack() as files:
        runs = [
            scan_run(files.enter_context(find_run(name)), run_name(name)) for name in (base, head)
        ]
        if providers is not None:
            runs = [run.only(name) for run, name in zip(runs, providers, strict=True)]
        comparison = compare_runs(*runs)
        breaches = find_breaches(comparison, gates)
        if page is not None:
            text = render_compare_page(comparison)
            write_file(page, text, what="page", hint="name another file with --page")
        _print(comparison, breaches, most=most, as_json=as_json)
    return _exit_code(comparison, breaches, max_errored)


def hold_against(comparison: RunComparison, *, quiet: bool) -> ExitCode:
    """Say what a run that has just ended broke; failures that the baseline has too are known."""
    breaches = find_breaches(comparison, Gates())
    if not quiet:
        click.echo()
        _print(comparison, breaches, most=_MOST_CASES, as_json=False)
    return ExitCode.FAILED if breaches else ExitCode.PASSED


def _print(
    comparison: RunComparison, breaches: Sequence[Breach], *, most: int, as_json: bool
) -> None:
    if as_json:
        click.echo(render_comparison(comparison, breaches))
        return
    for line in show_comparison(comparison, breaches, most=most):
        click.echo(line)


def _exit_code(comparison: RunComparison, breaches: Sequence[Breach], max_errored: int) -> ExitCode:
    """A regression that was seen is one, whatever else could not be judged."""
    if any(not breach.is_unknown for breach in breaches):
        return ExitCode.FAILED
    errored = sum(each.totals.errored for each in comparison.providers)
    return ExitCode.TROUBLE if breaches or errored > max_errored else ExitCode.PASSED

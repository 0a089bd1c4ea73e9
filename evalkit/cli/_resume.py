"""What `evalkit run --resume` takes over from the command line of the run that it finishes."""

from __future__ import annotations

import shlex
from collections.abc import Mapping
from pathlib import Path

import click
from click.core import ParameterSource
from msgspec.structs import replace

from evalkit.errors import UsageError
from evalkit.run import Remainder
from evalkit.runfile import RunHeader

TAKEN_OVER = (
    "budget_usd",
    "cases",
    "config",
    "failed",
    "max_requests",
    "providers",
    "record",
    "shuffle",
    "stop_early",
    "suites",
    "tags",
    "trials",
)
"""Flags that say what is run. Python is allowed anew each time, and files are named anew."""

SHOWN = 10
"""Changed cases that are named."""


def resumed_flags(context: click.Context, run_file: Path, header: RunHeader) -> dict[str, object]:
    """Complete the flags of this command line by those of the run's own.

    Raises:
        UsageError: the run cannot be repeated from its command line.
    """
    words = shlex.split(header.command)
    if words[:2] != ["evalkit", "run"]:
        raise UsageError(
            f"the run was not made by `evalkit run`, but by `{header.command}`",
            where=str(run_file),
            hint="only runs of `evalkit run` are resumed",
        )
    before = context.command.make_context("run", words[2:]).params
    flags = {name: value for name, value in context.params.items() if name != "resume"}
    for name in TAKEN_OVER:
        if context.get_parameter_source(name) is not ParameterSource.COMMANDLINE:
            flags[name] = before[name]
    if context.get_parameter_source("output") is not ParameterSource.COMMANDLINE:
        flags["output"] = run_file
    _check_selection(flags, run_file)
    return flags


def continued(then: RunHeader, today: RunHeader) -> RunHeader:
    """Describe a run that is finished today; it stays the run that was begun then."""
    return replace(today, id=then.id, started_at=then.started_at, command=then.command)


def print_remainder(run: str, rest: Remainder) -> None:
    """Say what is kept of a run, what is held now, and why that which was held is held again."""
    errored = f", {rest.errored} of them because they errored" if rest.errored else ""
    kept = f"{len(rest.held)} conversations are kept, {rest.left} are held{errored}"
    click.echo(f"resuming run {run}: {kept}", err=True)
    for each in rest.changed[:SHOWN]:
        click.echo(f"  held again: {each}", err=True)
    if len(rest.changed) > SHOWN:
        click.echo(f"  ... and {len(rest.changed) - SHOWN} cases more that changed", err=True)


def _check_selection(flags: Mapping[str, object], run_file: Path) -> None:
    chosen_by = flags["failed"]
    if isinstance(chosen_by, Path) and chosen_by.absolute() == run_file.absolute():
        raise UsageError(
            "the run chose its cases by the run file that it replaced",
            where=str(run_file),
            hint="name the cases with --case or --tag, or start over",
        )

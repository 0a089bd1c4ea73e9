"""`evalkit import`: questions of other tools become suites."""

from __future__ import annotations

from pathlib import Path

import click

from evalkit.importers import import_bfcl, import_by
from evalkit.report import write_file


@click.group("import")
def command() -> None:
    """Turn questions of other tools into suites."""


@command.command("bfcl")
@click.argument("questions", type=click.Path(path_type=Path))
@click.option("--answers", type=click.Path(path_type=Path), help="The file of possible answers.")
@click.option("--native", is_flag=True, help="Judge by evalkit's own rules instead of BFCL's.")
@click.option(
    "--output", "-o", required=True, type=click.Path(path_type=Path), help="Where the suite goes."
)
def bfcl(questions: Path, answers: Path | None, output: Path, *, native: bool) -> None:
    """Turn QUESTIONS of the Berkeley Function Calling Leaderboard into a suite.

    Takes the published V4 files, or rows that hold question, tools and answers together.
    """
    _write(output, import_bfcl(questions, answers, native=native))


@command.command("with")
@click.argument("name")
@click.argument("file", type=click.Path(path_type=Path))
@click.option(
    "--output", "-o", required=True, type=click.Path(path_type=Path), help="Where the suite goes."
)
def plugged_in(name: str, file: Path, output: Path) -> None:
    """Turn FILE into a suite by the importer NAME of an installed package."""
    _write(output, import_by(name, file))


def _write(output: Path, suite: str) -> None:
    write_file(output, suite, what="suite", hint="name another file with --output")
    click.echo(f"wrote {output}")

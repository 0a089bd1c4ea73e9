"""`evalkit schema`: the JSON Schema of suites, for editors, and that of run files."""

from __future__ import annotations

import json
from pathlib import Path

import click

from evalkit.report import write_file
from evalkit.runfile import run_schema
from evalkit.suite import suite_schema


@click.command("schema")
@click.argument("what", type=click.Choice(["suite", "run"]), default="suite")
@click.option(
    "--output", "-o", type=click.Path(path_type=Path), help="A file; without it, standard output."
)
def command(what: str, output: Path | None) -> None:
    """Write the JSON Schema of suites or, with `run`, that of a line of a run file.

    Editors complete and check suites that begin with a line such as
    `# yaml-language-server: $schema=suite.schema.json`.
    """
    schema = suite_schema() if what == "suite" else run_schema()
    text = json.dumps(schema, indent=2, ensure_ascii=False) + "\n"
    if output is None:
        click.echo(text, nl=False)
    else:
        write_file(output, text, what="schema", hint="name another file with --output")

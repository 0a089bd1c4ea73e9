"""`evalkit schema`: the JSON Schema of suites, for editors."""

from __future__ import annotations

import json
from pathlib import Path

import click

from evalkit.report import write_file
from evalkit.suite import suite_schema


@click.command("schema")
@click.option(
    "--output", "-o", type=click.Path(path_type=Path), help="A file; without it, standard output."
)
def command(output: Path | None) -> None:
    """Write the JSON Schema of suites.

    Editors complete and check suites that begin with a line such as
    `# yaml-language-server: $schema=suite.schema.json`.
    """
    text = json.dumps(suite_schema(), indent=2, ensure_ascii=False) + "\n"
    if output is None:
        click.echo(text, nl=False)
    else:
        write_file(output, text)

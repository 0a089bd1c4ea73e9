"""`evalkit init`: start a project that passes at once."""

from __future__ import annotations

from collections.abc import Iterator
from importlib.resources import files
from importlib.resources.abc import Traversable
from pathlib import Path, PurePosixPath

import click

from evalkit.errors import UsageError
from evalkit.report import write_file


@click.command("init")
@click.argument("folder", default=".", type=click.Path(path_type=Path, file_okay=False))
def command(folder: Path) -> None:
    """Write a suite, its tools, a scripted provider and evalkit.yaml into FOLDER.

    Nothing that is there already is touched.
    """
    scaffold = list(_files(files("evalkit.cli") / "scaffold", PurePosixPath()))
    there = [folder / name for name, _ in scaffold if (folder / name).exists()]
    if there:
        raise UsageError(
            f"{len(there)} of the files are there already: {', '.join(map(str, there[:3]))}",
            where=str(folder),
            hint="name an empty folder: evalkit init my-evals",
        )
    for name, text in scaffold:
        hint = "name a folder that may be written to: evalkit init my-evals"
        write_file(folder / name, text, what="project", hint=hint)
        if name.parts[0] != "cassettes":
            click.echo(f"wrote {folder / name}")
    enter = "" if folder == Path() else f"cd {folder} && "
    click.echo(f"\nNow: {enter}evalkit run     (replays three recorded answers; simulated)")
    click.echo(
        "Then: pytest, and evalkit report -o reports; whom else to ask stands in evalkit.yaml"
    )


def _files(folder: Traversable, below: PurePosixPath) -> Iterator[tuple[PurePosixPath, str]]:
    for entry in sorted(folder.iterdir(), key=lambda entry: entry.name):
        if entry.is_dir():
            yield from _files(entry, below / entry.name)
        else:
            yield below / entry.name, entry.read_text(encoding="utf-8")

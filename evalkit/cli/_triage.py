"""`evalkit triage`: say what a raw response of a model holds, and what is wrong with it."""

from __future__ import annotations

import gzip
import sys
import zlib
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

import click

from evalkit.errors import EvalkitError, ExitCode, UsageError, why
from evalkit.suite import load_yaml
from evalkit.triage import (
    Diagnosis,
    Hints,
    Line,
    Offer,
    Tone,
    Unread,
    diagnose,
    read_offer,
    read_responses,
    show,
    triage_rows,
)

_STYLES: Mapping[Tone, str] = {
    Tone.PLAIN: "",
    Tone.HEAD: "bold",
    Tone.RAW: "cyan",
    Tone.MARK: "yellow",
    Tone.FINDING: "bold red",
    Tone.ADVICE: "",
    Tone.CLEAN: "green",
}
_STDIN = Path("-")
_GZIP = b"\x1f\x8b"


@click.command("triage")
@click.argument("file", type=click.Path(path_type=Path), default=_STDIN)
@click.option("--tools", type=click.Path(path_type=Path), help="The tools of the request.")
@click.option("--api", metavar="NAME", help="The API that answered, instead of a guess.")
@click.option("--format", "text_format", metavar="NAME", help="The format of calls in text.")
@click.option("--jsonl", is_flag=True, help="Read rows of JSON Lines, and print one for each.")
def command(
    file: Path, tools: Path | None, api: str | None, text_format: str | None, *, jsonl: bool
) -> int:
    """Say what FILE, or standard input, holds, which failures it shows, and what to change.

    FILE is one raw response (JSON, an event stream, a model's text), a log line around one, a
    cassette or a run file.

    Exit codes: 0 nothing found, 1 something found, 2 not readable.
    """
    hints = Hints(api=api, format=text_format, offer=_offer(tools) if tools else None)
    return _triage_rows(file, hints) if jsonl else _triage_file(file, hints)


def _offer(path: Path) -> Offer:
    try:
        text = path.read_text("utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise UsageError(f"the tools cannot be read: {why(error)}", where=str(path)) from error
    offer = read_offer(load_yaml(text, str(path)).value)
    if offer is None:
        raise UsageError(
            "there are no tools in it",
            where=str(path),
            hint="give a list of tools in the shape of OpenAI, Anthropic, Gemini, Bedrock or MCP",
        )
    return offer


def _triage_file(file: Path, hints: Hints) -> int:
    with _on_disk(file) as path:
        found = [
            each if isinstance(each, Unread) else diagnose(each)
            for each in read_responses(path, hints)
        ]
    _print(line for each in found for line in show(each))
    answers = [each for each in found if isinstance(each, Diagnosis)]
    if not answers:
        return ExitCode.USAGE
    is_clean = len(answers) == len(found) and not any(each.findings for each in answers)
    return ExitCode.PASSED if is_clean else ExitCode.FAILED


@contextmanager
def _on_disk(file: Path) -> Iterator[Path]:
    """Give standard input a place for as long as it is read."""
    if file != _STDIN:
        yield file
        return
    with TemporaryDirectory() as folder:
        path = Path(folder, "standard-input")
        path.write_bytes(sys.stdin.buffer.read())
        try:
            yield path
        except EvalkitError as error:
            error.where = error.where and error.where.replace(str(path), "standard input")
            raise


def _print(lines: Iterable[Line]) -> None:
    from rich.console import Console
    from rich.text import Text

    console = Console()
    for line in lines:
        console.print(Text(line.text, style=_STYLES[line.tone]), soft_wrap=True)


def _triage_rows(file: Path, hints: Hints) -> int:
    read = clean = total = 0
    for report in triage_rows(_rows(file), hints):
        click.echo(report.line)
        total, read, clean = total + 1, read + report.is_read, clean + report.is_clean
    if not read:
        return ExitCode.USAGE
    return ExitCode.PASSED if clean == total else ExitCode.FAILED


def _rows(file: Path) -> Iterator[bytes]:
    """Yield the lines of a file, or of standard input, compressed or not."""
    try:
        with open(0, "rb", closefd=False) if file == _STDIN else file.open("rb") as content:
            is_packed = content.peek(2).startswith(_GZIP)
            yield from gzip.GzipFile(fileobj=content) if is_packed else content
    except (OSError, EOFError, zlib.error) as error:
        raise UsageError(f"cannot be read: {why(error)}", where=str(file)) from error

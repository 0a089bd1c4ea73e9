"""What `evalkit cassettes` does with files that are named: look into them, and convert them."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from pathlib import Path

import click
from msgspec.structs import asdict

from evalkit.cassettes import Finding, Recording, convert, read, scan_file
from evalkit.cli._options import AS_JSON, CONFIG
from evalkit.config import Config, load_config
from evalkit.errors import ExitCode, UsageError
from evalkit.transcript import JsonObject, JsonValue

SHOWN = 2_000
"""Characters of a body that people are shown."""
PASSED_OVER = frozenset({".git", ".venv", "__pycache__", "node_modules"})

_PATH = click.Path(path_type=Path)


@click.command("scan")
@click.argument("paths", nargs=-1, type=click.Path(path_type=Path, exists=True))
@AS_JSON
@CONFIG
def scan_command(paths: tuple[Path, ...], *, as_json: bool, config: Path | None) -> int:
    """Fail where a secret stands in cassettes, suites, reports or run files.

    PATHS are files or folders; without any, the folders of the project.
    """
    settings = load_config(config, near=paths)
    redaction = settings.redaction()
    found = [
        (path, finding)
        for path in _files(paths or _own(settings))
        for finding in scan_file(path, redaction)
    ]
    if as_json:
        click.echo(json.dumps([{"path": path.as_posix(), **asdict(each)} for path, each in found]))
    else:
        for path, each in found:
            click.echo(_located(path, each))
        if not found:
            click.echo("no secret was found")
    return ExitCode.FAILED if found else ExitCode.PASSED


@click.command("show")
@click.argument("paths", nargs=-1, required=True, type=click.Path(path_type=Path, exists=True))
@click.option("--json", "as_json", is_flag=True, help="Print one JSON line for each recording.")
def show_command(paths: tuple[Path, ...], *, as_json: bool) -> int:
    """Print what cassettes hold, whoever recorded them."""
    for path in paths:
        for number, recording in enumerate(read(path)):
            shown = _described(path, number, recording)
            click.echo(json.dumps(shown) if as_json else "\n".join(_lines(shown)))
    return ExitCode.PASSED


@click.command("convert")
@click.argument("paths", nargs=-1, required=True, type=click.Path(path_type=Path, exists=True))
@click.option("--to", type=_PATH, metavar="PATH", help="A file for one cassette, else a folder.")
@AS_JSON
@CONFIG
def convert_command(
    paths: tuple[Path, ...], *, to: Path | None, as_json: bool, config: Path | None
) -> int:
    """Rewrite cassettes of vcrpy and pytest-recording in evalkit's format, without secrets.

    In place, unless --to says where.
    """
    if to is not None and len(paths) > 1 and to.suffix:
        raise UsageError(f"{len(paths)} cassettes do not fit into one file", where=str(to))
    redaction = load_config(config, near=paths).redaction()
    converted = []
    for path in paths:
        target = _target(path, to)
        count = len(convert(path, target, redaction))
        converted.append({"path": path.as_posix(), "to": target.as_posix(), "recordings": count})
        if not as_json:
            click.echo(f"{path} -> {target}: {count} recording{'' if count == 1 else 's'}")
    if as_json:
        click.echo(json.dumps(converted))
    return ExitCode.PASSED


def _target(path: Path, to: Path | None) -> Path:
    if to is None:
        return path
    return to if to.suffix else to / path.name


def _own(config: Config) -> tuple[Path, ...]:
    """Where a project keeps what may hold a secret."""
    places = (
        config.cassettes,
        *config.suites,
        *(config.folder / name for name in ("evalkit.yaml", ".evalkit", "reports")),
    )
    return tuple(path for path in places if path.exists())


def _files(paths: Iterable[Path]) -> Iterator[Path]:
    for path in paths:
        if path.is_file():
            yield path
        else:
            yield from sorted(
                each
                for each in path.rglob("*")
                if each.is_file() and PASSED_OVER.isdisjoint(each.parts)
            )


def _located(path: Path, found: Finding) -> str:
    return f"{path}:{found.line}:{found.column}: {found.rule}: {_printable(found.excerpt)}"


def _described(path: Path, number: int, recording: Recording) -> JsonObject:
    asked, answered, facts = recording.asked, recording.answered, recording.facts
    return {
        "path": path.as_posix(),
        "number": number,
        "trial": facts.trial,
        "recorded_at": facts.recorded_at,
        "model_asked": facts.model_asked,
        "model_answered": facts.model_answered,
        "latency_s": facts.latency_s,
        "simulated": facts.simulated,
        "method": asked.method,
        "url": asked.url,
        "request": _body(asked.body),
        "status": answered.status,
        "response": _body(answered.body),
    }


def _body(body: JsonObject | bytes) -> JsonValue:
    """Show a body as JSON where it is some, else as text."""
    if not isinstance(body, bytes):
        return body
    try:
        value: JsonValue = json.loads(body)
    except (ValueError, RecursionError):
        return body.decode("utf-8", "replace")
    return value


def _lines(shown: JsonObject) -> Iterator[str]:
    about = ("recorded_at", "model_answered", "latency_s")
    known = [f"{name} {shown[name]}" for name in about if shown[name] is not None]
    if isinstance(shown["trial"], int):
        known.insert(0, f"trial {shown['trial'] + 1}")
    yield _printable(f"{shown['path']} [{shown['number']}] {', '.join(known)}")
    yield _printable(f"  {shown['method']} {shown['url']} -> {shown['status']}")
    yield f"  asked:    {_short(shown['request'])}"
    yield f"  answered: {_short(shown['response'])}"


def _short(body: JsonValue) -> str:
    text = body if isinstance(body, str) else json.dumps(body, ensure_ascii=False)
    return _printable(text[:SHOWN]) + ("…" if len(text) > SHOWN else "")


def _printable(text: str) -> str:
    """Write what a terminal might obey as its escape."""
    return "".join(
        each if each.isprintable() else each.encode("unicode_escape").decode() for each in text
    )

"""Reports as files: a folder with every format, and the summary of a job on GitHub."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from secrets import token_hex

from evalkit.baseline import RunComparison
from evalkit.errors import EvalkitError, why
from evalkit.report._html import render_html
from evalkit.report._junit import render_junit
from evalkit.report._markdown import render_markdown
from evalkit.report._overview import overview
from evalkit.report._own_templates import own_templates, render_own
from evalkit.runfile import RunRecord


def write_reports(
    record: RunRecord,
    folder: Path,
    *,
    comparison: RunComparison | None = None,
    templates: Path | None = None,
    option: str = "--report",
) -> tuple[Path, ...]:
    """Write the report in HTML, Markdown and JUnit, and return the files, the page first.

    Each further template of the folder `templates` makes a file more. `option` is where whoever
    reads an error may name another folder.

    Raises:
        EvalkitError: a file cannot be written, or a template fails.
    """
    written = dict(_texts(record, comparison, templates))
    for name, text in written.items():
        write_file(folder / name, text, what="report", hint=f"name another folder with {option}")
    return tuple(folder / name for name in written)


def _texts(
    record: RunRecord, comparison: RunComparison | None, templates: Path | None
) -> Iterator[tuple[str, str]]:
    summed = overview(record)
    yield "index.html", render_html(record, comparison, templates, summed)
    yield "report.md", render_markdown(record, comparison, templates, summed)
    yield "junit.xml", render_junit(record)
    if templates is not None:
        for name in own_templates(templates):
            yield name, render_own(name, record, comparison, templates, summed)


def add_to_summary(
    record: RunRecord, summary: Path, comparison: RunComparison | None = None
) -> None:
    """Append the report in Markdown to the summary of a job, as GitHub Actions shows it.

    Raises:
        EvalkitError: the file cannot be written.
    """
    text = render_markdown(record, comparison).encode("utf-8", "backslashreplace")
    try:
        with summary.open("ab") as file:
            file.write(text + b"\n")
    except OSError as error:
        raise EvalkitError(
            f"the summary of the job cannot be written: {error.strerror}",
            where=str(summary),
            hint="unset GITHUB_STEP_SUMMARY where it names no file",
        ) from error


def write_file(path: Path, text: str, *, what: str, hint: str) -> None:
    """Write a file so that it is never seen half-written; `what` says in a noun what it holds.

    Raises:
        EvalkitError: the file cannot be written.
    """
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        draft = path.with_name(f".{path.name}.{token_hex(4)}.tmp")
        draft.write_bytes(text.encode("utf-8", "backslashreplace"))
        draft.replace(path)
    except OSError as error:
        raise EvalkitError(
            f"the {what} cannot be written: {why(error)}", where=str(path), hint=hint
        ) from error

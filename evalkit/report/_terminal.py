"""The end of `evalkit run`: the verdict, the providers side by side, and what went wrong."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from evalkit.report._overview import Overview, hint, overview, reasons, title
from evalkit.report._table import Figure, Section
from evalkit.report._visible import one_line
from evalkit.results import CaseResult, Status
from evalkit.runfile import RunRecord

if TYPE_CHECKING:  # rich takes 28 ms to import, and only this module draws with it
    from rich.console import Console, RenderableType
    from rich.table import Table

_LABEL_WIDTH = 22
_FIGURE_WIDTH = 19
_MOST_CASES = 50
_MOST_ALIKE = 3


def render_terminal(record: RunRecord, console: Console, *, whole: str) -> None:
    """Print the run on `console`, whose width and colours it keeps to.

    `whole` says at the end of a long list what shows the rest of it.
    """
    from rich.text import Text

    summed = overview(record)
    for table in _tables(summed, console.width):
        console.print(table)
        console.print()
    for line in _problems(summed, whole):
        console.print(line)
    console.print(Text(one_line(summed.verdict, 2000), style="bold"))
    for warning in summed.warnings:
        console.print(Text(one_line(warning, 1000), style="yellow"))


def _tables(summed: Overview, width: int) -> Iterator[Table]:
    """Put as many providers beside one another as fit."""
    fitting = max(1, (width - _LABEL_WIDTH) // (_FIGURE_WIDTH + 2))
    for start in range(0, len(summed.summaries), fitting):
        shown = slice(start, start + fitting)
        room = (width - _LABEL_WIDTH) // len(summed.summaries[shown]) - 2
        yield _table(summed, shown, room)


def _table(summed: Overview, shown: slice, room: int) -> Table:
    from rich import box
    from rich.table import Table
    from rich.text import Text

    table = Table(box=box.SIMPLE_HEAD, pad_edge=False, show_edge=False)
    table.add_column("", no_wrap=True, max_width=_LABEL_WIDTH, overflow="ellipsis")
    for summary in summed.summaries[shown]:
        mark = "\n(simulated)" if summary.simulated else ""
        table.add_column(Text(one_line(summary.provider, 60) + mark), overflow="fold")
    for section in summed.sections:
        _add_rows(table, section, shown, room)
    return table


def _add_rows(table: Table, section: Section, shown: slice, room: int) -> None:
    """Add a row for each measure; a note that has no room beside its figure stands below it."""
    from rich.text import Text

    def note_of(figure: Figure) -> str:
        if not figure.note:
            return ""
        note = f" ({figure.note})"
        return note if len(figure.text + note) <= room else f"\n{note[1:]}"

    for row in section.rows:
        cells = [
            Text.assemble(
                figure.text,
                (note_of(figure), "dim"),
                (f" {figure.errors}" if figure.errors else "", "yellow"),
            )
            for figure in row.figures[shown]
        ]
        table.add_row(Text(row.label), *cells)
    table.add_section()


def _problems(summed: Overview, whole: str) -> Iterator[RenderableType]:
    from rich.text import Text

    for heading, results in (("Failed", summed.failed), ("Errored", summed.errored)):
        if results:
            shown = tuple(_few_alike(results))[:_MOST_CASES]
            yield Text(f"{heading} ({len(results)})", style="bold")
            for result in shown:
                yield from _problem(result)
            more = len(results) - len(shown)
            yield Text(f"  … and {more} more: {whole}\n" if more > 0 else "")


def _few_alike(results: Sequence[CaseResult]) -> Iterator[CaseResult]:
    """Leave out trouble of a sort that was shown often enough; one cause may strike every case."""
    seen: Counter[str] = Counter()
    for result in results:
        trouble = result.transcript.trouble
        if trouble is not None:
            seen[trouble.error] += 1
        if trouble is None or seen[trouble.error] <= _MOST_ALIKE:
            yield result


def _problem(result: CaseResult) -> Iterator[RenderableType]:
    from rich.padding import Padding
    from rich.text import Text

    mark, style = ("!", "yellow") if result.status is Status.ERRORED else ("✗", "red")
    provider = one_line(result.provider, 60)
    place = f"  {one_line(result.where)}" if result.where else ""
    yield Text.assemble(
        (f"  {mark} ", style), (title(result), "bold"), f" [{provider}]", (place, "dim")
    )
    lines = [Text.assemble((kind, style), f": {line}") for kind, line in reasons(result)]
    advice = hint(result)
    if advice:
        lines.append(Text(f"hint: {one_line(advice)}", style="dim"))
    for line in lines:
        yield Padding(line, (0, 0, 0, 6), expand=False)

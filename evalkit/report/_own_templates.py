"""Files that the user's templates make beside our formats."""

from __future__ import annotations

from pathlib import Path

from evalkit.baseline import RunComparison
from evalkit.errors import UsageError
from evalkit.report._html import page_values
from evalkit.report._markdown import markdown_environment, markdown_values
from evalkit.report._overview import Overview
from evalkit.report._page import page_environment
from evalkit.report._since import since
from evalkit.report._templates import SUFFIX, environment, fill, our_templates
from evalkit.report._visible import visible
from evalkit.runfile import RunRecord

_MARKUP = frozenset({".html", ".htm", ".xml", ".svg"})


def own_templates(folder: Path) -> tuple[str, ...]:
    """Name the files that templates of `folder` make: `summary.txt` by `summary.txt.jinja`.

    Names that begin with `_` are for including, and those of our templates replace ours.

    Raises:
        UsageError: there is no such folder, or no template in it.
    """
    found = sorted(path.name for path in folder.glob(f"*{SUFFIX}"))
    if not found:
        raise UsageError(
            "no template is there",
            where=str(folder),
            hint=f"templates are called NAME{SUFFIX}, such as report.html{SUFFIX}",
        )
    ours = our_templates()
    return tuple(name.removesuffix(SUFFIX) for name in found if name not in ours and name[0] != "_")


def render_own(
    name: str,
    record: RunRecord,
    comparison: RunComparison | None,
    folder: Path,
    summed: Overview,
) -> str:
    """Render the template of that file: escaped for HTML, XML or Markdown, as its name says.

    Raises:
        PluginFailed: the template fails.
    """
    template = name + SUFFIX
    suffix = Path(name).suffix
    if suffix in _MARKUP:
        values = page_values(record, comparison, summed)
        return fill(page_environment(folder), template, values, folder)
    changed = None if comparison is None else since(comparison)
    values = markdown_values(record, summed, changed)
    plain = environment(folder, _readable, autoescape=False)
    made = markdown_environment(folder) if suffix == ".md" else plain
    return fill(made, template, values, folder)


def _readable(value: object) -> object:
    return visible(value) if type(value) is str else value

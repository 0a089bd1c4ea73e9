"""Where templates come from: a folder of the user's first, then ours."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from importlib.resources import files
from pathlib import Path
from typing import TYPE_CHECKING

from evalkit.errors import PluginFailed
from evalkit.report._figures import count, percent, plural, seconds, span, usd

if TYPE_CHECKING:  # jinja2 takes 20 ms to import, and most runs write no report
    from jinja2 import Environment

OURS = "evalkit"
"""The prefix under which a template of the user's finds ours, to extend or to include."""

SUFFIX = ".jinja"


def environment(
    folder: Path | None, finalize: Callable[[object], object], *, autoescape: bool
) -> Environment:
    """Return an environment in which a template of `folder` stands before ours of that name.

    `finalize` makes every value fit to be read; with `autoescape` it is then escaped for HTML.
    """
    from jinja2 import (
        ChoiceLoader,
        Environment,
        FileSystemLoader,
        PackageLoader,
        PrefixLoader,
        StrictUndefined,
    )

    ours = PackageLoader("evalkit.report")
    theirs = [] if folder is None else [FileSystemLoader(folder)]
    made = Environment(
        loader=ChoiceLoader([*theirs, PrefixLoader({OURS: ours}), ours]),
        autoescape=autoescape,  # noqa: S701 - what is no HTML is made fit by `finalize`
        undefined=StrictUndefined,
        finalize=finalize,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )
    made.filters |= {"percent": percent, "usd": usd, "seconds": seconds, "count": count}
    made.globals |= {"span": span, "plural": plural}
    return made


def our_templates() -> frozenset[str]:
    folder = files("evalkit.report").joinpath("templates")
    return frozenset(entry.name for entry in folder.iterdir() if entry.name.endswith(SUFFIX))


def fill(made: Environment, name: str, values: Mapping[str, object], folder: Path | None) -> str:
    """Render a template.

    Raises:
        PluginFailed: a template of `folder` cannot be read, or something in it fails.
    """
    try:
        return made.get_template(name).render(values)
    except Exception as error:  # one call of a plugin: a template may do anything
        where = None if folder is None else _place(error, folder)
        if where is None:
            raise
        raise PluginFailed(
            f"the template fails: {type(error).__name__}: {error}",
            where=where,
            hint="docs/reports.md lists what a template is given",
        ) from error


def _place(error: Exception, folder: Path) -> str | None:
    """Find the line of a template in `folder` that was at work; None where none was."""
    from jinja2 import TemplateSyntaxError

    places = [(error.filename, error.lineno)] if isinstance(error, TemplateSyntaxError) else []
    trace = error.__traceback__
    while trace is not None:
        places.append((trace.tb_frame.f_code.co_filename, trace.tb_lineno))
        trace = trace.tb_next
    theirs = [f"{file}:{line}" for file, line in places if file and folder in Path(file).parents]
    return theirs[-1] if theirs else None

"""The page that reviewers open: one file, no outside request, nothing in it can run but ours."""

from __future__ import annotations

import re
from base64 import b64encode
from collections.abc import Iterable
from functools import cache
from hashlib import sha256
from importlib.resources import files

from evalkit.measures import ProviderSummary
from evalkit.report._charts import confusion_matrix, failure_kinds
from evalkit.report._figures import percent, span
from evalkit.report._island import pack_run
from evalkit.report._overview import facts, overview
from evalkit.report._visible import one_line
from evalkit.results import Kind
from evalkit.runfile import RunRecord

_DIGITS = re.compile(r"([0-9]{1,9})")
_SCRIPTS = ("text.js", "data.js", "grid.js", "conversation.js", "page.js")


def render_html(record: RunRecord) -> str:
    """Write the whole report as one page that works from a file, offline and printed.

    Its Content-Security-Policy admits our script and our style by their hashes and nothing else;
    whatever a model, a tool or a suite wrote is text in it.
    """
    from jinja2 import Environment, PackageLoader, StrictUndefined

    def readable(value: object) -> object:
        return one_line(value, 2000) if type(value) is str else value

    environment = Environment(
        loader=PackageLoader("evalkit.report"),
        autoescape=True,
        undefined=StrictUndefined,
        finalize=readable,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters |= {"percent": percent, "points": _points, "words": _words}
    environment.globals |= {"span": span, "percentage": _percentage}
    summed = overview(record)
    style, script = _style(), _script()
    return environment.get_template("report.html.jinja").render(
        summed=summed,
        facts=facts(summed),
        tags=_tags(summed.summaries),
        kinds=failure_kinds(summed.summaries),
        matrices=[confusion_matrix(summary) for summary in summed.summaries],
        islands=pack_run(record),
        style=style,
        script=script,
        policy=_policy(style, script),
    )


def _tags(summaries: Iterable[ProviderSummary]) -> list[str]:
    """List every tag, F2 before F10."""
    tags = {entry.tag for summary in summaries for entry in summary.tags}
    return sorted(tags, key=_by_number)


def _by_number(tag: str) -> list[tuple[int, str]]:
    """Order digits by their value; the split has them at the odd places."""
    parts = enumerate(_DIGITS.split(tag))
    return [(int(part), "") if place % 2 else (0, part) for place, part in parts]


def _words(kind: Kind) -> str:
    return kind.replace("_", " ").replace("json", "JSON")


def _points(share: float) -> str:
    return f"{100 * share:+.0f}".replace("+0", "0").replace("-0", "0")


def _percentage(share: float) -> str:
    return f"{100 * share:.2f}%"


def _policy(style: str, script: str) -> str:
    """Admit nothing but our own style and script, and no markup made from strings."""
    return "; ".join(
        (
            "default-src 'none'",
            f"style-src '{_digest(style)}'",
            f"script-src '{_digest(script)}'",
            "base-uri 'none'",
            "form-action 'none'",
            "require-trusted-types-for 'script'",
        )
    )


def _digest(text: str) -> str:
    return f"sha256-{b64encode(sha256(text.encode()).digest()).decode()}"


@cache
def _style() -> str:
    return _template("report.css")


@cache
def _script() -> str:
    return "\n".join(_template(name) for name in _SCRIPTS)


def _template(name: str) -> str:
    return files("evalkit.report").joinpath("templates", name).read_text("utf-8")

"""What every page is made of: escaping, one style, one script, and a policy that admits no more."""

from __future__ import annotations

import re
from base64 import b64encode
from functools import cache
from hashlib import sha256
from importlib.resources import files
from pathlib import Path
from typing import TYPE_CHECKING

from evalkit.report._island import Islands
from evalkit.report._overview import minute
from evalkit.report._since import chance
from evalkit.report._templates import environment
from evalkit.report._visible import one_line

if TYPE_CHECKING:
    from jinja2 import Environment

_SCRIPTS = ("text.js", "data.js", "grid.js", "conversation.js", "beside.js", "page.js")
_P_VALUE = re.compile(r"\bp ([=<]) (?=\d)")
_MOST = 2000
"""Characters of any one value outside of the packed conversations."""


def page_environment(templates: Path | None) -> Environment:
    made = environment(templates, _readable, autoescape=True)
    made.filters |= {"points": _points, "words": _words, "chance": chance, "minute": minute}
    made.filters |= {"unbroken": _unbroken}
    made.globals |= {"percentage": _percentage}
    return made


def page_parts(islands: Islands) -> dict[str, object]:
    """Return what `page.html.jinja` is given."""
    style, script = _style(), _script()
    return {
        "islands": islands,
        "style": style,
        "script": script,
        "policy": _policy(style, script),
    }


def _readable(value: object) -> object:
    return one_line(value, _MOST) if type(value) is str else value


def _unbroken(sentence: str) -> str:
    """Keep `p < 0.0001` on one line, by no-break spaces."""
    return _P_VALUE.sub("p\N{NO-BREAK SPACE}\\1\N{NO-BREAK SPACE}", sentence)


def _words(name: str) -> str:
    return name.replace("_", " ").replace("json", "JSON")


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

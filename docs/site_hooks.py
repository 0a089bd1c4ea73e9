"""Hooks of mkdocs: what the pages hold for tests is taken away, and tables get their style."""

from __future__ import annotations

import re

_NOTE = re.compile(r"^(```\w+) .*$", re.MULTILINE)

_STYLE = """<style>
/* Code in tables is broken between words only; a table wider than its window scrolls. */
.md-typeset table:not([class]) code { overflow-wrap: normal; word-break: normal }
@media (max-width: 44.9375em) {
  .md-typeset table:not([class]) td:not(:first-child) { min-width: 7rem }
}
</style>"""


def on_post_page(output: str, **_: object) -> str:
    """Put the style into the page, which so fetches no file more."""
    return output.replace("</head>", f"{_STYLE}</head>", 1)


def on_page_markdown(markdown: str, **_: object) -> str:
    """Take away the words behind the language of a code block, by which tests tell examples."""
    return _NOTE.sub(r"\1", markdown)

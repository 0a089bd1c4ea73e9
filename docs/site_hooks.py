"""Hooks of mkdocs: what the pages hold for tests is taken away before they are shown."""

from __future__ import annotations

import re

_NOTE = re.compile(r"^(```\w+) .*$", re.MULTILINE)


def on_page_markdown(markdown: str, **_: object) -> str:
    """Take away the words behind the language of a code block, by which tests tell examples."""
    return _NOTE.sub(r"\1", markdown)

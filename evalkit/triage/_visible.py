"""Foreign text made fit for a terminal."""

from __future__ import annotations

import unicodedata


def visible(text: str) -> str:
    """Write every character that cannot be seen as `<U+202E>`; nothing else is changed.

    JSON never means that spelling, so that it is told from an escape that the model wrote.
    """
    if text.isprintable():
        return text
    return "".join(each if each.isprintable() else f"<U+{ord(each):04X}>" for each in text)


def columns(text: str) -> int:
    """Tell how many columns of a terminal a visible text takes."""
    return sum(map(_columns, text))


def _columns(character: str) -> int:
    if unicodedata.combining(character):
        return 0
    return 2 if unicodedata.east_asian_width(character) in "WF" else 1

"""Foreign text made fit to be read: nothing in it is invisible, moves the cursor or runs on."""

from __future__ import annotations

import re

_UNSEEN = (
    "\x00-\x1f\x7f-\x9f\xad"  # control characters, soft hyphen
    "\u0600-\u0605\u061c\u06dd\u070f\u08e2\u180e"  # marks of Arabic, Syriac and Mongolian
    "\u200b-\u200f\u2028-\u202e\u2060-\u206f"  # zero width, separators, direction
    "\ufeff\ufff9-\ufffb\ud800-\udfff"  # byte order mark, annotations, lone surrogates
    "\U000110bd\U000110cd\U0001bca0-\U0001bca3\U0001d173-\U0001d17a"
    "\U000e0000-\U000e007f"  # tags, which spell hidden text
)
_ANY = re.compile(f"[{_UNSEEN}]")
_ANY_BUT_LINES = re.compile(f"(?![\n\t])[{_UNSEEN}]")


def visible(text: str) -> str:
    r"""Write what cannot be seen as an escape such as `\u202e`; keep line breaks and tabs."""
    return _ANY_BUT_LINES.sub(_escape, text)


def one_line(text: str, limit: int = 300) -> str:
    """Make `text` visible on one line of at most `limit` characters."""
    short = text[:limit] if len(text) > limit else text
    line = _ANY.sub(_escape, short)
    if len(line) > limit or len(text) > limit:
        return f"{line[: limit - 1]}…"
    return line


def _escape(match: re.Match[str]) -> str:
    return match[0].encode("unicode_escape", "surrogatepass").decode("ascii")

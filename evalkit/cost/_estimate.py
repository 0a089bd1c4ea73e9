"""An estimate of how many tokens a text takes, for where no encoding is at hand.

Fitted on the prompts and tools of 599 recorded requests to gpt-4o, and held against 599 others:
the median error is 1.3 %, 95 of 100 are within 4.2 %. That is English prose and the tools of
English-speaking developers; of other languages little is promised.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping

_PIECE = re.compile(
    r"(?P<word>[ _./(\"'`-]?[^\W\d_]+)|(?P<number>\d{1,3})|"
    r"(?P<sign> ?[^\w\s]+[\r\n]*|_+)|(?P<line>\s*[\r\n]+)|(?P<space>\s+)"
)
_PART = re.compile(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+|[^\W\d_]+")
_OTHER: Mapping[str, float] = {"number": 1.28, "line": 0.84, "space": 0.76}

_LENGTHS = (4, 7, 10, 13)
"""The last length of each class of words but the longest."""
_AFTER_SPACE = (0.99, 1.04, 1.06, 1.25, 1.25)
_AFTER_SIGN = (1.01, 1.22, 1.28, 2.0, 2.0)
_GLUED = (1.4, 1.63, 1.95, 2.27, 3.0)
_SIGNS = (0.86, 0.33, 2.19)
_FURTHER_SIGN = 0.46
_NO_LATIN = 0.8
"""For each letter of a script without its own fit."""


def estimate_tokens(text: str) -> int:
    """Estimate the tokens of a text under the encodings of OpenAI's models."""
    return round(sum(_costs(text)))


def _costs(text: str) -> Iterator[float]:
    for piece in _PIECE.finditer(text):
        kind = piece.lastgroup or ""
        if kind == "word":
            yield from _word(piece[0])
        elif kind == "sign":
            yield _sign(len(piece[0].strip()))
        else:
            yield _OTHER[kind]


def _word(piece: str) -> Iterator[float]:
    before = "" if piece[0].isalpha() else piece[0]
    costs = {" ": _AFTER_SPACE, "": _GLUED}.get(before, _AFTER_SIGN)
    for part in _PART.findall(piece):
        yield _letters(part, costs)
        costs = _GLUED


def _letters(part: str, costs: tuple[float, ...]) -> float:
    if not part.isascii():
        return _NO_LATIN * len(part)
    return costs[sum(len(part) > length for length in _LENGTHS)]


def _sign(length: int) -> float:
    return _SIGNS[min(length, 3) - 1] + _FURTHER_SIGN * max(0, length - 3)

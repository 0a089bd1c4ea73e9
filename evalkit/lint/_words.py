"""The words of names and descriptions, as far as they carry meaning."""

from __future__ import annotations

import re
from collections.abc import Mapping
from collections.abc import Set as AbstractSet

_STEM = 6
_POSSESSIVE = re.compile(r"['\u2019]s\b")
_WORD = re.compile(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+|[0-9]+")


def vocabulary(listed: str) -> frozenset[str]:
    """The words of a text that is nothing but words."""
    return frozenset(listed.split())


_EMPTY_WORDS = vocabulary(
    "a about all an and any are as at based be by can for from function get given gets has have if "
    "in into is it its of on one or provide provided provides return returned returns retrieve "
    "retrieves specific specified such that the their this to tool two use used uses using value "
    "values via what when where whether which will with you your"
)
_SAME: Mapping[str, str] = {
    "fetch": "find",
    "look": "find",
    "lookup": "find",
    "query": "find",
    "search": "find",
    "add": "creat",
    "insert": "creat",
    "remov": "delet",
    "modify": "updat",
}
"""Stems of verbs that mean the same in the name of a tool."""


def words(text: str) -> list[str]:
    """Split prose, `snake_case` and `camelCase` into words in lower case."""
    return [word.lower() for word in _WORD.findall(_POSSESSIVE.sub("", text))]


def content(text: str) -> dict[str, str]:
    """The words that carry meaning, each under its stem."""
    return {_stem(word): word for word in words(text) if word not in _EMPTY_WORDS}


def likeness(one: AbstractSet[str], other: AbstractSet[str]) -> float:
    """The share of all words that both have (Jaccard)."""
    return len(one & other) / len(one | other) if one and other else 0.0


def printable(text: str) -> str:
    """Write what would steer a terminal, or hide, as an escape."""
    return "".join(
        each if each.isprintable() else each.encode("unicode_escape").decode("ascii")
        for each in text
    )


def _stem(word: str) -> str:
    """Cut off what only grammar adds: preference, preferred and prefers are one word."""
    for ending in ("ing", "es", "ed", "s"):
        if word.endswith(ending) and len(word) > len(ending) + 2:
            word = word.removesuffix(ending)
            break
    word = word.removesuffix("e")
    return _SAME.get(word, word)[:_STEM]

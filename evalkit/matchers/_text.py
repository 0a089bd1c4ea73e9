"""Matchers of text."""

from __future__ import annotations

import unicodedata
from collections.abc import Mapping
from typing import Protocol

from evalkit.matchers._values import BadPattern, Context, Matcher, Reason
from evalkit.matchers._words import describe, show
from evalkit.transcript import JsonValue

_EVERY_TEXT = ("", "\x01")
"""A pattern that matches both, nothing and a character nobody means, matches all."""


class _Regex(Protocol):
    def search(self, text: str) -> object | None: ...
    def fullmatch(self, text: str) -> object | None: ...


def _regex(operand: JsonValue) -> Reason:
    pattern, source = _compile("$regex", operand)
    if all(pattern.fullmatch(text) for text in _EVERY_TEXT):
        raise BadPattern(f"{source} matches every text", hint="write {$type: string}")

    def reason(actual: JsonValue, _: Context) -> str | None:
        if not isinstance(actual, str):
            return f"expected text that matches {source}, got {describe(actual)}"
        if pattern.fullmatch(_encodable(actual)):
            return None
        if pattern.search(_encodable(actual)):
            return f"only a part of {show(actual)} matches {source}, not the whole"
        return f"{show(actual)} does not match {source}"

    return reason


def _search(operand: JsonValue) -> Reason:
    pattern, source = _compile("$search", operand)
    if all(pattern.search(text) for text in _EVERY_TEXT):
        raise BadPattern(f"{source} is found in every text", hint="write {$type: string}")

    def reason(actual: JsonValue, _: Context) -> str | None:
        if not isinstance(actual, str):
            return f"expected text in which {source} is found, got {describe(actual)}"
        if pattern.search(_encodable(actual)):
            return None
        return f"{source} is not found in {show(actual)}"

    return reason


def _compile(name: str, operand: JsonValue) -> tuple[_Regex, str]:
    import re2  # loaded with the first pattern, not with the package

    if not isinstance(operand, str):
        raise BadPattern(f"{name} takes a pattern, got {describe(operand)}")
    options = re2.Options()
    options.log_errors = False
    try:
        return re2.compile(_encodable(operand), options), f"/{operand}/"
    except re2.error as error:
        why = error.args[0]
        text = why.decode("utf-8", "replace") if isinstance(why, bytes) else str(why)
        raise BadPattern(f"{name}: {text}", hint=_advice(text)) from error


def _advice(complaint: str) -> str:
    if "(?" in complaint:
        return "RE2 knows no lookaround; join two patterns by $all_of or $not instead"
    if "escape" in complaint:
        return "RE2 knows no backreference; single quotes keep a backslash as it is"
    return "the syntax is RE2's"


def _encodable(text: str) -> str:
    """RE2 works on UTF-8, which has no unpaired surrogates."""
    return text.encode("utf-8", "replace").decode("utf-8")


def _text(operand: JsonValue) -> Reason:
    if not isinstance(operand, str):
        raise BadPattern(f"$text takes text, got {describe(operand)}")
    wanted = fold(operand)
    if not wanted:
        raise BadPattern("$text needs a letter or a digit", hint="write the text without $text")

    def reason(actual: JsonValue, _: Context) -> str | None:
        if not isinstance(actual, str):
            return f"expected the text {show(operand)}, got {describe(actual)}"
        if fold(actual) == wanted:
            return None
        return (
            f"expected {show(operand)} (case, spaces and punctuation ignored), got {show(actual)}"
        )

    return reason


def fold(text: str) -> str:
    """Drop what `$text` ignores: case, spaces, punctuation, and the width of characters."""
    if text.isascii():
        return text.lower().translate(_IGNORED_IN_ASCII)
    folded = unicodedata.normalize("NFKC", text).casefold()
    return "".join(each for each in folded if not _is_ignored(each))


def _is_ignored(character: str) -> bool:
    return unicodedata.category(character)[0] in "PZC"


_IGNORED_IN_ASCII = {code: None for code in range(128) if _is_ignored(chr(code))}

MATCHERS: Mapping[str, Matcher] = {"$regex": _regex, "$search": _search, "$text": _text}

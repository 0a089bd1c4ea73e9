"""Values in the words of a one-line reason: bounded, and harmless to a terminal."""

from __future__ import annotations

import json
import unicodedata

from evalkit.transcript import JsonValue

_LIMIT = 120
_HEAD = 80
_JSON = json.JSONEncoder(ensure_ascii=False)


def show(value: JsonValue) -> str:
    """Write a value on one line: text in single quotes, the rest as JSON, long ones shortened."""
    if isinstance(value, str):
        return _quoted(_shorten(value))
    try:
        text = _JSON.encode(_cut(value))
    except (RecursionError, ValueError):  # too deep, or a number of too many digits
        return "(too deep or too long to show)"
    return _printable(_shorten(text))


def one_line(text: str) -> str:
    """Shorten foreign prose and make it harmless, without quotes around it."""
    return _printable(_shorten(text.split("\n", 1)[0]))


def describe(value: JsonValue) -> str:
    """Write a value after its kind, for a reader who would take one kind for another."""
    if value is None or isinstance(value, bool):
        return show(value)
    return f"{_kind(value)} {show(value)}"


def differs(expected: JsonValue, actual: JsonValue) -> str:
    """Say that another value was expected, and how small the difference is."""
    if _kind(expected) != _kind(actual):
        return f"expected {describe(expected)}, got {describe(actual)}"
    if isinstance(expected, str) and isinstance(actual, str):
        return _texts_differ(expected, actual)
    return f"expected {show(expected)}, got {show(actual)}"


def _texts_differ(expected: str, actual: str) -> str:
    if max(len(expected), len(actual)) > _LIMIT:
        pairs = zip(expected, actual, strict=False)
        shorter = min(len(expected), len(actual))
        at = next((i for i, (e, a) in enumerate(pairs) if e != a), shorter)
        start = max(0, at - 20)
        wanted, got = expected[start : start + 60], actual[start : start + 60]
        return (
            f"the texts differ from character {at + 1} on: expected {show(wanted)}, got {show(got)}"
        )
    said = f"expected {show(expected)}, got {show(actual)}"
    if expected.casefold() == actual.casefold():
        return f"{said} (only upper and lower case differ)"
    if "".join(expected.split()) == "".join(actual.split()):
        return f"{said} (only spaces differ)"
    return f"{said}{_look_alike(expected, actual)}"


def _look_alike(expected: str, actual: str) -> str:
    """Tell texts apart that look the same, by the names of their characters."""
    if unicodedata.normalize("NFKC", expected) == unicodedata.normalize("NFKC", actual):
        return " (the same letters, in another Unicode form)"
    pairs = zip(expected, actual, strict=False)
    at, (wanted, got) = next(
        ((i, pair) for i, pair in enumerate(pairs) if pair[0] != pair[1]), (0, ("", ""))
    )
    if (wanted + got).isascii() or wanted.isalnum() != got.isalnum():
        return ""
    names = [unicodedata.name(each, f"U+{ord(each):04X}") for each in (wanted, got)]
    if wanted.isalnum() and names[0].split()[0] == names[1].split()[0]:
        return ""  # such as u and ü, which nobody takes for one another
    return f" (character {at + 1}: {names[0]} expected, got {names[1]})"


def _kind(value: JsonValue) -> str:
    match value:
        case None:
            return "null"
        case bool():
            return "true or false"
        case int() | float():
            return "the number"
        case str():
            return "the text"
        case list():
            return "the list"
        case _:
            return "the object"


def _cut(value: JsonValue) -> JsonValue:
    """Leave out what `show` would not show anyway."""
    match value:
        case list() if len(value) > _LIMIT:
            return value[:_LIMIT]
        case dict() if len(value) > _LIMIT:
            return dict(list(value.items())[:_LIMIT])
        case int() if value.bit_length() > 4 * _LIMIT:
            return f"{'-' * (value < 0)}{value.bit_length()} bits"
        case _:
            return value


def _shorten(text: str) -> str:
    if len(text) <= _LIMIT:
        return text
    return f"{text[:_HEAD]}…{text[-(_LIMIT - _HEAD) :]}"


def _quoted(text: str) -> str:
    marks = text.replace("'", "\\'") if "'" in text and '"' in text else text
    quote = '"' if "'" in text and '"' not in text else "'"
    return f"{quote}{_printable(marks)}{quote}"


def _printable(text: str) -> str:
    """Write control, formatting and unpaired surrogate characters as escapes."""
    if text.isprintable():
        return text
    return "".join(
        each if each.isprintable() else each.encode("unicode_escape").decode("ascii")
        for each in text
    )

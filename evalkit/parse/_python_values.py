"""Python literals and calls as models write them, read by a scanner and never evaluated."""

from __future__ import annotations

import re

from msgspec import Struct

from evalkit.parse._json import MAX_DEPTH, MAX_DIGITS
from evalkit.parse._scan import skip_space
from evalkit.transcript import Defect, JsonObject, JsonValue

_NAME = re.compile(r"[^\W\d][\w.\-]*+")
_KEYWORD = re.compile(r"([^\W\d]\w*+)\s*+=(?!=)")
_NUMBER = re.compile(r"[+-]?(?:\d[\d_]*+(?:\.\d*+)?|\.\d++)(?:[eE][+-]?\d++)?(?![\w.])")
_CONSTANT = re.compile(r"(?:True|true|False|false|None|null)(?!\w)")
_CONSTANTS: dict[str, JsonValue] = {"True": True, "true": True, "False": False, "false": False}
_QUOTE = re.compile(r"""[rbuRBU]?('''|\"""|'|")""")
_ESCAPE = re.compile(
    r"\\(?:u([0-9a-fA-F]{4})|U([0-9a-fA-F]{8})|x([0-9a-fA-F]{2})|([0-7]{1,3})|(\r?\n)|(.))",
    re.DOTALL,
)
_ESCAPED = {"n": "\n", "t": "\t", "r": "\r", "b": "\b", "f": "\f", "a": "\a", "v": "\v"}
_LITERAL_ESCAPES = frozenset("\\'\"")

_AFTER_ARGUMENT = re.compile(r"\s*+(?:,\s*+(?:[^\W\d]\w*+\s*+=|\)|\*)|\)(?=[\s,;\]<]|$)|$)")
_AFTER_ITEM = re.compile(r"\s*+(?:[,\]}):]|$)")
_SKIPPED = re.compile(
    r"""'(?:[^'\\\n]++|\\.)*+'|"(?:[^"\\\n]++|\\.)*+"|[()\[\]{}]|[^()\[\]{}'"]++|.""", re.DOTALL
)


class NotPythonError(ValueError):
    """No value or call that we read begins here."""


class PythonCall(Struct, frozen=True, kw_only=True):
    """`name(key=value, ...)` as it stands in a text."""

    name: str
    raw: str
    """What stands between the parentheses."""
    keywords: JsonObject | None
    """None where an argument is no literal."""
    positional: tuple[JsonValue, ...]
    end: int
    """The offset behind the closing parenthesis."""
    is_closed: bool

    @property
    def defects(self) -> tuple[Defect, ...]:
        if not self.is_closed:
            return (Defect.TRUNCATED,)
        return (Defect.EXPRESSION,) if self.keywords is None else ()


def read_literal(text: str) -> JsonValue:
    """Read a text that is one Python literal and nothing else.

    Raises:
        NotPythonError: it is not, or nests beyond our limit.
    """
    value, end = _read_value(text, skip_space(text, 0), 0)
    if skip_space(text, end) != len(text):
        raise NotPythonError(f"text after the value, from character {end}")
    return value


def read_call(text: str, at: int) -> PythonCall:
    """Read the call that begins at `at`; arguments that are no literals leave `keywords` None.

    Raises:
        NotPythonError: no name with an opening parenthesis stands there.
    """
    name = _NAME.match(text, at)
    if name is None or not text.startswith("(", opening := skip_space(text, name.end())):
        raise NotPythonError(f"no call at character {at}")
    start = opening + 1
    try:
        keywords, positional, end = _read_arguments(text, start)
    except NotPythonError:
        closing = _closing(text, start)
        end = len(text) if closing is None else closing
        return PythonCall(
            name=name[0],
            raw=text[start:end],
            keywords=None,
            positional=(),
            end=min(end + 1, len(text)),
            is_closed=closing is not None,
        )
    return PythonCall(
        name=name[0],
        raw=text[start:end],
        keywords=keywords,
        positional=positional,
        end=end + 1,
        is_closed=True,
    )


def _read_arguments(text: str, at: int) -> tuple[JsonObject, tuple[JsonValue, ...], int]:
    keywords: JsonObject = {}
    positional: list[JsonValue] = []
    at = skip_space(text, at)
    while not text.startswith(")", at):
        keyword = _KEYWORD.match(text, at)
        start = skip_space(text, keyword.end()) if keyword else at
        value, at = _read_value(text, start, 0)
        if keyword:
            keywords[keyword[1]] = value
        else:
            positional.append(value)
        at = _skip_comma(text, at, ")")
    return keywords, tuple(positional), at


def _skip_comma(text: str, at: int, closer: str) -> int:
    at = skip_space(text, at)
    if text.startswith(",", at):
        return skip_space(text, at + 1)
    if not text.startswith(closer, at):
        raise NotPythonError(f"no comma and no {closer} at character {at}")
    return at


def _read_value(text: str, at: int, depth: int) -> tuple[JsonValue, int]:
    if depth > MAX_DEPTH:
        raise NotPythonError("nested too deeply")
    opening = text[at : at + 1]
    if opening in ("[", "("):
        return _read_items(text, at + 1, "]" if opening == "[" else ")", depth + 1)
    if opening == "{":
        return _read_dict(text, at + 1, depth + 1)
    if quote := _QUOTE.match(text, at):
        return _read_string(text, quote, _AFTER_ITEM if depth else _AFTER_ARGUMENT)
    if number := _NUMBER.match(text, at):
        return _number(number[0]), number.end()
    if constant := _CONSTANT.match(text, at):
        return _CONSTANTS.get(constant[0]), constant.end()
    raise NotPythonError(f"no literal at character {at}")


def _read_items(text: str, at: int, closer: str, depth: int) -> tuple[JsonValue, int]:
    items: list[JsonValue] = []
    at = skip_space(text, at)
    while not text.startswith(closer, at):
        value, at = _read_value(text, at, depth)
        items.append(value)
        at = _skip_comma(text, at, closer)
    return items, at + 1


def _read_dict(text: str, at: int, depth: int) -> tuple[JsonValue, int]:
    items: JsonObject = {}
    at = skip_space(text, at)
    while not text.startswith("}", at):
        key, at = _read_value(text, at, depth)
        at = skip_space(text, at)
        if not isinstance(key, str) or not text.startswith(":", at):
            raise NotPythonError(f"no key at character {at}")
        items[key], at = _read_value(text, skip_space(text, at + 1), depth)
        at = _skip_comma(text, at, "}")
    return items, at + 1


def _read_string(text: str, quote: re.Match[str], after: re.Pattern[str]) -> tuple[JsonValue, int]:
    """Read up to a quote that something follows which can follow a value.

    Models forget to escape quotes inside quotes; Python itself would refuse those strings.
    """
    closer = quote[1]
    start = quote.end()
    at = start
    for step in re.compile(r"\\.|" + closer, re.DOTALL).finditer(text, start):
        at = step.end()
        if step[0] == closer and (len(closer) == 3 or after.match(text, at)):  # noqa: PLR2004  # '''
            body = text[start : step.start()]
            is_raw = quote[0][0] in "rR"
            return (body if is_raw else _ESCAPE.sub(_unescape, body)), at
    raise NotPythonError(f"the string at character {start} does not end")


def _unescape(escape: re.Match[str]) -> str:
    short, long, byte, octal, newline, other = escape.groups()
    if code := short or long or byte:
        point = int(code, 16)
        return chr(point) if point <= 0x10FFFF else escape[0]  # noqa: PLR2004  # the last one
    if octal:
        return chr(int(octal, 8))
    if newline:
        return ""
    if other in _LITERAL_ESCAPES:
        return str(other)
    return _ESCAPED.get(other, escape[0])


def _number(literal: str) -> int | float:
    plain = literal.replace("_", "")
    if len(plain) > MAX_DIGITS:
        raise NotPythonError(f"a number of {len(plain)} characters")
    if plain.lstrip("+-").isdecimal():
        return int(plain)
    value = float(plain)
    if value in (float("inf"), float("-inf")):
        raise NotPythonError(f"{plain[:20]} is beyond a double's range")
    return value


def _closing(text: str, at: int) -> int | None:
    """Find the parenthesis that closes a call whose arguments we cannot read."""
    depth = 0
    for token in _SKIPPED.finditer(text, at):
        if token[0] in "([{":
            depth += 1
        elif token[0] in ")]}":
            if depth == 0:
                return token.start()
            depth -= 1
    return None

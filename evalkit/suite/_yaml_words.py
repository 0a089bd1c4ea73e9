"""What the YAML parser complains of, in the words of the person who reads it."""

from __future__ import annotations

from collections.abc import Mapping

from yaml import MarkedYAMLError

from evalkit.errors import Problem

MAX_DEPTH = 100
TOO_DEEP = f"nested deeper than {MAX_DEPTH} levels"

_INDENT = "lines that belong together begin in the same column"
_QUOTE = "put text in quotes that holds ': ' or begins with one of @ ` % & * ! | > { ["
_TEMPLATE = "put a template in quotes: '{{ name }}'"

_WORDS: Mapping[str, tuple[str, str]] = {
    "mapping values are not allowed": (
        "a ':' stands where no key can stand",
        "put text that holds ': ' in quotes; a new key begins in the column of its neighbours",
    ),
    "cannot start any token": ("text cannot begin with this character", _QUOTE),
    "did not find expected ',' or ']'": ("this list is not closed", "add the missing ',' or ']'"),
    "did not find expected ',' or '}'": (
        "this mapping is not closed",
        "add the missing ',' or '}'",
    ),
    "unexpected end of stream": ("this quote is never closed", "add the closing quote"),
    "unexpected document indicator": ("this quote is never closed", "add the closing quote"),
    "sequence entries are not allowed": ("a list cannot begin here", "begin it on its own line"),
    "unknown escape character": (
        "an escape that YAML does not know",
        "double the backslash, or use single quotes: '\\d+'",
    ),
    "could not find expected ':'": ("a key without ':'", "write 'key: value'"),
    "expected '-' indicator": ("this line does not go on with the list above", _INDENT),
    "did not find expected key": ("this is neither the next key nor the end", _INDENT),
    "alphabetic or numeric": ("an anchor or alias without a name", _QUOTE),
    "exceeded maximum nesting depth": (TOO_DEEP, "close each list and mapping that is opened"),
    "unknown directive": ("a line cannot begin with '%'", "put the text in quotes"),
    "undefined tag handle": ("a tag that is not known", "put text that begins with '!' in quotes"),
}

_QUOTES = ("'", '"')
_OPENED = ("not closed", "never closed")


def explain(trouble: MarkedYAMLError, text: str, file: str) -> Problem:
    """Say what is wrong, at the place where its cause stands."""
    what, hint = _words(trouble.problem or "")
    mark = trouble.problem_mark or trouble.context_mark
    if trouble.context_mark is not None and what.endswith(_OPENED):
        mark = trouble.context_mark
    line, column = (mark.line, mark.column) if mark else (0, 0)
    rest = text.splitlines()[line : line + 1]
    if rest and rest[0][column : column + 1] == "\t":
        what, hint = "a tab indents this line", "YAML indents with spaces"
    elif rest and what.startswith("this is neither") and rest[0][column - 1 : column] in _QUOTES:
        what, hint = "text goes on after its closing quote", "double a quote inside: 'it''s'"
    elif rest and "expected" in (trouble.problem or "") and ": {{" in rest[0]:
        what, hint = "text cannot begin with '{'", _TEMPLATE
    return Problem(what=what, where=f"{file}:{line + 1}:{column + 1}", hint=hint)


def _words(problem: str) -> tuple[str, str | None]:
    for part, words in _WORDS.items():
        if part in problem:
            return words
    return problem, None

"""A tolerant walk through almost-JSON that notes each departure from the grammar."""

from __future__ import annotations

import re
from enum import Enum, auto
from typing import TypeAlias

from msgspec import Struct, field

from evalkit.parse._json import MAX_DEPTH, read_json
from evalkit.transcript import Defect

DefectSpan: TypeAlias = tuple[Defect, int, int]

_TRIVIA = re.compile(
    r"(?P<space>[ \t\n\r]++)"
    r"|(?P<comment>//[^\n]*+|\#[^\n]*+|/\*(?:[^*]++|\*(?!/))*+(?:\*/)?)"
    r"|(?P<fence>```[A-Za-z]*+)"
)
_STRING = re.compile(r'"(?:[^"\\]++|\\.)*+(?P<close>")?', re.DOTALL)
_QUOTED = re.compile(r"'(?:[^'\\]++|\\.)*+(?P<close>')?", re.DOTALL)
_CONTROL = re.compile(r"[\x00-\x1f]++")
_PAST_PROSE = re.compile(r"```|\{")
_BARE_KEY = re.compile(r"[\w$-]++(?=[ \t\n\r]*+:)")
_BARE_PART = re.compile(
    r'"(?:[^"\\\n]++|\\.)*+"|://'
    r"|(?P<open>[(\[{])|(?P<close>[)\]}])|(?P<stop>//|/\*|```|(?<=\s)\#|[,\n])"
    r'|[^"()\[\]{},:\n/`#]++|.'
)

_SCALAR = re.compile(r"-?(?:0|[1-9][0-9]*+)(?:\.[0-9]++)?(?:[eE][+-]?[0-9]++)?|true|false|null")
_CUT_SCALAR = re.compile(
    r"-|-?(?:0|[1-9][0-9]*+)(?:\.|(?:\.[0-9]++)?[eE][+-]?)|t|tr|tru|f|fa|fal|fals|n|nu|nul"
)
_PYTHON = re.compile(
    r"True|False|None"
    r"|[+-]?0[xob][0-9a-fA-F_]++"
    r"|[+-]?[0-9]++(?:_[0-9]++)++(?:\.[0-9_]++)?|[+-]?[0-9]++\.[0-9]++(?:_[0-9]++)++"
    r"|\(.*\)",
    re.DOTALL,
)
_NON_FINITE = re.compile(r"[+-]?(?:NaN|nan|Infinity|inf)")
_EXPRESSION = re.compile(
    r"[+-]?[0-9.]++(?:[eE][+-]?[0-9]++)?[ \t]*+(?:\*\*|[-+*/%])[ \t]*+[0-9A-Za-z_(.]++(?![-\w])"
    r"|[A-Za-z_]\w*+(?:\.\w++)*+[ \t]*+[(\[]"
    r"|[A-Za-z_]\w*+(?:\.\w++)*+[ \t]*+(?:\*\*|[+*/%]|-[ \t])[ \t]*+[0-9A-Za-z_(.]"
    r"|[A-Za-z_]\w*+(?:\.[A-Za-z_]\w*+)++$"
    r"|[bfru]{1,2}[\"']"
)


class _Due(Enum):
    """What the grammar wants next."""

    VALUE = auto()
    KEY = auto()
    COLON = auto()
    SEPARATOR = auto()
    """A comma or a closing bracket; at the top, the end of the text."""


class _Open(Struct):
    """A bracket that waits for its partner."""

    closer: str
    keys: set[str] = field(default_factory=set)
    comma_at: int | None = None
    """Where the last comma stands, until something follows it."""


class Walk:
    """One walk through one text; after `run`, `spans` holds what was found.

    The walk gives up (`lost_at`) where the text leaves the grammar in no known way.
    """

    def __init__(self, text: str) -> None:
        self.text = text
        self.spans: list[DefectSpan] = []
        self.lost_at: int | None = None
        self._at = 0
        self._due = _Due.VALUE
        self._open: list[_Open] = []
        self._value_at = 0
        self._given_up = False

    def run(self) -> None:
        while self._at < len(self.text) and not self._given_up:
            if not self._skip_trivia():
                self._take()
        if not self._given_up and (self._open or self._due is not _Due.SEPARATOR):
            self._note_once(Defect.TRUNCATED, max(0, len(self.text) - 1))

    def _skip_trivia(self) -> bool:
        match = _TRIVIA.match(self.text, self._at)
        if match is None:
            return False
        if match["comment"]:
            self._note(Defect.COMMENT, match.start(), match.end())
        elif match["fence"]:
            self._note(Defect.CODE_FENCE, match.start(), match.end())
        self._at = match.end()
        return True

    def _take(self) -> None:
        match self._due:
            case _Due.VALUE:
                self._take_value()
            case _Due.KEY:
                self._take_key()
            case _Due.COLON:
                self._take_colon()
            case _Due.SEPARATOR:
                self._take_separator()

    def _take_value(self) -> None:
        self._value_at = self._at
        match self.text[self._at]:
            case "{":
                self._push("}", _Due.KEY)
            case "[":
                self._push("]", _Due.VALUE)
            case '"' | "'":
                self._take_string()
                self._due = _Due.SEPARATOR
            case "}" | "]" if self._open and self.text[self._at] == self._open[-1].closer == "]":
                self._close()
            case "}" | "]" | ",":
                self._give_up()
            case "\\":
                self._take_escape()
            case _:
                self._take_bare()

    def _take_key(self) -> None:
        start = self._at
        match self.text[start]:
            case '"' | "'":
                self._take_string()
                self._note_key(start)
                self._due = _Due.COLON
            case "}":
                self._close()
            case "\\":
                self._take_escape()
            case _ if bare := _BARE_KEY.match(self.text, start):
                self._lose(start)
                self._at = bare.end()
                self._due = _Due.COLON
            case _:
                self._give_up()

    def _take_colon(self) -> None:
        if self.text[self._at] != ":":
            self._give_up()
            return
        self._at += 1
        self._due = _Due.VALUE

    def _take_separator(self) -> None:
        match self.text[self._at]:
            case "," if self._open:
                self._open[-1].comma_at = self._at
                self._due = _Due.KEY if self._open[-1].closer == "}" else _Due.VALUE
                self._at += 1
            case closer if self._open and closer == self._open[-1].closer:
                self._close()
            case "+" | "%" | "*" | ".":
                self._note(Defect.EXPRESSION, self._value_at, self._end_of_bare())
                self._at = self._end_of_bare()
            case _ if self._open:
                self._give_up()
            case _:
                self._note_rest()

    def _note_rest(self) -> None:
        """Name what stands behind the value; nothing that follows belongs to it."""
        rest = self.text[self._at :]
        is_comma = rest[0] == "," and not rest[1:].strip()
        self._note(
            Defect.TRAILING_COMMA if is_comma else Defect.TRAILING_TEXT, self._at, len(self.text)
        )
        self._given_up = True

    def _push(self, closer: str, due: _Due) -> None:
        if len(self._open) > MAX_DEPTH:
            self._give_up()
            return
        if self._open:
            self._open[-1].comma_at = None
        self._open.append(_Open(closer))
        self._due = due
        self._at += 1

    def _close(self) -> None:
        comma_at = self._open.pop().comma_at
        if comma_at is not None:
            self._note(Defect.TRAILING_COMMA, comma_at, comma_at + 1)
        self._due = _Due.SEPARATOR
        self._at += 1

    def _take_string(self) -> None:
        if self._open:
            self._open[-1].comma_at = None
        start = self._at
        is_single = self.text[start] == "'"
        match = (_QUOTED if is_single else _STRING).match(self.text, start)
        assert match is not None
        self._at = match.end()
        if is_single:
            self._note(Defect.SINGLE_QUOTES, start, self._at)
        for control in _CONTROL.finditer(self.text, start, self._at):
            self._note(Defect.UNESCAPED_CONTROL, control.start(), control.end())
        if match["close"] is None:
            self._note(Defect.TRUNCATED, start, self._at)

    def _note_key(self, start: int) -> None:
        token = self.text[start : self._at]
        try:
            key = str(read_json(token))
        except ValueError:
            key = token[1:-1]
        if key in self._open[-1].keys:
            self._note(Defect.DUPLICATE_KEY, start, self._at)
        self._open[-1].keys.add(key)

    def _take_escape(self) -> None:
        """An escaped quote outside of strings means that the whole text was encoded twice."""
        if self.text.startswith('\\"', self._at):
            self._note(Defect.DOUBLE_ENCODED, self._at, self._at + 2)
        self._give_up()

    def _take_bare(self) -> None:
        """Take a value that no quote or bracket opens: a scalar, an expression or prose."""
        start = self._at
        if self._open:
            self._open[-1].comma_at = None
        end = self._end_of_bare()
        bare = self.text[start:end].strip()
        defect = _defect_of_bare(bare)
        if defect is not None:
            self._note(defect, start, start + len(bare))
        elif not _SCALAR.fullmatch(bare):
            self._take_unknown(start, end)
            return
        self._at = end
        self._due = _Due.SEPARATOR

    def _take_unknown(self, start: int, end: int) -> None:
        if self._open or _CUT_SCALAR.fullmatch(self.text, start, end):
            if end < len(self.text):
                self._lose(start)
            self._at = max(end, start + 1)
            self._due = _Due.SEPARATOR if end < len(self.text) else _Due.VALUE
            return
        self._lose(start)
        after_prose = _PAST_PROSE.search(self.text, start + 1)
        self._at = after_prose.start() if after_prose else len(self.text)
        self._given_up = after_prose is None

    def _end_of_bare(self) -> int:
        depth, end = 0, self._at
        for part in _BARE_PART.finditer(self.text, self._at):
            kind = part.lastgroup
            if depth == 0 and kind in ("close", "stop"):
                break
            depth += (kind == "open") - (kind == "close")
            end = part.end()
        return end

    def _note(self, defect: Defect, start: int, end: int) -> None:
        self.spans.append((defect, start, end))

    def _note_once(self, defect: Defect, start: int) -> None:
        if all(found is not defect for found, _, _ in self.spans):
            self._note(defect, start, len(self.text))

    def _lose(self, at: int) -> None:
        if self.lost_at is None:
            self.lost_at = at

    def _give_up(self) -> None:
        self._lose(self._at)
        self._given_up = True


def _defect_of_bare(bare: str) -> Defect | None:
    if _PYTHON.fullmatch(bare):
        return Defect.PYTHON_LITERAL
    if _NON_FINITE.fullmatch(bare):
        return Defect.NON_FINITE
    if _EXPRESSION.match(bare):
        return Defect.EXPRESSION
    return None

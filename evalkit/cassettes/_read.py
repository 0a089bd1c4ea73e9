"""Text to recordings: a line scanner for files of ours, a YAML parser for all others."""

from __future__ import annotations

from typing import Final

from evalkit.cassettes._foreign import facts_from, read_yaml
from evalkit.cassettes._recording import Answered, Asked, Facts, Headers, Malformed, Recording
from evalkit.cassettes._scalar import NotOurs, read_block, read_flow, read_plain
from evalkit.cassettes._write import FIRST_LINE, HEAD, LAST_LINE
from evalkit.errors import InvalidCassette
from evalkit.transcript import JsonValue


def load(text: str, where: str) -> tuple[Recording, ...]:
    """Read a cassette, of ours or of vcrpy.

    Raises:
        InvalidCassette: it is torn, or is no cassette.
    """
    if text.startswith(FIRST_LINE) and text.rstrip().rpartition("\n")[2] != LAST_LINE:
        raise InvalidCassette(
            f"the cassette is torn: its last line, {LAST_LINE!r}, is missing",
            where=where,
            hint="restore the file from version control, or delete it and record again",
        )
    try:
        return _Scanner(text).recordings()
    except (NotOurs, Malformed):
        return read_yaml(text, where)


def load_interaction(text: str) -> Recording:
    """Read one recording from what `interaction` wrote.

    Raises:
        NotOurs: it wrote something else.
    """
    return _Scanner(text).recording()


class _Scanner:
    """Reads line by line what `dump` wrote, several times faster than YAML can be parsed."""

    __slots__ = ("at", "lines")

    def __init__(self, text: str) -> None:
        self.lines: Final = [*text.split("\n"), ""]
        self.at = 0

    def recordings(self) -> tuple[Recording, ...]:
        for line in HEAD:
            self.expect(line)
        if self.is_empty("interactions:", " []"):
            return ()
        found: list[Recording] = []
        while self.lines[self.at] != LAST_LINE:
            found.append(self.recording())
        if any(self.lines[self.at + 1 :]):
            raise NotOurs
        return tuple(found)

    def recording(self) -> Recording:
        return Recording(asked=self.asked(), answered=self.answered(), facts=self.facts())

    def asked(self) -> Asked:
        self.expect("- request:")
        return Asked(
            method=read_plain(self.rest("    method: ")),
            url=read_plain(self.rest("    uri: ")),
            headers=self.headers(),
            body=self.body("    body: ", indent=6),
        )

    def answered(self) -> Answered:
        self.expect("  response:")
        status, reason = _status(read_flow(self.rest("    status: ")))
        headers = self.headers()
        self.expect("    body:")
        body = self.body("      string: ", indent=8)
        return Answered(status=status, reason=reason, headers=headers, body=body)

    def facts(self) -> Facts:
        if self.lines[self.at] != "  evalkit:":
            return Facts()
        self.at += 1
        facts: dict[str, JsonValue] = {}
        while self.lines[self.at].startswith("    "):
            name, _, value = self.rest("    ").partition(": ")
            if not name.isidentifier():
                raise NotOurs
            facts[name] = read_flow(value)
        return facts_from(facts)

    def headers(self) -> Headers:
        if self.is_empty("    headers:", " {}"):
            return {}
        headers: dict[str, tuple[str, ...]] = {}
        while self.lines[self.at].startswith("      "):
            name, colon, values = self.rest("      ").partition(": [")
            if not colon:
                raise NotOurs
            headers[read_plain(name).lower()] = _texts(read_flow(f"[{values}"))
        return headers

    def body(self, key: str, *, indent: int) -> bytes:
        head = self.rest(key)
        margin = " " * indent
        start = self.at
        while self.lines[self.at].startswith(margin) or (
            not self.lines[self.at] and self.at < len(self.lines) - 1
        ):
            self.at += 1
        return read_block(head, [line[indent:] for line in self.lines[start : self.at]])

    def expect(self, line: str) -> None:
        if self.lines[self.at] != line:
            raise NotOurs
        self.at += 1

    def is_empty(self, key: str, empty: str) -> bool:
        """Take a key and tell whether nothing comes below it."""
        rest = self.rest(key)
        if rest not in {"", empty}:
            raise NotOurs
        return rest == empty

    def rest(self, start: str) -> str:
        """Take the next line and return what follows its known start."""
        line = self.lines[self.at]
        if not line.startswith(start):
            raise NotOurs
        self.at += 1
        return line[len(start) :]


def _status(value: JsonValue) -> tuple[int, str]:
    match value:
        case {"code": int(code), "message": str(reason), **others} if not others:
            return code, reason
        case _:
            raise NotOurs


def _texts(value: JsonValue) -> tuple[str, ...]:
    if isinstance(value, list) and all(isinstance(each, str) for each in value):
        return tuple(str(each) for each in value)
    raise NotOurs

"""What a rule says about a place in a file."""

from __future__ import annotations

from enum import StrEnum

from msgspec import Struct


class Severity(StrEnum):
    """How bad it is; each rule has one, for good."""

    ERROR = "error"
    """A request or a case with it cannot work."""
    WARNING = "warning"
    """It makes a model choose or fill in wrongly, or a suite blind."""
    NOTE = "note"
    """It is worth a thought; it does not fail the command."""


class Hit(Struct, frozen=True, kw_only=True):
    """A place where a rule applies."""

    where: str
    """`file:line:column`, counted from 1."""
    what: str
    """The trouble in one line, with the names and words that it is about."""
    fix: str


class Finding(Struct, frozen=True, kw_only=True):
    """A hit, with the rule that found it."""

    rule: str
    severity: Severity
    where: str
    what: str
    why: str
    """What comes of it."""
    fix: str

    @property
    def file(self) -> str:
        return self.where.rsplit(":", 2)[0]

    @property
    def line(self) -> int:
        return int(self.where.rsplit(":", 2)[1])

    @property
    def column(self) -> int:
        return int(self.where.rsplit(":", 2)[2])

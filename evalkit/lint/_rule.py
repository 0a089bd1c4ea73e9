"""A rule: what it looks for, why that matters, and what to do."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import TypeAlias

from msgspec import Struct

from evalkit.lint._finding import Finding, Hit, Severity
from evalkit.lint._material import Material, PlacedTool
from evalkit.lint._words import printable

Check: TypeAlias = Callable[[Material], Iterator[Hit]]
ToolCheck: TypeAlias = Callable[[PlacedTool], Iterator[Hit]]


class Rule(Struct, frozen=True, kw_only=True):
    """Something to look for; `docs/lint.md` shows each with a bad and a good example."""

    id: str
    severity: Severity
    looks_for: str
    why: str
    check: Check

    def findings(self, material: Material) -> Iterator[Finding]:
        for hit in self.check(material):
            yield Finding(
                rule=self.id,
                severity=self.severity,
                where=hit.where,
                what=printable(hit.what),
                why=self.why,
                fix=printable(hit.fix),
            )


def each_tool(check: ToolCheck) -> Check:
    """Apply a check of one tool to all of them."""

    def checked(material: Material) -> Iterator[Hit]:
        for tool in material.tools:
            yield from check(tool)

    return checked

"""Comments that silence a rule at a place: `# evalkit: ignore[rule] reason`."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from pathlib import Path

from msgspec import Struct

from evalkit.lint._finding import Finding, Severity

_COMMENT = re.compile(r"(?:^|\s)#\s*evalkit:\s*ignore\[([^\]]*)\](.*)$")

UNEXPLAINED = "unexplained-ignore"
UNUSED = "unused-ignore"


class _Ignore(Struct, frozen=True, kw_only=True):
    file: str
    line: int
    column: int
    rule: str
    reason: str
    covers: frozenset[int]
    """The lines whose findings it silences: its own and, alone on its line, the next."""


def without_ignored(findings: Iterable[Finding], known: frozenset[str]) -> Iterator[Finding]:
    """Leave out what a comment with a reason silences; complain of comments that do not count.

    `known` are the rules that ran: a comment for another rule is left alone.
    """
    every = list(findings)
    ignores = [ignore for file in sorted({f.file for f in every}) for ignore in _ignores(file)]
    explained = [ignore for ignore in ignores if ignore.reason]
    used = set()
    for finding in every:
        silencing = [each for each in explained if _silences(each, finding)]
        used.update(silencing)
        if not silencing:
            yield finding
    for ignore in ignores:
        if not ignore.reason:
            yield _unexplained(ignore)
        elif ignore not in used and ignore.rule in known:
            yield _unused(ignore)


def _silences(ignore: _Ignore, finding: Finding) -> bool:
    return (
        finding.rule == ignore.rule
        and finding.file == ignore.file
        and finding.line in ignore.covers
    )


def _ignores(file: str) -> Iterator[_Ignore]:
    for number, line in enumerate(Path(file).read_text("utf-8-sig").split("\n"), start=1):
        found = _COMMENT.search(line)
        if found is None:
            continue
        is_alone = line.lstrip().startswith("#")
        for rule in found[1].split(","):
            yield _Ignore(
                file=file,
                line=number,
                column=found.start() + 1,
                rule=rule.strip(),
                reason=found[2].strip(" :-"),
                covers=frozenset({number, number + is_alone}),
            )


def _unexplained(ignore: _Ignore) -> Finding:
    return Finding(
        rule=UNEXPLAINED,
        severity=Severity.WARNING,
        where=f"{ignore.file}:{ignore.line}:{ignore.column}",
        what=f"{ignore.rule} is ignored without a reason, so it is not",
        why="nobody can tell later whether the reason still holds",
        fix=f"write # evalkit: ignore[{ignore.rule}] and why",
    )


def _unused(ignore: _Ignore) -> Finding:
    return Finding(
        rule=UNUSED,
        severity=Severity.NOTE,
        where=f"{ignore.file}:{ignore.line}:{ignore.column}",
        what=f"there is nothing of {ignore.rule} to ignore here",
        why="it would hide the next finding",
        fix="delete the comment",
    )

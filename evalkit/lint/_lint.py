"""Material -> findings."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from evalkit.errors import UnknownName
from evalkit.lint._finding import Finding
from evalkit.lint._ignores import without_ignored
from evalkit.lint._material import Material
from evalkit.lint._rule import Rule
from evalkit.lint._rules import RULES


def lint(materials: Iterable[Material], rules: Sequence[Rule] = RULES) -> tuple[Finding, ...]:
    """Apply rules; a finding that several suites share is told once, in file order.

    Comments in the files silence findings; see `docs/lint.md`.
    """
    found = (
        finding for material in materials for rule in rules for finding in rule.findings(material)
    )
    known = frozenset(rule.id for rule in rules)
    return tuple(sorted(without_ignored(dict.fromkeys(found), known), key=_place))


def choose_rules(select: Iterable[str] = (), ignore: Iterable[str] = ()) -> tuple[Rule, ...]:
    """Return the rules of these ids, or all, without the ignored ones.

    Raises:
        UnknownName: there is no such rule.
    """
    selected, ignored = tuple(select), tuple(ignore)
    known = [rule.id for rule in RULES]
    for name in (*selected, *ignored):
        if name not in known:
            raise UnknownName("rule", name, known)
    return tuple(
        rule for rule in RULES if (not selected or rule.id in selected) and rule.id not in ignored
    )


def _place(finding: Finding) -> tuple[str, int, int, str, str]:
    return finding.file, finding.line, finding.column, finding.rule, finding.what

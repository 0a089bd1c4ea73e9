"""Every rule is explained on its page, and its examples there behave as they say."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from evalkit.lint import RULES, choose_rules, lint, read_material

pytestmark = pytest.mark.checkout

GUIDE = Path(__file__).parents[3] / "docs" / "lint.md"
WITHOUT_EXAMPLE = {"too-many-tools", "schema-budget"}


def sections():
    text = GUIDE.read_text()
    found = re.findall(r"^### ([a-z-]+) \((\w+)\)\n(.*?)(?=^##|\Z)", text, re.MULTILINE | re.DOTALL)
    return {rule: (severity, body) for rule, severity, body in found}


def example(rule, kind):
    _, body = sections()[rule]
    bad, good = re.search(r"```yaml\n# bad\n(.*?)# good\n(.*?)```", body, re.DOTALL).groups()
    return {"bad": bad, "good": good}[kind]


def findings(text, rule, tmp_path):
    path = tmp_path / "shop.yaml"
    path.write_text(text)
    return {finding.rule for finding in lint(read_material([path]), choose_rules([rule]))}


def test_the_page_has_every_rule_with_its_severity_in_order():
    explained = {rule: severity for rule, (severity, _) in sections().items()}

    assert list(explained.items()) == [(rule.id, rule.severity.value) for rule in RULES]


@pytest.mark.parametrize("rule", [rule.id for rule in RULES if rule.id not in WITHOUT_EXAMPLE])
def test_the_bad_example_is_found_and_the_good_one_is_not(rule, tmp_path):
    assert findings(example(rule, "bad"), rule, tmp_path) == {rule}
    assert findings(example(rule, "good"), rule, tmp_path) == set()

"""Advice on tools and suites: what makes models call wrongly, and what suites cannot see."""

from evalkit.lint._finding import Finding, Hit, Severity
from evalkit.lint._lint import choose_rules, lint
from evalkit.lint._material import Material, Parameter, PlacedTool
from evalkit.lint._read import read_material
from evalkit.lint._rule import Rule
from evalkit.lint._rules import RULES
from evalkit.lint._sarif import render_json, render_sarif

__all__ = [
    "RULES",
    "Finding",
    "Hit",
    "Material",
    "Parameter",
    "PlacedTool",
    "Rule",
    "Severity",
    "choose_rules",
    "lint",
    "read_material",
    "render_json",
    "render_sarif",
]

"""Findings as SARIF 2.1.0, which code hosts show beside the lines of a pull request."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from importlib.metadata import version
from pathlib import PurePath

from evalkit.lint._finding import Finding, Severity
from evalkit.lint._rules import RULES
from evalkit.transcript import JsonObject

_SCHEMA = "https://json.schemastore.org/sarif-2.1.0.json"
_LEVELS: Mapping[Severity, str] = {
    Severity.ERROR: "error",
    Severity.WARNING: "warning",
    Severity.NOTE: "note",
}


def render_sarif(findings: Sequence[Finding]) -> str:
    run: JsonObject = {
        "tool": {
            "driver": {
                "name": "evalkit lint",
                "version": version("evalkit"),
                "rules": [
                    {
                        "id": rule.id,
                        "shortDescription": {"text": rule.looks_for},
                        "fullDescription": {"text": rule.why},
                        "defaultConfiguration": {"level": _LEVELS[rule.severity]},
                    }
                    for rule in RULES
                ],
            }
        },
        "results": [_result(finding) for finding in findings],
    }
    return json.dumps({"$schema": _SCHEMA, "version": "2.1.0", "runs": [run]}, indent=2) + "\n"


def render_json(findings: Sequence[Finding]) -> str:
    """Write one JSON object a line, for machines that want less than SARIF."""
    return "".join(json.dumps(_record(finding)) + "\n" for finding in findings)


def _record(finding: Finding) -> JsonObject:
    return {
        "rule": finding.rule,
        "severity": finding.severity.value,
        "file": finding.file,
        "line": finding.line,
        "column": finding.column,
        "what": finding.what,
        "why": finding.why,
        "fix": finding.fix,
    }


def _result(finding: Finding) -> JsonObject:
    return {
        "ruleId": finding.rule,
        "level": _LEVELS[finding.severity],
        "message": {"text": f"{finding.what}: {finding.why}. Fix: {finding.fix}."},
        "locations": [
            {
                "physicalLocation": {
                    "artifactLocation": {"uri": PurePath(finding.file).as_posix()},
                    "region": {"startLine": finding.line, "startColumn": finding.column},
                }
            }
        ],
    }

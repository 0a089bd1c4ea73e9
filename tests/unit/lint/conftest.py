from __future__ import annotations

import json
from pathlib import Path

import pytest

from evalkit.lint import choose_rules, lint, read_material


@pytest.fixture
def linted(tmp_path, monkeypatch):
    """Lint one text, as `shop.yaml` in the current folder, by some rules or all."""
    monkeypatch.chdir(tmp_path)

    def run(text, *rules):
        path = Path("shop.yaml")
        path.write_text(text)
        return lint(read_material([path]), choose_rules(rules))

    return run


@pytest.fixture
def tool():
    """One tool as text; what is not given is beyond reproach."""

    def written(name="get_order", properties=None, **changed):
        definition = {
            "name": name,
            "description": "Look up the status, items and amount of one order.",
            "parameters": {
                "type": "object",
                "properties": properties or {},
                "required": [],
                "additionalProperties": False,
            },
        }
        return json.dumps(definition | changed)

    return written

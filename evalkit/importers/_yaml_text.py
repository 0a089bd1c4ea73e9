"""JSON values -> YAML text that every reader of YAML takes for the same values."""

from __future__ import annotations

import re

import yaml

from evalkit.transcript import JsonValue

_PLAIN = re.compile(r"\$?[A-Za-z_][A-Za-z0-9_]*")
_NOT_TEXT = frozenset({"null", "true", "false", "yes", "no", "on", "off", "y", "n"})
"""Words that some version of YAML does not take for text."""


def write_yaml(value: JsonValue) -> str:
    """Write a value as YAML, innermost lists and mappings on one line."""
    return yaml.dump(
        value,
        Dumper=_Dumper,
        sort_keys=False,
        allow_unicode=True,
        default_flow_style=None,
        width=100_000,
    )


class _Dumper(yaml.CSafeDumper):
    """Writes each value in full where it stands, and quotes all text but plain names."""

    def ignore_aliases(self, _data: object) -> bool:
        return True


def _text(dumper: _Dumper, text: str) -> yaml.ScalarNode:
    is_name = _PLAIN.fullmatch(text) and text.lower() not in _NOT_TEXT
    return dumper.represent_str(text) if is_name else _quoted(dumper, text)


def _quoted(dumper: _Dumper, text: str) -> yaml.ScalarNode:
    return dumper.represent_scalar("tag:yaml.org,2002:str", text, style='"')


_Dumper.add_representer(str, _text)

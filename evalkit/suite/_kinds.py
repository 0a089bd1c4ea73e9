"""Values of a YAML file by their kind, in the words of YAML."""

from __future__ import annotations

from evalkit.matchers import show

_LIMIT = 60


def kind_and_value(value: object) -> str:
    """Name a value by its kind: `the text 'x'`, `the number 5`, `a list`."""
    match value:
        case None:
            return "nothing"
        case bool():
            return str(value).lower()
        case int() | float():
            return f"the number {show(value)}"
        case str():
            return f"the text {show(value if len(value) <= _LIMIT else value[:_LIMIT] + '…')}"
        case list() | tuple():
            return "a list"
        case _:
            return "a mapping"

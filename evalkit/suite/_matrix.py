"""A case with a `matrix` -> one case for each combination of its values."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from itertools import product
from math import prod

from msgspec import Struct

from evalkit.matchers import describe
from evalkit.suite._check import Steps
from evalkit.suite._mistakes import Mistakes
from evalkit.suite._template import render_all
from evalkit.transcript import JsonObject, JsonValue

MAX_CASES = 10_000
"""How many cases one matrix may make."""

_MAX_LABEL = 40
_NAME = re.compile(r"[A-Za-z][A-Za-z0-9_]*")
_NOT_IN_LABEL = re.compile(r"[^\w.+]+")
_AS_WRITTEN = frozenset({"id", "matrix", "simulate"})
"""Keys that hold no templates of the matrix: results of tools have templates of their own."""


class Variant(Struct, frozen=True, kw_only=True):
    """One case of a matrix, as if it had been written out."""

    label: str
    """What to add to the id: `[Paris-metric]`, empty without a matrix."""
    entry: JsonObject
    variables: Mapping[str, JsonValue]


def variants(
    entry: JsonObject, path: Steps, mistakes: Mistakes, *, templated: bool
) -> Iterator[Variant]:
    """Yield the case for each combination; `templated` tells whether the file has templates."""
    matrix = entry.get("matrix")
    if matrix is None and not templated:
        yield Variant(label="", entry=entry, variables={})
        return
    axes = {} if matrix is None else _axes(matrix, (*path, "matrix"), mistakes)
    if axes is None:
        return
    labels = [_labels(values) for values in axes.values()]
    for values, named in zip(product(*axes.values()), product(*labels), strict=True):
        variables = dict(zip(axes, values, strict=True))
        label = f"[{'-'.join(named)}]" if named else ""
        filled = _fill(entry, variables, path, mistakes)
        yield Variant(label=label, entry=filled, variables=variables)


def _fill(
    entry: JsonObject, variables: Mapping[str, JsonValue], path: Steps, mistakes: Mistakes
) -> JsonObject:
    return {
        key: value if key in _AS_WRITTEN else render_all(value, variables, (*path, key), mistakes)
        for key, value in entry.items()
    }


def _axes(
    matrix: JsonValue, path: Steps, mistakes: Mistakes
) -> Mapping[str, Sequence[JsonValue]] | None:
    if not isinstance(matrix, dict) or not matrix:
        mistakes.at(path, f"a matrix maps names to lists of values, got {describe(matrix)}")
        return None
    axes: dict[str, Sequence[JsonValue]] = {}
    for name, values in matrix.items():
        if not _NAME.fullmatch(name):
            mistakes.at_key((*path, name), f"{name!r} is no name that a template can use")
        elif not isinstance(values, list) or not values:
            what = f"{name}: expected a list of values, got {describe(values)}"
            mistakes.at((*path, name), what)
        else:
            axes[name] = values
    if len(axes) < len(matrix):
        return None
    if prod(map(len, axes.values())) > MAX_CASES:
        mistakes.at(path, f"this matrix makes more than {MAX_CASES:,} cases")
        return None
    return axes


def _labels(values: Sequence[JsonValue]) -> Sequence[str]:
    """A short name for each value, its number where the values have no names of their own."""
    labels = [_label(value) for value in values]
    if all(labels) and len(set(labels)) == len(labels):
        return labels
    return [str(number) for number in range(1, len(values) + 1)]


def _label(value: JsonValue) -> str:
    match value:
        case None:
            return "null"
        case bool():
            return str(value).lower()
        case int() | float() | str():
            return _NOT_IN_LABEL.sub("_", str(value)).strip("_")[:_MAX_LABEL]
        case _:
            return ""

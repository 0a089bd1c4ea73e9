"""A name to a callable: evalkit's own first, then entry points of installed packages."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, TypeVar

from evalkit.errors import PluginFailed, UnknownName

if TYPE_CHECKING:
    from importlib.metadata import EntryPoint

T = TypeVar("T")

NOUNS: Mapping[str, str] = {
    "faults": "fault",
    "graders": "grader",
    "importers": "importer",
    "matchers": "matcher",
    "parsers": "text format",
    "providers": "API",
    "reporters": "report format",
}
"""The entry-point groups, and what a name in each of them is called."""


def find(group: str, name: str, own: Mapping[str, T], *, where: str | None = None) -> T:
    """Return what `name` stands for in the entry-point group `evalkit.<group>`.

    The value of an entry point is trusted to be of the type that the group documents.

    Raises:
        UnknownName: neither evalkit nor an installed package has it.
        PluginFailed: the package that has it cannot be imported.
    """
    if name in own:
        return own[name]
    for entry in _installed(group):
        if entry.name == name:
            return _load(entry, where)
    raise UnknownName(NOUNS[group], name, names(group, own), where=where)


def names(group: str, own: Mapping[str, object]) -> frozenset[str]:
    """Every name that `find` would accept."""
    return frozenset(own) | {entry.name for entry in _installed(group)}


def _installed(group: str) -> Iterator[EntryPoint]:
    from importlib.metadata import entry_points  # 15 ms that most runs do not need

    yield from entry_points(group=f"evalkit.{group}")


def _load(entry: EntryPoint, where: str | None) -> T:  # type: ignore[type-var]  # the group's documented type
    try:
        return entry.load()  # type: ignore[no-any-return]  # an entry point has no static type
    except Exception as error:  # one plugin call: its trouble is not ours
        raise PluginFailed(
            f"plugin {entry.name!r} ({entry.value}) cannot be loaded: {error}",
            where=where,
            hint="reinstall or remove the package that provides it",
        ) from error

"""Importers of installed packages: a file of theirs becomes the text of a suite."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import TypeAlias

from evalkit.errors import EvalkitError, PluginFailed
from evalkit.plugins import find

Importer: TypeAlias = Callable[[Path], str]
"""What an entry point of the group `evalkit.importers` names: a file to the text of a suite."""

_OWN: Mapping[str, Importer] = {}


def import_by(name: str, path: Path) -> str:
    """Turn a file into the text of a suite by the importer of that name.

    Raises:
        UnknownName: no installed package has it.
        PluginFailed: the package that has it cannot be imported, or it failed.
    """
    importer = find("importers", name, _OWN)
    try:
        text = importer(path)
    except EvalkitError:
        raise
    except Exception as error:  # one call of a plugin: its trouble is not ours
        raise PluginFailed(
            f"the importer {name!r} fails: {type(error).__name__}: {error}",
            where=str(path),
            hint="repair or remove the package that provides it",
        ) from error
    if not isinstance(text, str):
        raise PluginFailed(
            f"the importer {name!r} returned {type(text).__name__}, not text",
            where=str(path),
            hint="repair or remove the package that provides it",
        )
    return text

"""Names of a package that are loaded when they are first used."""

from __future__ import annotations

import sys
from collections.abc import Mapping
from importlib import import_module


def load(package: str, homes: Mapping[str, str], name: str) -> object:
    """Serve a package's `__getattr__`: `homes` maps modules to the names that live in each.

    Raises:
        AttributeError: no module has that name.
    """
    for module, names in homes.items():
        if name in names.split():
            value: object = getattr(import_module(module), name)
            setattr(sys.modules[package], name, value)
            return value
    raise AttributeError(f"module {package!r} has no attribute {name!r}")

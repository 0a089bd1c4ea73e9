"""A mistake in a script, told through pydantic so that all of them are collected."""

from __future__ import annotations

from pydantic_core import PydanticCustomError

from evalkit.matchers import BadPattern


def complaint(
    what: str, *, hint: str | None = None, path: tuple[str | int, ...] = ()
) -> PydanticCustomError:
    """Say what is wrong at `path` below the value that is being read.

    The error type `evalkit` is the one that `evalkit.suite.check` reports in these very words.
    """
    found = BadPattern(what, path=path, hint=hint)
    return PydanticCustomError("evalkit", "not usable", {"found": (found,)})

"""Files that a suite names: below its own folder, and nowhere else."""

from __future__ import annotations

from pathlib import Path, PurePosixPath, PureWindowsPath

from evalkit.errors import InvalidSuite
from evalkit.suite._check import Steps
from evalkit.suite._mistakes import Mistakes
from evalkit.suite._template import has_template
from evalkit.suite._yaml import Document, read_document, read_text


def read_suite_file(path: Path, name: str | None = None) -> tuple[Document, bool]:
    """The document in a file, called `name` in complaints, and whether it holds templates."""
    text = read_text(path, InvalidSuite)
    return read_document(text, name or str(path), InvalidSuite), has_template(text)


def read_named_file(
    name: str, folder: Path, path: Steps, mistakes: Mistakes
) -> tuple[Document, bool] | None:
    """Read the file that the value at `path` names; None, and a mistake, where it cannot be."""
    target = folder / name
    if _leaves(name) or not target.resolve().is_relative_to(folder.resolve()):
        mistakes.at(path, f"{name!r} is not below the folder of the suite", "move the file there")
        return None
    if not target.is_file():
        what = "is a folder" if target.is_dir() else "does not exist"
        mistakes.at(path, f"the file {name!r} {what}")
        return None
    try:
        document, templated = read_suite_file(target)
    except InvalidSuite as error:
        mistakes.problems.extend(error.problems)
        return None
    mistakes.problems.extend(document.problems)
    return document, templated


def _leaves(name: str) -> bool:
    """Whether a name is absolute or goes up, on any system that the suite may be used on."""
    pure = PurePosixPath(name), PureWindowsPath(name)
    return any(each.is_absolute() or each.drive or ".." in each.parts for each in pure)

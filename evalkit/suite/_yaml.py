"""YAML files as JSON values that know the line and column of each of their parts."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path

from evalkit.collector import without_collector
from evalkit.errors import InvalidFile, Problem
from evalkit.suite._yaml_build import Builder, Spot, Spots, Unreadable
from evalkit.transcript import JsonValue

MAX_BYTES = 16_000_000
_PLACE = re.compile(r"(.*):(\d+):(\d+)", re.DOTALL)


@dataclass(frozen=True, slots=True, kw_only=True)
class Document:
    """One YAML file, or a value given in Python, and where in it each part stands."""

    value: JsonValue
    file: str
    """The name of the file, or that of the value in Python."""
    problems: tuple[Problem, ...] = ()
    """Mistakes that left a value to go on with, such as a duplicate key."""
    root: Spot | None = field(default=None, repr=False)
    """None for a value given in Python."""

    def where(self, path: tuple[str | int, ...] = ()) -> str:
        """`file:line:column` of the value at `path`, or of the nearest one around it.

        In Python it is the expression for that value: `tools[1]['name']`.
        """
        if self.root is None:
            return self.file + "".join(f"[{step!r}]" for step in path)
        spot = _spot(self.root, path)
        return place(self.file, spot.line, spot.column)

    def where_key(self, path: tuple[str | int, ...]) -> str:
        """`file:line:column` of the key that the value at `path` stands under."""
        if self.root is None:
            return self.where(path)
        spot = _spot(self.root, path)
        return place(self.file, spot.key_line, spot.key_column)


def _spot(spot: Spot, path: tuple[str | int, ...]) -> Spot:
    for step in path:
        inner: Spots = spot.inner or {}
        if step not in inner:
            break
        spot = inner[step]
    return spot


def place(file: str, line: int, column: int) -> str:
    """`file:line:column`, from a line and a column counted from 0."""
    return f"{file}:{line + 1}:{column + 1}"


def in_file_order(problems: Iterable[Problem]) -> list[Problem]:
    """Sort by place and drop what is said twice."""
    return sorted(dict.fromkeys(problems), key=_position)


def _position(problem: Problem) -> tuple[str, int, int, str]:
    place = _PLACE.fullmatch(problem.where)
    if place is None:
        return problem.where, 0, 0, problem.what
    return place[1], int(place[2]), int(place[3]), problem.what


def load_yaml(text: str, file: str, error: type[InvalidFile] = InvalidFile) -> Document:
    """Read the one YAML document in `text`; `file` names it in every complaint.

    Raises:
        InvalidFile: or `error`, with every mistake in the text.
    """
    document = read_document(text, file, error)
    if document.problems:
        raise error(in_file_order(document.problems))
    return document


def read_document(text: str, file: str, error: type[InvalidFile]) -> Document:
    """Read `text` as far as it makes sense; raise only where it makes none."""
    builder = Builder(text, file)
    try:
        with without_collector():
            value, root = builder.build()
    except Unreadable as trouble:
        raise error([*builder.problems, trouble.problem]) from trouble
    return Document(value=value, file=file, problems=tuple(builder.problems), root=root)


def read_text(path: Path, error: type[InvalidFile]) -> str:
    """Read a text file of the user's, up to `MAX_BYTES`."""
    content = _read_bytes(path, error)
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError as trouble:
        line = content.count(b"\n", 0, trouble.start)
        column = trouble.start - content.rfind(b"\n", 0, trouble.start) - 1
        problem = Problem(
            what="the file is not UTF-8 text",
            where=place(str(path), line, column),
            hint="save it as UTF-8",
        )
        raise error([problem]) from trouble


def _read_bytes(path: Path, error: type[InvalidFile]) -> bytes:
    hint = None
    try:
        with path.open("rb") as stream:
            content = stream.read(MAX_BYTES + 1)
    except FileNotFoundError:
        what = "there is no such file"
    except IsADirectoryError:
        what, hint = "this is a folder, not a file", "name the YAML file in it"
    except OSError as trouble:
        what = f"the file cannot be read: {trouble.strerror}"
    else:
        if len(content) <= MAX_BYTES:
            return content
        what = f"the file is larger than {MAX_BYTES // 1_000_000} MB"
        hint = "split it into several"
    raise error([Problem(what=what, where=place(str(path), 0, 0), hint=hint)])

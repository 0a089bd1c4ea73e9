"""Files of the suite language -> complete suites, or every mistake in them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import TypeVar

from msgspec import Struct
from pydantic import BaseModel, ValidationError

from evalkit.collector import without_collector
from evalkit.errors import InvalidSuite, Problem
from evalkit.suite._build import CaseBuilder, Shared
from evalkit.suite._case import Case, Suite
from evalkit.suite._check import Steps, problems_of, salvage
from evalkit.suite._files import read_named_file, read_suite_file
from evalkit.suite._format import PartFile, SuiteFile
from evalkit.suite._meaning import Reviewer
from evalkit.suite._mistakes import Mistakes
from evalkit.suite._settings import ToolNamed
from evalkit.suite._tool import Tool, find_tools
from evalkit.suite._yaml import Document, in_file_order
from evalkit.transcript import JsonValue

M = TypeVar("M", bound=BaseModel)

_CONFIGURATION = "evalkit.yaml"


class _Part(Struct, frozen=True):
    """One file of a suite, read."""

    file: PartFile
    document: Document
    templated: bool

    def has_read(self, key: str) -> bool:
        """Whether what stands under a key was of use."""
        value = self.document.value
        is_given = isinstance(value, dict) and key in value
        return is_given == (key in self.file.model_fields_set)


def load_suite(path: Path, *, allow_python: bool = False) -> Suite:
    """Read one suite with all the files that it names.

    Raises:
        InvalidSuite: with every mistake in these files.
    """
    with without_collector():
        return _load(path, allow_python=allow_python)


def _load(path: Path, *, allow_python: bool) -> Suite:
    document, templated = read_suite_file(path)
    mistakes = Mistakes(document, list(document.problems))
    file = _read(SuiteFile, document, mistakes)
    if file is None:
        raise InvalidSuite(in_file_order(mistakes.problems))
    parts = [_Part(file, document, templated), *_included(file, path.parent, mistakes)]
    tools = _tools(parts, path.parent, mistakes)
    shared = Shared(
        suite=file.suite or path.stem,
        system=file.system,
        settings=file.settings,
        extra_args=file.extra_args,
        defaults=file.defaults,
        tools=tools,
        simulate={tool: rules for part in parts for tool, rules in part.file.simulate.items()},
    )
    for part in parts if not allow_python else ():
        _refuse_python(part.document.value, (), mistakes.within(part.document))
    _review(parts, shared, mistakes)
    taken: dict[str, str] = {}
    cases = tuple(case for part in parts for case in _cases(part, shared, taken, mistakes))
    if not cases and not mistakes.problems:
        mistakes.at((), "the suite has no cases", "list them under `cases`")
    if mistakes.problems:
        raise InvalidSuite(in_file_order(mistakes.problems))
    return Suite(
        name=shared.suite,
        description=file.description,
        file=path,
        cases=cases,
        tools=tuple((tools or {}).values()),
        settings=file.settings,
    )


def load_suites(paths: Iterable[Path], *, allow_python: bool = False) -> tuple[Suite, ...]:
    """Read suites; a folder stands for the YAML files directly in it.

    Raises:
        InvalidSuite: with every mistake in all of them.
    """
    problems: list[Problem] = []
    suites: dict[str, Suite] = {}
    for path in _suite_files(paths, problems):
        try:
            suite = load_suite(path, allow_python=allow_python)
        except InvalidSuite as error:
            problems += error.problems
            continue
        other = suites.setdefault(suite.name, suite)
        if other is not suite:
            what = f"the suite {suite.name!r} stands in {other.file} already"
            problems.append(Problem(what=what, where=f"{path}:1:1", hint="rename one"))
    if problems:
        raise InvalidSuite(in_file_order(problems))
    return tuple(suites.values())


def _suite_files(paths: Iterable[Path], problems: list[Problem]) -> Iterator[Path]:
    seen = set()
    for path in paths:
        files = [path]
        if not path.exists():
            files = []
            what = "there is no such file or folder"
            hint = "name suites or folders of them; `evalkit init` starts a project with one"
            problems.append(Problem(what=what, where=f"{path}:1:1", hint=hint))
        elif path.is_dir():
            found = sorted(each for each in path.iterdir() if each.suffix in {".yaml", ".yml"})
            files = [each for each in found if each.is_file() and each.name != _CONFIGURATION]
            if not files:
                what = "there is no suite in this folder"
                hint = "a suite is a .yaml file directly in the folder"
                problems.append(Problem(what=what, where=f"{path}:1:1", hint=hint))
        for file in files:
            if file.resolve() not in seen:
                seen.add(file.resolve())
                yield file


def _read(model: type[M], document: Document, mistakes: Mistakes) -> M | None:
    """Read a file as far as it can be: keys whose values are wrong count as left out."""
    value = document.value
    if not isinstance(value, dict):
        mistakes.at((), "a suite is a mapping", "begin with version: 1")
        return None
    if mistakes.empty_keys(value, ()):
        value = {key: each for key, each in value.items() if each is not None}
    try:
        return model.model_validate(value)
    except ValidationError as error:
        mistakes.problems.extend(problems_of(error, model, document))
        return salvage(model, {**value, "version": 1})


def _included(file: SuiteFile, folder: Path, mistakes: Mistakes) -> Iterator[_Part]:
    for index, name in enumerate(file.include):
        found = read_named_file(name, folder, ("include", index), mistakes)
        if found is None:
            continue
        document, templated = found
        part = _read(PartFile, document, mistakes.within(document))
        if part is not None:
            yield _Part(part, document, templated)


def _tools(parts: Iterable[_Part], folder: Path, mistakes: Mistakes) -> Mapping[str, Tool] | None:
    """The tools by name, or None where some could not be read."""
    before = len(mistakes.problems)
    tools: dict[str, Tool] = {}
    is_complete = True
    for part in parts:
        is_complete &= part.has_read("tools")
        for index, entry in enumerate(part.file.tools):
            _add_tools(entry, ("tools", index), tools, folder, mistakes.within(part.document))
    return tools if is_complete and len(mistakes.problems) == before else None


def _add_tools(
    entry: JsonValue, path: Steps, tools: dict[str, Tool], folder: Path, mistakes: Mistakes
) -> None:
    if isinstance(entry, str):
        found = read_named_file(entry, folder, path, mistakes)
        if found is None:
            return
        document, _ = found
        entry, path, mistakes = document.value, (), mistakes.within(document)
    for tool, place in find_tools(entry, path, mistakes):
        if tool.name in tools:
            mistakes.at((*place, "name"), f"the tool {tool.name!r} is already there")
        tools[tool.name] = tool


def _review(parts: Iterable[_Part], shared: Shared, mistakes: Mistakes) -> None:
    """Hold what stands outside the cases against the tools."""
    for part in parts:
        reviewer = Reviewer(shared.tools, mistakes.within(part.document))
        for tool in part.file.simulate:
            reviewer.tool_key(tool, ("simulate", tool))
        if not isinstance(part.file, SuiteFile):
            continue
        choice, expect = part.file.settings.tool_choice, part.file.defaults.expect
        if isinstance(choice, ToolNamed):
            reviewer.tool(choice.tool, ("settings", "tool_choice", "tool"))
        if expect is not None:
            reviewer.review(expect, ("defaults", "expect"))


def _cases(
    part: _Part, shared: Shared, taken: dict[str, str], mistakes: Mistakes
) -> Iterator[Case]:
    """The cases of a file; `taken` holds the place of each id so far."""
    builder = CaseBuilder(shared, mistakes.within(part.document), templated=part.templated)
    for index, entry in enumerate(part.file.cases):
        built = list(builder.build(entry, ("cases", index)))
        where = part.document.where(("cases", index))
        for name in [case.id for case in built] or _written_id(entry):
            if name in taken:
                what = f"the id {name!r} is already taken by the case at {taken[name]}"
                mistakes.problems.append(Problem(what=what, where=where))
            taken.setdefault(name, where)
        yield from built


def _written_id(entry: JsonValue) -> list[str]:
    """The id of a case whose mistakes kept it from being built, where no matrix adds to it."""
    if not isinstance(entry, dict) or "matrix" in entry or not isinstance(entry.get("id"), str):
        return []
    return [str(entry["id"])]


_HOLDERS = (dict, list)


def _refuse_python(value: JsonValue, path: Steps, mistakes: Mistakes) -> None:
    """Refuse a suite that would run code of its author where nobody allowed it."""
    match value:
        case dict():
            for key, each in value.items():
                is_rule = key == "python" and path[-3:-2] == ("simulate",)
                if key == "$python" or is_rule:
                    what = f"{key} runs code of the suite's author"
                    hint = "pass --allow-python if you trust it"
                    mistakes.at_key((*path, key), what, hint)
                if isinstance(each, _HOLDERS):
                    _refuse_python(each, (*path, key), mistakes)
        case list():
            for index, each in enumerate(value):
                if isinstance(each, _HOLDERS):
                    _refuse_python(each, (*path, index), mistakes)

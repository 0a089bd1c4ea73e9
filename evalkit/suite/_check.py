"""Values of a document -> pydantic models; what pydantic complains of -> problems with a place."""

from __future__ import annotations

import json
import types
from collections.abc import Mapping
from typing import TYPE_CHECKING, Annotated, TypeAlias, TypeVar, Union, get_args, get_origin

from pydantic import BaseModel, ValidationError

from evalkit.errors import InvalidFile, Problem, nearest
from evalkit.suite._yaml import Document
from evalkit.transcript import JsonValue

if TYPE_CHECKING:
    from pydantic_core import ErrorDetails

M = TypeVar("M", bound=BaseModel)
Steps: TypeAlias = tuple[str | int, ...]

_SHOWN = 60

_WORDS: Mapping[str, str] = {
    "bool_type": "expected true or false, got {got}",
    "dict_type": "expected a mapping, got {got}",
    "enum": "expected {expected}, got {got}",
    "finite_number": "expected a number, got {got}",
    "float_type": "expected a number, got {got}",
    "greater_than": "must be more than {gt}, got {got}",
    "greater_than_equal": "must be at least {ge}, got {got}",
    "int_from_float": "expected a whole number, got {got}",
    "int_type": "expected a whole number, got {got}",
    "less_than": "must be less than {lt}, got {got}",
    "less_than_equal": "must be at most {le}, got {got}",
    "list_type": "expected a list, got {got}",
    "literal_error": "expected {expected}, got {got}",
    "model_type": "expected a mapping, got {got}",
    "none_required": "expected nothing here, got {got}",
    "string_too_long": "longer than {max_length} characters",
    "string_too_short": "must not be empty",
    "string_type": "expected text, got {got}",
    "too_long": "more than {max_length} entries",
    "too_short": "must not be empty",
    "tuple_type": "expected a list, got {got}",
}


def check(model: type[M], document: Document, error: type[InvalidFile]) -> M:
    """Read the whole document as `model`.

    Raises:
        InvalidFile: or `error`, with every mistake in the file, in file order.
    """
    problems = list(document.problems)
    try:
        entry = model.model_validate(document.value)
    except ValidationError as trouble:
        problems += problems_of(trouble, model, document)
    else:
        if not problems:
            return entry
    raise error(in_file_order(problems))


def problems_of(
    trouble: ValidationError, model: type[BaseModel], document: Document, base: Steps = ()
) -> list[Problem]:
    """Say what pydantic found in the value at `base` of a document."""
    found = trouble.errors(include_url=False)
    return [_problem(each, model, document, base) for each in found]


def in_file_order(problems: list[Problem]) -> list[Problem]:
    """Sort by place and drop what is said twice."""
    return sorted(dict.fromkeys(problems), key=_position)


def _position(problem: Problem) -> tuple[str, int, int, str]:
    file, line, column = problem.where.rsplit(":", 2)
    return file, int(line), int(column), problem.what


def _problem(
    found: ErrorDetails, model: type[BaseModel], document: Document, base: Steps
) -> Problem:
    path = (*base, *found["loc"])
    context: Mapping[str, object] = found.get("ctx", {})
    key = str(found["loc"][-1]) if found["loc"] else ""
    match found["type"]:
        case "evalkit":
            return _ours(context, document, path)
        case "extra_forbidden":
            known = _known_keys(model, found["loc"][:-1])
            hint = nearest(key, known)
            return Problem(what=f"unknown key {key!r}", where=document.where_key(path), hint=hint)
        case "missing":
            return Problem(what=f"{key!r} is missing", where=document.where(path[:-1]))
        case kind:
            words = _WORDS.get(kind)
            got = kind_and_value(found["input"])
            what = words.format(got=got, **context) if words else found["msg"]
            what = f"{key}: {what}" if key and isinstance(found["loc"][-1], str) else what
            return Problem(what=what, where=document.where(path))


def _ours(context: Mapping[str, object], document: Document, path: Steps) -> Problem:
    inner = context["path"]
    assert isinstance(inner, tuple)
    hint = context["hint"]
    whole = (*path, *inner)
    place = document.where_key if context.get("at_key") else document.where
    return Problem(
        what=str(context["what"]), where=place(whole), hint=None if hint is None else str(hint)
    )


def kind_and_value(value: object) -> str:
    """Name a value by its kind: `the text 'x'`, `the number 5`, `a list`."""
    match value:
        case None:
            return "nothing"
        case bool():
            return str(value).lower()
        case int() | float():
            return f"the number {_short(value)}"
        case str():
            return f"the text {_short(value)}"
        case list() | tuple():
            return "a list"
        case _:
            return "a mapping"


def _short(value: JsonValue) -> str:
    text = repr(value) if isinstance(value, str) else json.dumps(value)
    return text if len(text) <= _SHOWN else f"{text[: _SHOWN - 1]}…"


def _known_keys(model: type[BaseModel], path: Steps) -> list[str]:
    """The keys that may stand in the mapping at `path` below `model`."""
    at: list[object] = [model]
    for step in path:
        at = [inner for each in at for inner in _below(each, step)]
    models = [each for each in at if isinstance(each, type) and issubclass(each, BaseModel)]
    return [info.alias or name for each in models for name, info in each.model_fields.items()]


def _below(annotation: object, step: str | int) -> list[object]:
    """What may stand under one step below a value of that type."""
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        fields = annotation.model_fields.items()
        return [
            each
            for name, info in fields
            if step in (name, info.alias)
            for each in _arms(info.annotation)
        ]
    match get_origin(annotation), get_args(annotation):
        case (origin, (item, *_)) if origin is tuple:
            return _arms(item)
        case (origin, (_, value)) if origin is dict:
            return _arms(value)
    return []


def _arms(annotation: object) -> list[object]:
    """The types that a union, or an annotated type, stands for."""
    origin, args = get_origin(annotation), get_args(annotation)
    if origin is Annotated:
        return _arms(args[0])
    if origin in (Union, types.UnionType):
        return [each for arm in args for each in _arms(arm)]
    return [annotation]

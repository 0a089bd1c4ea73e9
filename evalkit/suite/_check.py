"""Values of a document -> pydantic models; what pydantic complains of -> problems with a place."""

from __future__ import annotations

import types
from collections.abc import Mapping
from typing import TYPE_CHECKING, Annotated, TypeAlias, TypeVar, Union, get_args, get_origin

from pydantic import BaseModel, ValidationError

from evalkit.errors import InvalidFile, Problem, nearest
from evalkit.matchers import BadPattern
from evalkit.suite._kinds import kind_and_value
from evalkit.suite._yaml import Document, in_file_order
from evalkit.transcript import JsonValue

if TYPE_CHECKING:
    from pydantic_core import ErrorDetails

M = TypeVar("M", bound=BaseModel)
Steps: TypeAlias = tuple[str | int, ...]

_ROUNDS = 20
_HINTS: Mapping[str, str] = {"version": "begin with version: 1"}

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
    return [problem for each in found for problem in _problems(each, model, document, base)]


def salvage(model: type[M], value: JsonValue) -> M | None:
    """Read what can be read: keys whose values are wrong count as left out.

    A complaint may hide another one behind it, so several rounds may be needed. None where too
    little is left.
    """
    for _ in range(_ROUNDS):
        try:
            return model.model_validate(value)
        except ValidationError as trouble:
            for found in trouble.errors(include_url=False):
                for path in _places(found):
                    value = _without(value, path)
    return None


def _places(found: ErrorDetails) -> list[Steps]:
    path: Steps = found["loc"]
    match found["type"]:
        case "evalkit":
            return [(*path, *each.path) for each in found["ctx"]["found"]]
        case "missing":
            return [path[:-1]]
        case _:
            return [path]


def _without(value: JsonValue, path: Steps) -> JsonValue:
    """Leave out the innermost key on the path, and keep every list as long as it is."""
    if isinstance(value, dict) and path and path[0] in value:
        key = str(path[0])
        if any(isinstance(step, str) for step in path[1:]):
            return {**value, key: _without(value[key], path[1:])}
        return {name: each for name, each in value.items() if name != key}
    if isinstance(value, list) and path and path[0] in range(len(value)):
        return [
            _without(each, path[1:]) if index == path[0] else each
            for index, each in enumerate(value)
        ]
    return value


def _problems(
    found: ErrorDetails, model: type[BaseModel], document: Document, base: Steps
) -> list[Problem]:
    path = (*base, *found["loc"])
    context: Mapping[str, object] = found.get("ctx", {})
    key = str(found["loc"][-1]) if found["loc"] else ""
    match found["type"]:
        case "evalkit":
            return _ours(context, document, path)
        case "extra_forbidden":
            close = nearest(key, _known_keys(model, found["loc"][:-1]))
            place = document.where_key(path)
            return [Problem(what=f"unknown key {key!r}", where=place, hint=close)]
        case "missing":
            hint = _HINTS.get(key)
            place = document.where(path[:-1])
            return [Problem(what=f"{key!r} is missing", where=place, hint=hint)]
        case kind:
            words = _WORDS.get(kind)
            got = kind_and_value(found["input"])
            what = words.format(got=got, **context) if words else found["msg"]
            what = f"{key}: {what}" if key and isinstance(found["loc"][-1], str) else what
            return [Problem(what=what, where=document.where(path))]


def _ours(context: Mapping[str, object], document: Document, path: Steps) -> list[Problem]:
    found = context["found"]
    assert isinstance(found, tuple)
    return [_placed(each, document, path) for each in found]


def _placed(bad: BadPattern, document: Document, path: Steps) -> Problem:
    place = document.where_key if bad.at_key else document.where
    return Problem(what=bad.what, where=place((*path, *bad.path)), hint=bad.hint)


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

"""JSON Schema, checked by jsonschema-rs: nothing is fetched, and patterns run in linear time."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import islice
from typing import TYPE_CHECKING

from msgspec import Struct

from evalkit.errors import nearest
from evalkit.transcript import JsonObject, JsonValue

if TYPE_CHECKING:
    from jsonschema_rs import ValidationError, Validator

MAX_ERRORS = 20
MAX_REF = 200

_TYPES = ("array", "boolean", "integer", "null", "number", "object", "string")


class BadSchema(ValueError):
    """A JSON Schema that cannot be used; the text says why in one line."""

    def __init__(
        self, what: str, *, hint: str | None = None, path: Sequence[str | int] = ()
    ) -> None:
        super().__init__(what)
        self.hint = hint
        self.path = tuple(path)
        """Where in the schema the mistake stands."""


class SchemaError(Struct, frozen=True, kw_only=True):
    """One way in which a value violates its schema."""

    path: str
    """JSON path of the offending value, such as `$.city`; `$` is the whole."""
    reason: str
    """One line in the schema checker's words."""
    keyword: str
    """The schema keyword that was violated, such as `required` or `enum`."""


class Schema(Struct, frozen=True):
    """A compiled JSON Schema (draft by its `$schema`, else 2020-12)."""

    source: JsonObject | bool
    _validator: Validator

    def accepts(self, value: JsonValue) -> bool:
        return not self.errors(value, most=1)

    def errors(self, value: JsonValue, most: int = MAX_ERRORS) -> tuple[SchemaError, ...]:
        """Return what is wrong, at most `most` findings, in the schema's order."""
        try:
            if self._validator.is_valid(value):
                return ()
            return tuple(map(_error, islice(self._validator.iter_errors(value), most)))
        except ValueError as error:  # numbers and depths that the checker cannot take
            return (SchemaError(path="$", reason=_one_line(str(error)), keyword="type"),)


def compile_schema(schema: JsonValue) -> Schema:
    """Compile a schema from an untrusted file.

    Raises:
        BadSchema: it is no valid JSON Schema, refers to a document outside itself, or holds a
            pattern that needs backtracking (look-around, back-references).
    """
    import jsonschema_rs  # loaded with the first schema, not with the package

    refused: list[str] = []

    def refuse(uri: str) -> JsonValue:
        refused.append(uri)
        raise LookupError(uri)

    if not isinstance(schema, dict | bool):
        raise BadSchema(f"a JSON Schema is a mapping, got {type(schema).__name__}")
    try:
        validator = jsonschema_rs.validator_for(
            schema, retriever=refuse, pattern_options=jsonschema_rs.RegexOptions()
        )
    except jsonschema_rs.ValidationError as error:
        raise _bad(error, refused, schema) from error
    except ValueError as error:
        raise BadSchema(f"no JSON Schema: {_one_line(str(error))}") from error
    return Schema(schema, validator)


def _bad(error: ValidationError, refused: Sequence[str], schema: JsonValue) -> BadSchema:
    if refused:
        what = f"the $ref {refused[0][:MAX_REF]!r} is not fetched"
        place = _place_of_ref(refused[0], schema)
        return BadSchema(what, hint="put what it refers to under $defs", path=place)
    path = error.instance_path
    if path and path[-1] == "type" and isinstance(error.instance, str):
        what = f"no JSON Schema: there is no type {error.instance[:MAX_REF]!r}"
        return BadSchema(what, hint=nearest(error.instance[:MAX_REF], _TYPES), path=path)
    if path and path[-1] == "pattern":
        what = f"the pattern {error.instance!r} cannot be used"
        return BadSchema(what, hint="patterns know no look-around and no back-reference", path=path)
    found, _, listed = error.message.partition(" is not valid under any of the schemas")
    message = f"{found} may not stand here" if listed else error.message
    return BadSchema(f"no JSON Schema: {_one_line(message)}", path=path)


def _place_of_ref(ref: str, schema: JsonValue) -> tuple[str | int, ...]:
    """Where a schema refers to `ref`; the whole of it where it is spelt otherwise."""
    places: list[tuple[tuple[str | int, ...], JsonValue]] = [((), schema)]
    for path, value in places:
        if path[-1:] == ("$ref",) and value == ref:
            return path
        if isinstance(value, dict):
            places += [((*path, key), each) for key, each in value.items()]
        elif isinstance(value, list):
            places += [((*path, index), each) for index, each in enumerate(value)]
    return ()


def _error(error: ValidationError) -> SchemaError:
    keyword = str(error.schema_path[-1]) if error.schema_path else error.kind.name
    return SchemaError(
        path=json_path(error.instance_path), reason=_one_line(error.message), keyword=keyword
    )


def json_path(steps: Sequence[str | int]) -> str:
    """Write a path as `$.items[0].name`; names that are no identifiers are quoted."""
    path = "$"
    for step in steps:
        if isinstance(step, int):
            path += f"[{step}]"
        elif step.isidentifier():
            path += f".{step}"
        else:
            path += f"[{step!r}]"
    return path


def _one_line(text: str) -> str:
    return " ".join(text.partition("\n")[0].split())

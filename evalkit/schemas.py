"""JSON Schema, checked by jsonschema-rs: nothing is fetched, and patterns run in linear time."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from evalkit.transcript import JsonObject, JsonValue

if TYPE_CHECKING:
    from jsonschema_rs import Validator

MAX_ERRORS = 20


class BadSchema(ValueError):
    """A JSON Schema that cannot be used; the text says why in one line."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SchemaError:
    """One way in which a value violates its schema."""

    path: str
    """JSON path of the offending value, such as `$.city`; `$` is the whole."""
    reason: str
    """One line in the schema checker's words."""
    keyword: str
    """The schema keyword that was violated, such as `required` or `enum`."""


@dataclass(frozen=True, slots=True)
class Schema:
    """A compiled JSON Schema (draft by its `$schema`, else 2020-12)."""

    source: JsonObject | bool
    _validator: Validator

    def accepts(self, value: JsonValue) -> bool:
        return self._validator.is_valid(value)

    def errors(self, value: JsonValue) -> tuple[SchemaError, ...]:
        """Return what is wrong, at most `MAX_ERRORS` findings, in the schema's order."""
        found = []
        for error in self._validator.iter_errors(value):
            keyword = str(error.schema_path[-1]) if error.schema_path else error.kind.name
            found.append(
                SchemaError(
                    path=json_path(error.instance_path), reason=error.message, keyword=keyword
                )
            )
            if len(found) == MAX_ERRORS:
                break
        return tuple(found)


def compile_schema(schema: JsonObject | bool) -> Schema:  # noqa: FBT001 - a schema may be true
    """Compile a schema from an untrusted file.

    Raises:
        BadSchema: it is no valid JSON Schema, refers to a document outside itself, or holds a
            pattern that needs backtracking (look-around, back-references).
    """
    import jsonschema_rs

    try:
        validator = jsonschema_rs.validator_for(
            schema, retriever=_refuse, pattern_options=jsonschema_rs.RegexOptions()
        )
    except ValueError as error:
        raise BadSchema(_first_line(error)) from error
    return Schema(schema, validator)


def json_path(steps: list[str | int]) -> str:
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


def _refuse(uri: str) -> JsonValue:
    raise LookupError(f"refused to fetch {uri}")


def _first_line(error: ValueError) -> str:
    return str(error).partition("\n")[0]

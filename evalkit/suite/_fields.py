"""Field types of the format: JSON as it stands, and patterns that compile while they are read."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Annotated, TypeAlias, TypeVar

from msgspec import Struct
from pydantic import (
    ConfigDict,
    Field,
    GetCoreSchemaHandler,
    GetJsonSchemaHandler,
    ValidationError,
    ValidatorFunctionWrapHandler,
    WrapValidator,
)
from pydantic.json_schema import JsonSchemaValue
from pydantic_core import CoreSchema, PydanticCustomError, core_schema

from evalkit.matchers import (
    ArgumentsPattern,
    BadPattern,
    Pattern,
    compile_arguments,
    compile_pattern,
    describe,
)
from evalkit.suite._kinds import kind_and_value
from evalkit.transcript import JsonObject, JsonValue

T = TypeVar("T")

STRICT = ConfigDict(frozen=True, extra="forbid", strict=True, validate_by_name=True)
"""How every mapping of the format is read: no unknown key, no text for a number."""

Many: TypeAlias = Annotated[tuple[T, ...], Field(strict=False)]
"""A YAML list, kept as a tuple."""


class _Read(Struct, frozen=True, eq=False):
    """Read a field by a function of ours and describe it by a JSON Schema of ours."""

    function: Callable[[JsonValue], object]
    schema: JsonSchemaValue

    def __get_pydantic_core_schema__(
        self, source: object, handler: GetCoreSchemaHandler
    ) -> CoreSchema:
        return core_schema.no_info_plain_validator_function(self.function)

    def __get_pydantic_json_schema__(
        self, core: CoreSchema, handler: GetJsonSchemaHandler
    ) -> JsonSchemaValue:
        return dict(self.schema)


def complaint(
    what: str, hint: str | None = None, path: tuple[str | int, ...] = ()
) -> PydanticCustomError:
    """A mistake at `path` below the value that is being read, for pydantic to collect."""
    return complaints([BadPattern(what, path=path, hint=hint)])


def complaints(found: Sequence[BadPattern]) -> PydanticCustomError:
    """Several mistakes below the value that is being read."""
    return PydanticCustomError("evalkit", "not usable", {"found": tuple(found)})


def read_arguments(args: JsonObject, *path: str | int) -> ArgumentsPattern:
    """Compile the arguments of a call, which stand at `path` below the value being read.

    Raises:
        PydanticCustomError: with a complaint for each argument that is wrong.
    """
    try:
        return compile_arguments(args)
    except BadPattern as error:
        others = [each for name in args for each in _faults({name: args[name]})]
        raise complaints([each.below(*path) for each in others or [error]]) from error


def _faults(args: JsonObject) -> Iterator[BadPattern]:
    try:
        compile_arguments(args)
    except BadPattern as error:
        yield error


def said_once(what: str) -> WrapValidator:
    """Say `what` instead of what each arm of a union has to complain of."""

    def read(value: object, inner: ValidatorFunctionWrapHandler) -> object:
        try:
            return inner(value)
        except ValidationError as error:
            raise complaint(f"{what}, got {kind_and_value(value)}") from error

    return WrapValidator(read)


def _switch(words: Mapping[str, bool]) -> Callable[[JsonValue], bool]:
    wanted = " or ".join(words)

    def read(value: JsonValue) -> bool:
        if isinstance(value, bool):
            return value
        if isinstance(value, str) and value in words:
            return words[value]
        raise complaint(f"expected {wanted}, got {describe(value)}")

    return read


def _pattern(value: JsonValue | Pattern) -> Pattern:
    if isinstance(value, Pattern):
        return value
    try:
        return compile_pattern(value)
    except BadPattern as error:
        raise complaints([error]) from error


def _arguments(value: JsonValue | ArgumentsPattern) -> ArgumentsPattern:
    if isinstance(value, ArgumentsPattern):
        return value
    if not isinstance(value, dict):
        raise complaint("arguments must be a mapping", "write {} for a call without arguments")
    return read_arguments(value)


def _object(value: JsonValue) -> JsonObject:
    if isinstance(value, dict):
        return value
    raise complaint("this must be a mapping")


if TYPE_CHECKING:
    AnyJson: TypeAlias = JsonValue
    ObjectJson: TypeAlias = JsonObject
else:  # pydantic would follow the recursive type of a JSON value without end
    AnyJson = Annotated[object, _Read(lambda value: value, {})]
    ObjectJson = Annotated[dict, _Read(_object, {"type": "object"})]
PatternField: TypeAlias = Annotated[Pattern, _Read(_pattern, {"$comment": "pattern"})]
ArgumentsField: TypeAlias = Annotated[
    ArgumentsPattern, _Read(_arguments, {"$comment": "arguments"})
]
_ALLOWANCE = {"allow": True, "forbid": False}
_ON_OFF = {"on": True, "off": False}
Allowance: TypeAlias = Annotated[bool, _Read(_switch(_ALLOWANCE), {"enum": [*_ALLOWANCE]})]
OnOff: TypeAlias = Annotated[bool, _Read(_switch(_ON_OFF), {"enum": [*_ON_OFF]})]

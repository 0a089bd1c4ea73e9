"""Evaluation and regression tests for the tool calls of language models."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:  # loaded by name, so that `import evalkit` costs nothing
    from evalkit.assertions import Absent as Absent
    from evalkit.assertions import AllOf as AllOf
    from evalkit.assertions import Any_ as Any_
    from evalkit.assertions import Approx as Approx
    from evalkit.assertions import Contains as Contains
    from evalkit.assertions import Date as Date
    from evalkit.assertions import Equals as Equals
    from evalkit.assertions import Gt as Gt
    from evalkit.assertions import Gte as Gte
    from evalkit.assertions import Items as Items
    from evalkit.assertions import Json as Json
    from evalkit.assertions import Length as Length
    from evalkit.assertions import Lt as Lt
    from evalkit.assertions import Lte as Lte
    from evalkit.assertions import Not as Not
    from evalkit.assertions import OneOf as OneOf
    from evalkit.assertions import Optional_ as Optional_
    from evalkit.assertions import Range as Range
    from evalkit.assertions import Regex as Regex
    from evalkit.assertions import Result as Result
    from evalkit.assertions import Schema as Schema
    from evalkit.assertions import Search as Search
    from evalkit.assertions import Subset as Subset
    from evalkit.assertions import Text as Text
    from evalkit.assertions import Type as Type
    from evalkit.assertions import Unordered as Unordered
    from evalkit.assertions import assert_calls as assert_calls
    from evalkit.assertions import assert_no_calls as assert_no_calls
    from evalkit.assertions import call as call
    from evalkit.errors import EvalkitError as EvalkitError
    from evalkit.pytest_plugin._kit import Kit as Kit
    from evalkit.results import CaseResult as CaseResult
    from evalkit.results import Status as Status
    from evalkit.transcript import ToolCall as ToolCall
    from evalkit.transcript import Transcript as Transcript
    from evalkit.transcript import Turn as Turn

__version__ = "0.1.0"

_HOMES = {
    "evalkit.assertions": (
        "Absent AllOf Any_ Approx Contains Date Equals Gt Gte Items Json Length Lt Lte Not OneOf"
        " Optional_ Range Regex Result Schema Search Subset Text Type Unordered"
        " assert_calls assert_no_calls call"
    ),
    "evalkit.errors": "EvalkitError",
    "evalkit.pytest_plugin._kit": "Kit",
    "evalkit.results": "CaseResult Status",
    "evalkit.transcript": "ToolCall Transcript Turn",
}
"""Where each public name lives."""

__all__ = sorted(" ".join(_HOMES.values()).split())  # noqa: PLE0605 - the names stand above, once


def __getattr__(name: str) -> object:
    from evalkit.lazy import load

    return load(__name__, _HOMES, name)


def __dir__() -> list[str]:
    return [*globals(), *__all__]

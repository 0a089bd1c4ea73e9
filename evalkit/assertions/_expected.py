"""Calls as a test in Python expects them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Self, TypeAlias

from msgspec import Struct
from msgspec.structs import replace

from evalkit.assertions._matchers import Expected, written_arguments
from evalkit.errors import UsageError
from evalkit.matchers import ArgumentsPattern, BadPattern, compile_arguments
from evalkit.suite import CallExpectation, Times

Arguments: TypeAlias = Mapping[str, Expected]
"""What each argument of a call must be like."""


class ExpectedCall(Struct, frozen=True, kw_only=True, eq=False):
    """A call that must be made; its methods return the same call under other conditions."""

    tool: str
    pattern: ArgumentsPattern
    least: int = 1
    most: int | None = 1
    """None where there is no bound."""
    is_optional: bool = False
    earlier: tuple[ExpectedCall, ...] = ()
    """Calls whose results must be there before this call."""

    def times(self, count: int) -> Self:
        """Expect the call exactly so often."""
        return self._bounded(count, count)

    def at_least(self, count: int) -> Self:
        """Expect the call so often or more often."""
        return self._bounded(count, None)

    def at_most(self, count: int) -> Self:
        """Expect the call once and up to so often."""
        return self._bounded(min(self.least, count), count)

    def optional(self) -> Self:
        """Allow that the call is left out."""
        return replace(self, is_optional=True)

    def after(self, *calls: ExpectedCall) -> Self:
        """Expect the call once the results of others are there; they are expected beside it."""
        return replace(self, earlier=(*self.earlier, *calls))

    def with_any_other_arguments(self) -> Self:
        """Allow arguments that are not named."""
        return replace(self, pattern=self.pattern.with_extra(allowed=True))

    def _bounded(self, least: int, most: int | None) -> Self:
        if least < 1:
            raise UsageError(
                f"a call that is made {least} times",
                hint="use .optional(), or assert_no_calls for a tool that must not be called",
            )
        return replace(self, least=least, most=most)


def call(tool: str, arguments: Arguments | None = None, /, **named: Expected) -> ExpectedCall:
    """Expect a call of a tool, with exactly these arguments.

    `arguments` is for names that no keyword can have.

    Raises:
        UsageError: a matcher is unknown, or a value is none of JSON.
    """
    wanted = written_arguments({**(arguments or {}), **named})
    try:
        pattern = compile_arguments(wanted)
    except BadPattern as error:
        raise UsageError(error.what, where=f"call({tool!r})", hint=error.hint) from error
    return ExpectedCall(tool=tool, pattern=pattern)


def expectations(calls: Sequence[ExpectedCall]) -> tuple[CallExpectation, ...]:
    """Turn expected calls into the suite language's.

    Raises:
        UsageError: a call stands after one that is not expected.
    """
    ids = {id(one): f"calls[{index}]" for index, one in enumerate(calls)}
    return tuple(
        CallExpectation(
            tool=one.tool,
            args=one.pattern,
            id=ids[id(one)],
            after=tuple(_id_of(earlier, one, ids) for earlier in one.earlier),
            optional=one.is_optional,
            times=Times(min=one.least, max=one.most),
        )
        for one in calls
    )


def _id_of(earlier: ExpectedCall, later: ExpectedCall, ids: Mapping[int, str]) -> str:
    found = ids.get(id(earlier))
    if found is None:
        raise UsageError(
            f"{later.tool} comes after a call of {earlier.tool} that is not expected",
            hint="give assert_calls the very object that .after() was given",
        )
    return found

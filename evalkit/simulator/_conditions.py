"""When a rule applies: what it looks at in a request."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from typing import Annotated, TypeAlias

import re2
from pydantic import BaseModel, ConfigDict, Field, PlainValidator

from evalkit.errors import UsageError
from evalkit.matchers import BadPattern, compile_pattern
from evalkit.simulator._asked import Asked
from evalkit.simulator._complaint import complaint
from evalkit.transcript import JsonValue


def _text_test(value: JsonValue) -> Callable[[str], bool]:
    """Read a matcher as a suite would write it; plain words are found anywhere, in any case."""
    if isinstance(value, str):
        value = {"$search": f"(?i){re2.escape(value)}"}
    if not isinstance(value, dict):
        raise complaint("expected words or a matcher", hint="write {$search: 'order A[0-9]+'}")
    try:
        pattern = compile_pattern(value)
        pattern.match("")  # what no request may use, such as $python, is refused while loading
    except BadPattern as error:
        raise complaint(error.what, hint=error.hint, path=error.path) from error
    except UsageError as error:
        raise complaint(error.what) from error
    return lambda text: pattern.match(text) is None


TextTest: TypeAlias = Annotated[Callable[[str], bool], PlainValidator(_text_test)]


class When(BaseModel):
    """What must hold of a request; what is not named does not matter.

    Without `result`, a rule is for the words of a user and never for a tool's result: otherwise
    the rule that makes a call would make it again when the result arrives, and again.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    user: TextTest | None = None
    """The last words of the user."""
    system: TextTest | None = None
    result: TextTest | None = None
    """The tool results that the conversation ends with."""
    turn: int | None = Field(default=None, ge=1)
    """The how-manyth answer of the conversation this is."""
    called: tuple[str, ...] = ()
    """Tools that must have been called before; one named twice, at least twice."""
    tools: tuple[str, ...] = ()
    """Tools that must be offered."""

    def holds(self, asked: Asked) -> bool:
        return (
            (self.result is None) == (asked.result is None)
            and self.turn in {None, asked.turn}
            and asked.tools.issuperset(self.tools)
            and Counter(self.called) <= Counter(asked.called)
            and _fits(self.user, asked.user)
            and _fits(self.system, asked.system)
            and _fits(self.result, asked.result)
        )


def _fits(test: TextTest | None, text: str | None) -> bool:
    return test is None or (text is not None and test(text))

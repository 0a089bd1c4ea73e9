"""A script of the simulator: rules in order, the first that fits answers."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Literal, TypeAlias

from msgspec import Struct
from pydantic import BaseModel, ConfigDict, field_validator, model_validator

from evalkit.errors import InvalidScript, Problem
from evalkit.parse import parse_arguments
from evalkit.simulator._answers import Answer, Call, Reply
from evalkit.simulator._asked import Asked
from evalkit.simulator._complaint import complaint
from evalkit.simulator._conditions import When
from evalkit.simulator._wires import ARGUMENTS_AS_TEXT, Api
from evalkit.suite import Document, check, load_yaml

Steps: TypeAlias = tuple[str | int, ...]
"""Keys and indices that lead to a place in the file."""


class Rule(BaseModel):
    """What to answer, and when."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    when: When = When()
    answer: Answer | None = None
    answers: tuple[Answer, ...] = ()
    """For the same request again and again: the first answer, the second, ...; the last stays."""

    @model_validator(mode="after")
    def _answers_in_one_way(self) -> Rule:
        if (self.answer is None) == (not self.answers):
            raise complaint("a rule has either `answer` or a list of `answers`")
        return self

    @property
    def sequence(self) -> tuple[Answer, ...]:
        return self.answers if self.answer is None else (self.answer,)

    def placed_replies(self) -> list[tuple[Steps, Reply]]:
        """Every reply with the steps that lead to it from the rule."""
        several: list[Steps] = [("answers", index) for index in range(len(self.answers))]
        places = several if self.answer is None else [("answer",)]
        placed = zip(places, self.sequence, strict=True)
        return [(place, answer) for place, answer in placed if isinstance(answer, Reply)]


class _ScriptFile(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")

    version: Literal[1]
    api: Api | None = None
    rules: tuple[Rule, ...]

    @field_validator("rules")
    @classmethod
    def _are_some(cls, rules: tuple[Rule, ...]) -> tuple[Rule, ...]:
        if not rules:
            raise complaint("a script without rules answers nothing")
        return rules


class Script(Struct, frozen=True, kw_only=True):
    """What a simulated model does."""

    file: str
    """The name of the script, for messages."""
    api: Api | None
    """The only protocol that it speaks; None speaks all."""
    rules: tuple[Rule, ...]

    def rule_for(self, asked: Asked) -> Rule | None:
        return next((rule for rule in self.rules if rule.when.holds(asked)), None)


def load_script(path: Path) -> Script:
    """Read a script from its YAML file.

    Raises:
        InvalidScript: with every mistake at its line and column.
    """
    document = load_yaml(_text_of(path), str(path), InvalidScript)
    file = check(_ScriptFile, document, InvalidScript)
    problems = [] if file.api in ARGUMENTS_AS_TEXT else list(_unshowable(file.rules, document))
    if problems:
        raise InvalidScript(problems)
    return Script(file=path.name, api=file.api, rules=file.rules)


def _text_of(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8")
    except OSError as error:
        what = f"the file cannot be read: {error.strerror}"
        raise InvalidScript([Problem(what=what, where=str(path))]) from error
    except UnicodeDecodeError as error:
        problem = Problem(what="the file is not UTF-8 text", where=str(path))
        raise InvalidScript([problem]) from error


def _unshowable(rules: tuple[Rule, ...], document: Document) -> Iterator[Problem]:
    """Find the argument strings that a protocol with parsed arguments cannot deliver."""
    for place, call in _placed_calls(rules):
        if parse_arguments(call.argument_string).value is None:
            yield Problem(
                what="this `raw` is no JSON object, and Anthropic delivers arguments parsed",
                where=document.where((*place, "raw")),
                hint="write `api: openai-chat` at the top: its argument strings can be seen",
            )


def _placed_calls(rules: tuple[Rule, ...]) -> Iterator[tuple[Steps, Call]]:
    for number, rule in enumerate(rules):
        for place, reply in rule.placed_replies():
            for index, call in enumerate(reply.calls):
                yield ("rules", number, *place, "calls", index), call

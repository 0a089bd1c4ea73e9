"""The files of the suite language as they are written: their keys, and the type of each value."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import BaseModel, Field, field_validator

from evalkit.results import EVERY_TRIAL
from evalkit.suite._expectation import Expectation
from evalkit.suite._fields import STRICT, Allowance, AnyJson, Many, complaint, said_once
from evalkit.suite._messages import MessageEntry
from evalkit.suite._settings import Settings
from evalkit.suite._simulated import SimulatedEntry
from evalkit.transcript import JsonValue

Name = Annotated[
    Annotated[str, Field(pattern=r"^[A-Za-z0-9][A-Za-z0-9._-]*$", max_length=100)],
    said_once("a name is made of letters, digits, '.', '_' and '-'"),
]
Text = Annotated[str, Field(min_length=1)]
Share = Annotated[float, Field(gt=0, le=1)]
Trials = Annotated[int, Field(ge=1, le=1000)]


def _rules(value: JsonValue) -> JsonValue:
    """A list holds rules; anything else is the value that the tool always answers."""
    return value if isinstance(value, list) else [{"return": value}]


class TurnEntry(BaseModel):
    """One line of a scripted user."""

    model_config = STRICT

    user: Text = Field(description="What the user says.")
    expect: Expectation | None = Field(
        default=None, description="What must hold from this line up to the next."
    )


class CaseEntry(BaseModel):
    """One case: what is said, and what is expected."""

    model_config = STRICT

    id: Name = Field(description="A name, unique in the suite.")
    description: str = Field(default="", description="What the case is about.")
    tags: Many[Text] = Field(
        default=(),
        description="Words to select and group cases by.",
    )
    prompt: Text | None = Field(default=None, description="The one message of the user.")
    messages: Many[MessageEntry] = Field(
        default=(), description="The conversation so far, calls and results included."
    )
    turns: Many[TurnEntry] = Field(default=(), description="The lines of a scripted user.")
    matrix: AnyJson = Field(
        default=None,
        description="Values to try: one case for each combination, {{ name }} in strings.",
    )
    trials: Trials | None = Field(default=None, description="How often the case is run.")
    pass_rate: Share | None = Field(
        default=None, alias="pass", description="The share of the trials that must pass."
    )
    skip: Text | None = Field(default=None, description="Why the case is not run.")
    settings: Settings | None = Field(
        default=None, description="Settings that differ from the suite's."
    )
    tools: Many[AnyJson] = Field(
        (), description="The tools of this case, inline, in place of the suite's."
    )
    simulate: dict[str, Many[SimulatedEntry]] = Field(
        default_factory=dict, description="Simulated tools that differ from the suite's."
    )
    extra_args: Allowance | None = Field(
        default=None, description="Whether calls may have arguments that are not listed."
    )
    expect: Expectation | None = Field(default=None, description="What must hold.")

    @field_validator("simulate", mode="before")
    @classmethod
    def _simulate(cls, value: JsonValue) -> JsonValue:
        return _all_rules(value)


class Defaults(BaseModel):
    """What a case is given that does not say otherwise."""

    model_config = STRICT

    tags: Many[Text] = Field(default=(), description="Tags that every case has.")
    trials: Trials = Field(default=1, description="How often a case is run.")
    pass_rate: Share = Field(
        default=EVERY_TRIAL, alias="pass", description="The share of the trials that must pass."
    )
    skip: Text | None = Field(default=None, description="Why no case is run.")
    expect: Expectation | None = Field(
        default=None,
        description="What every case expects, key by key, where it does not say itself.",
    )


class PartFile(BaseModel):
    """A file that suites include: cases, and what they need."""

    model_config = STRICT

    version: Literal[1] = Field(description="The version of the format: 1.")
    description: str = Field(default="", description="What the cases are about.")
    tools: Many[AnyJson] = Field(
        default=(), description="Tools, inline or as files below the suite's folder."
    )
    simulate: dict[str, Many[SimulatedEntry]] = Field(
        default_factory=dict, description="What simulated tools answer."
    )
    cases: Many[AnyJson] = Field(default=(), description="The cases.")

    @field_validator("simulate", mode="before")
    @classmethod
    def _simulate(cls, value: JsonValue) -> JsonValue:
        return _all_rules(value)


class SuiteFile(PartFile):
    """A suite: cases over one set of tools."""

    suite: Name | None = Field(
        default=None, description="The suite's name; the file's if left out."
    )
    system: Text | None = Field(default=None, description="The system prompt.")
    settings: Settings = Field(
        default=Settings(),
        description="How the model is asked.",
    )
    extra_args: Allowance = Field(
        default=False, description="Whether calls may have arguments that are not listed."
    )
    defaults: Defaults = Field(
        default=Defaults(),
        description="What every case is given.",
    )
    include: Many[Text] = Field(
        default=(),
        description="Files with more cases, below this folder.",
    )


def _all_rules(value: JsonValue) -> JsonValue:
    if not isinstance(value, dict):
        raise complaint("simulate maps tools to what they answer")
    return {tool: _rules(answers) for tool, answers in value.items()}

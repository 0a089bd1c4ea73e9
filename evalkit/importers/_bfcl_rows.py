"""The rows of the Berkeley Function Calling Leaderboard, read into questions."""

from __future__ import annotations

import gzip
from collections.abc import Mapping
from pathlib import Path
from typing import TypeAlias, TypeVar

from msgspec import Struct
from pydantic import AliasChoices, BaseModel, Field, ValidationError
from pydantic import JsonValue as AnyJson

from evalkit.errors import InvalidFile, Problem, UsageError, why
from evalkit.transcript import JsonObject

Answer: TypeAlias = dict[str, JsonObject]
"""A tool, and the alternatives for each of its parameters; `""` stands for leaving it out."""

RULES = {
    "simple": "simple",
    "simple_python": "simple",
    "live_simple": "simple",
    "multiple": "multiple",
    "live_multiple": "multiple",
    "parallel": "parallel",
    "live_parallel": "parallel",
    "parallel_multiple": "parallel_multiple",
    "live_parallel_multiple": "parallel_multiple",
    "irrelevance": "irrelevance",
    "live_irrelevance": "irrelevance",
}
"""BFCL's categories of calls in Python, and the rule that judges each."""

_TYPES = {"dict": "object", "float": "number", "tuple": "array"}
"""What BFCL's function docs call otherwise than JSON Schema does."""

_Answer: TypeAlias = dict[str, dict[str, list[AnyJson]]]
R = TypeVar("R", bound=BaseModel)


class _FunctionDoc(BaseModel):
    name: str
    description: str = ""
    parameters: dict[str, AnyJson]


class _Message(BaseModel):
    role: str
    content: str


class _QuestionRow(BaseModel):
    """A row as V4 publishes it, or one with the answer beside the question."""

    id: str
    functions: list[_FunctionDoc] = Field(validation_alias=AliasChoices("functions", "function"))
    question: list[list[_Message]] = Field(min_length=1, max_length=1, default=[[]])
    messages: list[_Message] = []
    possible_answer: list[_Answer] | None = None


class _AnswerRow(BaseModel):
    id: str
    ground_truth: list[_Answer]


class Question(Struct, frozen=True, kw_only=True):
    """One question of BFCL, its tools in the form and under the names that models are shown."""

    id: str
    category: str
    rule: str
    messages: tuple[tuple[str, str], ...]
    """Role and text of each."""
    tools: tuple[JsonObject, ...]
    answers: tuple[Answer, ...]


def read_questions(questions: Path, answers: Path | None) -> list[Question]:
    """Read the questions of a file, with answers from it or from another one.

    Raises:
        UsageError: a file cannot be read.
        InvalidFile: rows are no questions of BFCL, or of a category that has no rule here.
    """
    answer_rows = _read(answers, _AnswerRow).values() if answers else ()
    answered = {row.id: row.ground_truth for row in answer_rows}
    found, problems = [], []
    for where, row in _read(questions, _QuestionRow).items():
        try:
            found.append(_question(row, answered))
        except ValueError as error:
            problems.append(Problem(what=f"{row.id}: {error}", where=where))
    if problems:
        raise InvalidFile(problems)
    return found


def _read(path: Path, model: type[R]) -> dict[str, R]:
    """Read every row of a file, by its place."""
    found: dict[str, R] = {}
    problems = []
    for number, line in enumerate(_text(path).split("\n"), 1):
        if not line.strip():
            continue
        where = f"{path}:{number}:1"
        try:
            found[where] = model.model_validate_json(line)
        except ValidationError as error:
            first = error.errors(include_url=False)[0]
            key = ".".join(map(str, first["loc"]))
            problems.append(Problem(what=f"no row of BFCL: {key}: {first['msg']}", where=where))
    if problems:
        raise InvalidFile(problems)
    return found


def _text(path: Path) -> str:
    try:
        with (gzip.open if path.suffix == ".gz" else open)(path, "rb") as file:
            return file.read().decode("utf-8")
    except (OSError, EOFError, UnicodeDecodeError) as error:
        raise UsageError(f"cannot read {path}: {why(error)}") from error


def _question(row: _QuestionRow, answered: Mapping[str, list[_Answer]]) -> Question:
    category = row.id.rpartition("_")[0]
    rule = RULES.get(category)
    if rule is None:
        raise ValueError(f"no rule for the category {category!r}; known: {', '.join(RULES)}")
    answers = row.possible_answer or answered.get(row.id, [])
    if not answers and rule != "irrelevance":
        raise ValueError("no answer; name the file that holds it")
    return Question(
        id=row.id,
        category=category,
        rule=rule,
        messages=tuple((one.role, one.content) for one in row.messages or row.question[0]),
        tools=tuple(_tool(doc) for doc in row.functions),
        answers=tuple(_renamed(answer) for answer in answers),
    )


def _tool(doc: _FunctionDoc) -> JsonObject:
    return {
        "name": _exposed(doc.name),
        "description": doc.description,
        "parameters": _schema(doc.parameters),
    }


def _renamed(answer: _Answer) -> Answer:
    return {_exposed(name): {**parameters} for name, parameters in answer.items()}


def _exposed(name: str) -> str:
    """The name that a model is shown: APIs allow no dots."""
    return name.replace(".", "_")


def _schema(doc: JsonObject) -> JsonObject:
    """Turn the doc of a parameter, or of all of them, into a JSON Schema."""
    schema: JsonObject = {}
    for key, value in doc.items():
        match key, value:
            case "type", str():
                schema |= {} if value == "any" else {"type": _TYPES.get(value, value)}
            case "items", dict():
                schema["items"] = _schema(value)
            case "properties", dict():
                schema["properties"] = {
                    name: _schema(each) for name, each in value.items() if isinstance(each, dict)
                }
            case (("optional" | "format"), _):
                pass
            case _:
                schema[key] = value
    return schema

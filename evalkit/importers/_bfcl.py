"""Questions of the Berkeley Function Calling Leaderboard -> a suite."""

from __future__ import annotations

from pathlib import Path

from evalkit.importers._bfcl_native import native_expectation
from evalkit.importers._bfcl_rows import Question, read_questions
from evalkit.importers._yaml_text import write_yaml
from evalkit.transcript import JsonObject, JsonValue


def import_bfcl(questions: Path, answers: Path | None = None, *, native: bool = False) -> str:
    """Write a suite of BFCL questions, as YAML.

    A row of `questions` is one that BFCL V4 publishes, with its answer in the file `answers`, or
    one that holds `messages`, `functions` and `possible_answer` together. `.gz` is unpacked.
    The suite gives BFCL's own verdicts; a native one judges by evalkit's rules.

    Raises:
        UsageError: a file cannot be read.
        InvalidFile: rows are no questions of BFCL, or of a category that has no rule here.
    """
    expect = native_expectation if native else _bfcl_expectation
    cases: list[JsonValue] = [
        _case(question, expect(question)) for question in read_questions(questions, answers)
    ]
    return write_yaml({"version": 1, "suite": questions.name.split(".")[0], "cases": cases})


def _case(question: Question, expect: JsonValue) -> JsonObject:
    return {
        "id": question.id,
        "tags": [question.category],
        **_said(question),
        "tools": list(question.tools),
        "expect": expect,
    }


def _said(question: Question) -> JsonObject:
    if [role for role, _ in question.messages] == ["user"]:
        return {"prompt": _literal(question.messages[0][1])}
    messages: list[JsonValue] = [
        {"role": role, "content": _literal(text)} for role, text in question.messages
    ]
    return {"messages": messages}


def _literal(text: str) -> str:
    """Keep what looks like a template as it is."""
    is_template = "{{" in text or "{%" in text
    return f"{{% raw %}}{text}{{% endraw %}}" if is_template else text


def _bfcl_expectation(question: Question) -> JsonValue:
    answers: list[JsonValue] = [{**answer} for answer in question.answers]
    options: JsonObject = {"category": question.rule}
    if answers:
        options["answers"] = answers
    return {"graders": {"bfcl": options}}

"""What a single call shows: each check yields its findings on one call."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from difflib import get_close_matches

from evalkit.cassettes import Personal, Redaction, scan
from evalkit.schemas import BadSchema, SchemaError
from evalkit.suite import Tool
from evalkit.tools import validator_for
from evalkit.transcript import Defect, JsonValue, ToolCall
from evalkit.triage._finding import Failure, Finding
from evalkit.triage._response import Response

_SHOWN_ERRORS = 3
_MAX_STRINGS = 1000
_MOST_QUOTED = 60
_SECRETS = Redaction(personal=[Personal.CARD, Personal.EMAIL])
_NOT_ABOUT_JSON = frozenset({Defect.UNKNOWN_TOOL, Defect.WRAPPED, Defect.TEXT_CALL})
_APIS_WITH_IDS = frozenset({"openai-chat", "openai-responses", "anthropic", "bedrock-converse"})

_HOSTILE = {
    "SQL": re.compile(
        r";\s*(?:drop|truncate|alter|delete\s+from|insert\s+into|update\s+\w+\s+set)\b"
        r"|'\s*or\s+'?1'?\s*=\s*'?1|\bunion\s+(?:all\s+)?select\b",
        re.IGNORECASE,
    ),
    "a path that leaves its folder": re.compile(r"(?:^|[/\\])\.\.(?:[/\\]|$)"),
    "a shell command": re.compile(
        r"[;&|]\s*(?:rm\s+-|curl\s|wget\s|nc\s|bash\s|sh\s)|\$\((?:curl|wget|rm|cat)\s"
    ),
    "a script": re.compile(r"<script\b|\bjavascript:", re.IGNORECASE),
}
_RAW_ERROR = re.compile(
    r"Traceback \(most recent call last\)|SQLSTATE\[|\bORA-\d{5}\b|\bpsycopg2?\.\w"
    r"|\bat [\w.$]+\([\w.]+\.java:\d+\)|(?i:api key (?:has |is )?(?:expired|invalid))"
)
_PLACEHOLDER = re.compile(
    r"<[A-Za-z_][A-Za-z_ ]*>"
    r"|\{\{[^{}]+\}\}|\$\{[^{}]+\}"
    r"|(?:YOUR|INSERT)_[A-Z_]+"
    r"|(?i:(?:id|result|output|value)_(?:of|from)_\w+)"
)


def malformed(_response: Response, call: ToolCall) -> Iterator[Finding]:
    if call.arguments is None:
        named = ", ".join(each for each in call.defects if each not in _NOT_ABOUT_JSON)
        yield Finding(
            failure=Failure.MALFORMED_JSON,
            why=f"the arguments of {call.name or 'a call'} are no JSON object: {named}",
            change=_advice(call),
        )
    elif Defect.DUPLICATE_KEY in call.defects:
        yield Finding(
            failure=Failure.MALFORMED_JSON,
            why=f"a key stands twice in the arguments of {call.name}; the last value was read",
            change="refuse the call, or make sure that every reader keeps the same value",
        )


def _advice(call: ToolCall) -> str:
    if Defect.TRUNCATED in call.defects:
        return "raise the limit of output tokens, or ask for shorter arguments"
    return (
        "tell the model what is wrong and let it call again, never mend it silently; "
        "`strict: true` or constrained decoding prevents it"
    )


def unknown_tool(response: Response, call: ToolCall) -> Iterator[Finding]:
    if Defect.WRAPPED in call.defects:
        yield Finding(
            failure=Failure.UNKNOWN_TOOL,
            why=f"{call.name} was called through a wrapper or under a prefix that no tool has",
            change="unwrap it before names are compared; with OpenAI set "
            "`parallel_tool_calls: false` where it keeps coming",
        )
    if Defect.UNKNOWN_TOOL in call.defects:
        close = get_close_matches(call.name, response.offer or (), n=1)
        meant = f" (did it mean {close[0]}?)" if close else ""
        yield Finding(
            failure=Failure.UNKNOWN_TOOL,
            why=f"the request offers no tool {call.name!r}{meant}",
            change="answer the call with an error that lists the tools; never run the nearest one",
        )


def schema_violation(response: Response, call: ToolCall) -> Iterator[Finding]:
    tool = (response.offer or {}).get(call.name)
    if tool is None or call.arguments is None:
        return
    errors = _errors(tool, call)
    if errors:
        told = [f"{error.path}: {error.reason}" for error in errors[:_SHOWN_ERRORS]]
        more = len(errors) - len(told)
        yield Finding(
            failure=Failure.SCHEMA_VIOLATION,
            why=f"{call.name}: {'; '.join(told)}{f' and {more} more' if more else ''}",
            change="validate before the tool runs and answer with these words; `strict: true`, "
            "or a description of the parameter that names its values",
        )


def _errors(tool: Tool, call: ToolCall) -> tuple[SchemaError, ...]:
    """Check the arguments; a schema that cannot be used decides nothing."""
    try:
        return validator_for(tool).errors(call.arguments)
    except (BadSchema, RecursionError):
        return ()


def unpaired(response: Response, call: ToolCall) -> Iterator[Finding]:
    is_native = response.format is None and response.api in _APIS_WITH_IDS
    is_legacy = response.turn.finish == "function_call"
    if not is_native or is_legacy or call.has_own_id or Defect.WRAPPED in call.defects:
        return
    if response.turn.wire is not None:
        yield Finding(
            failure=Failure.UNPAIRED_CALL,
            why=f"the call of {call.name} has no id, or the id of another call of this answer",
            change="make up an id, and use it in the assistant message and in the tool's result",
        )


def hostile(_response: Response, call: ToolCall) -> Iterator[Finding]:
    for text in _strings(call):
        for what, pattern in _HOSTILE.items():
            if pattern.search(text):
                yield Finding(
                    failure=Failure.HOSTILE_ARGUMENT,
                    why=f"an argument of {call.name} looks like {what}: {_short(text)}",
                    change="give the parameter a `pattern` or an `enum`, and refuse the call "
                    "before the tool runs",
                )
                return


def placeholder(_response: Response, call: ToolCall) -> Iterator[Finding]:
    for text in _strings(call):
        if _PLACEHOLDER.fullmatch(text):
            yield Finding(
                failure=Failure.INVENTED_ID,
                why=f"an argument of {call.name} stands for a value to come: {_short(text)}",
                change="refuse it by a `pattern`; describe which call gives the value",
            )
            return


def raw_error(_response: Response, call: ToolCall) -> Iterator[Finding]:
    for text in _strings(call):
        if _RAW_ERROR.search(text):
            yield Finding(
                failure=Failure.RAW_ERROR,
                why=f"an argument of {call.name} quotes a raw error: {_short(text)}",
                change="give the model a structured, sanitised error, never the tool's own words",
            )
            return


def leak(_response: Response, call: ToolCall) -> Iterator[Finding]:
    written = call.raw if call.raw is not None else json.dumps(call.arguments, ensure_ascii=False)
    rules = sorted({found.rule for found in scan(written, _SECRETS)})
    if rules:
        yield Finding(
            failure=Failure.LEAK,
            why=f"the arguments of {call.name} hold: {', '.join(rules)}",
            change="redact them before they reach a log, a cassette or a report",
        )


CALL_CHECKS = (
    malformed,
    unknown_tool,
    schema_violation,
    unpaired,
    hostile,
    placeholder,
    raw_error,
    leak,
)


def _strings(call: ToolCall) -> Iterator[str]:
    """Yield the text in the arguments; where there are none, the raw string as a whole."""
    if call.arguments is None:
        yield call.raw or ""
        return
    waiting: list[JsonValue] = [call.arguments]
    seen = 0
    while waiting and seen < _MAX_STRINGS:
        value = waiting.pop()
        seen += 1
        if isinstance(value, str):
            yield value
        elif isinstance(value, dict):
            waiting.extend(value.values())
        elif isinstance(value, list):
            waiting.extend(value)


def _short(text: str) -> str:
    return repr(text if len(text) <= _MOST_QUOTED else f"{text[: _MOST_QUOTED - 1]}…")

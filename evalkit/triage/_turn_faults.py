"""What an answer shows as a whole: each check yields its findings on one response."""

from __future__ import annotations

import json
from collections.abc import Iterator

from evalkit.parse import AUTO, ParsedText, parse_text
from evalkit.transcript import Defect, Stop, ToolCall
from evalkit.triage._finding import Failure, Finding
from evalkit.triage._response import Response

MOST_CALLS = 5

_WORDS_FOR_CALLS = {
    "openai-chat": frozenset({"tool_calls"}),
    "anthropic": frozenset({"tool_use"}),
    "bedrock-converse": frozenset({"tool_use"}),
}
"""The stop reason that promises calls. The other APIs have no such word."""
_OWN_WORDS = frozenset({"tool_use_failed"})
"""Words that are ours for an error of the API, and lie to nobody."""
_LOOSE_FORMATS = frozenset(
    {"pythonic", "bfcl_pythonic", "json_object_tool", "json_array_tool", "react", "react_json"}
)
"""Formats without marks of their own, which ordinary prose or data may resemble."""


def stop_reason(response: Response) -> Iterator[Finding]:
    turn = response.turn
    if turn.stop in (Stop.TRUNCATED, Stop.CONTEXT_OVERFLOW, Stop.REFUSED):
        return
    why = _lie(response)
    if why:
        yield Finding(
            failure=Failure.LYING_STOP,
            why=why,
            change="decide by the presence of calls, never by the stop reason",
        )


def _lie(response: Response) -> str | None:
    turn, finish = response.turn, response.turn.finish
    if response.api is None or not response.is_whole or finish in _OWN_WORDS or turn.refusal:
        return None
    if not finish:
        return "the stop reason is missing: the answer may have broken off"
    words = _WORDS_FOR_CALLS.get(response.api)
    if words is None:
        return None
    if turn.calls and response.format is None and finish not in words:
        return f"it stopped with {finish!r} although it calls {_names(turn.calls)}"
    if not turn.calls and finish in words:
        return f"it stopped with {finish!r} although it calls nothing"
    return None


def truncated(response: Response) -> Iterator[Finding]:
    is_cut = any(Defect.TRUNCATED in call.defects for call in response.turn.calls)
    cut_off = response.turn.stop is Stop.TRUNCATED
    change = "raise the limit of output tokens, or ask for less at once; run no call that was cut"
    if response.is_cut or (is_cut and cut_off):
        why = "the answer was cut off in the middle of a call"
        yield Finding(failure=Failure.LYING_STOP, why=why, change=change)
    elif cut_off:
        why = f"the answer was cut off ({response.turn.finish})"
        yield Finding(failure=Failure.ALERT, why=why, change=change)


def overflow(response: Response) -> Iterator[Finding]:
    if response.turn.stop is Stop.CONTEXT_OVERFLOW:
        yield Finding(
            failure=Failure.CONTEXT_OVERFLOW,
            why=f"the conversation no longer fits the model's context ({response.turn.finish})",
            change="cut the oldest turns; keep the system prompt, the tools, and each call "
            "with its result",
        )


def refused_call(response: Response) -> Iterator[Finding]:
    match response.turn.finish:
        case "UNEXPECTED_TOOL_CALL":
            yield Finding(
                failure=Failure.UNKNOWN_TOOL,
                why="the API reports a call that the request did not allow",
                change="offer the tool, or `tool_choice: none` and a prompt that names no tool",
            )
        case "TOO_MANY_TOOL_CALLS":
            yield Finding(
                failure=Failure.ALERT,
                why="the API stopped the answer for its many calls",
                change="limit the calls of a turn, and stop repeated ones",
            )


def crowd(response: Response) -> Iterator[Finding]:
    calls = response.turn.calls
    if len(calls) > MOST_CALLS:
        yield Finding(
            failure=Failure.ALERT,
            why=f"{len(calls)} calls in one answer, more than {MOST_CALLS}",
            change="limit how many run at once; a tool that takes a list needs one call",
        )
    twice = _repeated(calls)
    if twice:
        yield Finding(
            failure=Failure.ALERT,
            why=f"{twice} is called twice in one answer with the same arguments",
            change="run it once and answer both; an action needs an idempotency key",
        )


def _repeated(calls: tuple[ToolCall, ...]) -> str | None:
    if len(calls) < 2:  # noqa: PLR2004 - it takes two
        return None
    seen: set[tuple[str, str]] = set()
    for call in calls:
        written = json.dumps(call.arguments, sort_keys=True) if call.arguments else call.raw or ""
        if (call.name, written) in seen:
            return call.name
        seen.add((call.name, written))
    return None


def call_in_text(response: Response) -> Iterator[Finding]:
    if response.is_format_named:
        return
    if response.api is None:
        names, written_in = _names(response.turn.calls), response.format
    else:
        parsed = _hidden(response)
        names, written_in = (_names(parsed.calls), parsed.format) if parsed else ("", None)
    if names:
        yield Finding(
            failure=Failure.CALL_IN_TEXT,
            why=f"the call of {names} stands in the text, in the format {written_in}",
            change=f"start the server with its parser for it, or set `tool_format: {written_in}`",
        )


def _hidden(response: Response) -> ParsedText | None:
    """Read the calls that an answer of an API holds in its text, if any are sure to be calls."""
    text = response.turn.text
    if not text or not _may_hold_call(text):
        return None
    parsed = parse_text(text, AUTO, tuple((response.offer or {}).values()))
    if not parsed.calls:
        return None
    if parsed.format in _LOOSE_FORMATS and not _is_offered(response, parsed):
        return None
    return parsed


def _may_hold_call(text: str) -> bool:
    return any(mark in text for mark in ("<", "{", "[", "Action"))


def _is_offered(response: Response, parsed: ParsedText) -> bool:
    """Tell calls from data that looks like them: by the tools, or because nothing else is there."""
    if response.offer is None:
        return parsed.text is None
    return all(call.name in response.offer for call in parsed.calls)


def _names(calls: tuple[ToolCall, ...]) -> str:
    return ", ".join(dict.fromkeys(call.name for call in calls))


TURN_CHECKS = (stop_reason, truncated, overflow, refused_call, crowd, call_in_text)

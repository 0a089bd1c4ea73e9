"""Why a case did not pass, in the lines that pytest shows."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from evalkit.grade import diff, explain, show_call
from evalkit.matchers import show
from evalkit.results import CaseResult, Kind
from evalkit.transcript import Message, Prompt, ToolResult, Transcript, Trouble

FLAG = re.compile(r"(?<![\w-])--(?=(allow-python|provider|record|report)\b)")
"""A flag of `evalkit run` that pytest has under another name."""

NOT_OF_PYTEST = re.compile(r"[:;,] --resume [\w ]*")
"""Advice that only `evalkit run` can follow."""


def in_pytests_words(text: str) -> str:
    """Name flags as whoever started pytest may type them, and none that pytest does not have."""
    text = NOT_OF_PYTEST.sub("", text).replace("file with --output", "folder with --report")
    return FLAG.sub("--evalkit-", text).replace("evalkit run --evalkit-", "pytest --evalkit-")


def explained(results: Sequence[CaseResult], *, with_conversation: bool) -> str:
    """Say what is wrong first: pytest's summary shows no more than the first line."""
    return "\n".join(
        line for result in results for line in _lines(result, with_conversation=with_conversation)
    )


def hint_of(trouble: Trouble) -> str | None:
    """Return the way out of trouble, for whoever started pytest."""
    return None if trouble.hint is None else in_pytests_words(trouble.hint)


def _lines(result: CaseResult, *, with_conversation: bool) -> Iterator[str]:
    trouble = result.transcript.trouble
    if trouble is None:
        yield from explain(result)
        yield from _differences(result)
    else:
        yield f"{trouble.error}: {trouble.what}"
        if hint := hint_of(trouble):
            yield f"  hint: {hint}"
    trial = f", trial {result.trial + 1}" if result.trial else ""
    if result.trials_at_most is not None:
        trial = f", trial {result.trial + 1} of at most {result.trials_at_most}"
    simulated = ", simulated" if result.transcript.simulated else ""
    asked = _last_prompt(result.transcript)
    yield f"{result.provider} ({result.model}{simulated}{trial}) was asked: {asked}"
    if with_conversation:
        yield from (f"  {line}" for line in conversation(result.transcript))


def _differences(result: CaseResult) -> Iterator[str]:
    for verdict in result.failures:
        if verdict.kind is Kind.WRONG_ARGUMENT:
            yield from (f"  {line}" for line in diff(verdict))


def _last_prompt(transcript: Transcript) -> str:
    prompts = [message.text for message in transcript.given if isinstance(message, Prompt)]
    return show(prompts[-1]) if prompts else "(nothing)"


def conversation(transcript: Transcript) -> Iterator[str]:
    """Write a conversation with a line for each thing said, called and returned."""
    for message in (*transcript.given, *transcript.messages):
        yield from _said(message)


def _said(message: Message) -> Iterator[str]:
    match message:
        case Prompt():
            yield f"{message.role + ':':<8}{show(message.text)}"
        case ToolResult():
            failed = " failed" if message.is_error else ""
            yield f"{'tool:':<8}{message.name}{failed}: {show(message.content)}"
        case _:
            if message.text or not message.calls:
                yield f"{'model:':<8}{show(message.text or '')}"
            for call in message.calls:
                yield f"{'model:':<8}{show_call(call)}"

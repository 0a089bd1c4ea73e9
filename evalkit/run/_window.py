"""The part of a long conversation that still fits into the model's context."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from typing import TypeAlias, assert_never

from evalkit.suite import Tool
from evalkit.transcript import Message, Prompt, ToolResult, Turn

CHARACTERS_PER_TOKEN = 4
"""An estimate: no tokenizer is the same for all models."""

_Step: TypeAlias = list[Message]
"""Messages that stay together: a turn with the results of its calls, or one prompt."""


def fitting(
    messages: Sequence[Message], tools: Sequence[Tool], tokens: int
) -> tuple[Message, ...] | None:
    """Leave out the oldest messages until the rest fits; None where it never does.

    The system prompt and the tools always stay, and so do the user's last words and what the
    model did last. Whole exchanges with the user go first, so that the rest begins with a user.
    """
    system = [m for m in messages if isinstance(m, Prompt) and m.role == "system"]
    rest = [m for m in messages if not (isinstance(m, Prompt) and m.role == "system")]
    left = tokens - sum(map(_message_tokens, system)) - sum(map(_tool_tokens, tools))
    rounds = list(_rounds(rest))
    while len(rounds) > 1 and _tokens(rounds) > left:
        del rounds[0]
    last = rounds[-1] if rounds else []
    while len(last) > len((*_prompts(last), "the last step")) and _tokens(rounds) > left:
        del last[len(_prompts(last))]
    if _tokens(rounds) > left:
        return None
    return (*system, *(message for steps in rounds for step in steps for message in step))


def _rounds(messages: Sequence[Message]) -> Iterator[list[_Step]]:
    """Split what was said at each word of the user, and that again into steps."""
    steps: list[_Step] = []
    for message in messages:
        match message:
            case Prompt():
                if steps:
                    yield steps
                steps = [[message]]
            case ToolResult() if steps:
                steps[-1].append(message)
            case _:
                steps.append([message])
    if steps:
        yield steps


def _prompts(steps: list[_Step]) -> list[_Step]:
    return [step for step in steps[:1] if isinstance(step[0], Prompt)]


def _tokens(rounds: Sequence[Sequence[_Step]]) -> int:
    return sum(_message_tokens(m) for steps in rounds for step in steps for m in step)


def _message_tokens(message: Message) -> int:
    match message:
        case Prompt(text=text):
            length = len(text)
        case ToolResult(content=content):
            length = len(json.dumps(content))
        case Turn(text=text, calls=calls):
            arguments = (call.raw or json.dumps(call.arguments) for call in calls)
            length = len(text or "") + sum(map(len, arguments)) + sum(len(c.name) for c in calls)
        case _:
            assert_never(message)
    return length // CHARACTERS_PER_TOKEN + 1


def _tool_tokens(tool: Tool) -> int:
    length = len(tool.name) + len(tool.description) + len(json.dumps(tool.parameters))
    return length // CHARACTERS_PER_TOKEN + 1

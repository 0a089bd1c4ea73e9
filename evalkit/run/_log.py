"""JSON log lines of conversations, one for each event, without secrets or personal data."""

from __future__ import annotations

import json
import logging
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

from msgspec import structs

from evalkit.cassettes import Personal, Redaction
from evalkit.errors import UsageError, why
from evalkit.run._course import Course
from evalkit.transcript import (
    Exchange,
    JsonObject,
    JsonValue,
    Message,
    Prompt,
    Stop,
    ToolResult,
    Trouble,
    Turn,
)

LOGGER = logging.getLogger("evalkit")
"""Says nothing unless a program configures it; every message is one JSON object."""

_PERSONAL = Redaction(personal=(Personal.CARD, Personal.EMAIL))


class ConversationLog:
    """Tells what is new in a conversation each time it is asked to; silent if nobody listens."""

    def __init__(self, conversation: str, facts: JsonObject, redaction: Redaction) -> None:
        self._conversation = conversation
        self._redaction = redaction
        self._turn = 0
        self._told = {"messages": 0, "limits": 0, "alerts": 0}
        self._tell("started", facts)

    def heard(self, course: Course, exchanges: Sequence[Exchange]) -> None:
        """Log what has happened since the last time."""
        if not LOGGER.isEnabledFor(logging.INFO):
            return
        for message in course.messages[self._told["messages"] :]:
            self._message(message, exchanges)
        for limit in course.limits[self._told["limits"] :]:
            self._tell("limit", {"what": limit})
        for alert in course.alerts[self._told["alerts"] :]:
            self._tell("alert", {"what": alert})
        self._told = {
            "messages": len(course.messages),
            "limits": len(course.limits),
            "alerts": len(course.alerts),
        }

    def ended(self, stop: Stop, trouble: Trouble | None) -> None:
        facts: JsonObject = {"stop": stop.value, "turns": self._turn}
        if trouble is not None:
            facts |= {"error": trouble.error, "what": trouble.what}
        self._tell("ended", facts)

    def _message(self, message: Message, exchanges: Sequence[Exchange]) -> None:
        match message:
            case Prompt(text=text):
                self._tell("user", {"text": text})
            case ToolResult():
                facts = structs.asdict(message)
                self._tell("result", {"turn": self._turn, **facts})
            case Turn():
                self._turn += 1
                facts = structs.asdict(exchanges[self._turn - 1])
                self._tell("exchange", {"turn": self._turn, "finish": message.finish, **facts})
                self._tell("turn", {"turn": self._turn, "text": message.text})
                for call in message.calls:
                    self._tell("call", {"turn": self._turn, **structs.asdict(call)})

    def _tell(self, event: str, facts: JsonObject) -> None:
        if not LOGGER.isEnabledFor(logging.INFO):
            return
        line: dict[str, JsonValue] = {
            "event": event,
            "conversation": self._conversation,
            **facts,
        }
        text = json.dumps(line, ensure_ascii=False)
        LOGGER.info("%s", _PERSONAL.text(self._redaction.text(text)))


class _WithTime(logging.Formatter):
    """Puts the time before the other keys of a line."""

    def format(self, record: logging.LogRecord) -> str:
        time = datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds")
        return f'{{"time": "{time}", {record.getMessage()[1:]}'


@contextmanager
def log_to(path: Path) -> Iterator[None]:
    """Append the log lines of every conversation to a file, for as long as the block lasts.

    Raises:
        UsageError: the file cannot be written.
    """
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        handler = logging.FileHandler(path, encoding="utf-8")
    except OSError as error:
        hint = "name another file"
        raise UsageError(
            f"the log cannot be written: {why(error)}", where=str(path), hint=hint
        ) from error
    handler.setFormatter(_WithTime())
    level = LOGGER.level
    LOGGER.addHandler(handler)
    LOGGER.setLevel(logging.INFO)
    try:
        yield
    finally:
        LOGGER.setLevel(level)
        LOGGER.removeHandler(handler)
        handler.close()

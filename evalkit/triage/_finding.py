"""What triage says of a response: which failure it shows, why, and what to change."""

from __future__ import annotations

from enum import StrEnum

from msgspec import Struct

from evalkit.triage._response import Response


class Failure(StrEnum):
    """The failures of docs/failures.md that one response can show, by their numbers there."""

    INVENTED_ID = "F7"
    MALFORMED_JSON = "F8"
    SCHEMA_VIOLATION = "F9"
    UNKNOWN_TOOL = "F10"
    LYING_STOP = "F12"
    UNPAIRED_CALL = "F13"
    RAW_ERROR = "F15"
    CONTEXT_OVERFLOW = "F20"
    HOSTILE_ARGUMENT = "F22"
    CALL_IN_TEXT = "F24"
    ALERT = "F25"
    LEAK = "F26"

    @property
    def meaning(self) -> str:
        return _MEANINGS[self]


_MEANINGS = {
    Failure.INVENTED_ID: "placeholder for a value that is not known yet",
    Failure.MALFORMED_JSON: "malformed JSON",
    Failure.SCHEMA_VIOLATION: "schema violation",
    Failure.UNKNOWN_TOOL: "unknown tool",
    Failure.LYING_STOP: "stop reason not to be trusted",
    Failure.UNPAIRED_CALL: "call without an id of its own",
    Failure.RAW_ERROR: "raw error of a tool",
    Failure.CONTEXT_OVERFLOW: "context overflow",
    Failure.HOSTILE_ARGUMENT: "hostile argument",
    Failure.CALL_IN_TEXT: "call in text",
    Failure.ALERT: "alert",
    Failure.LEAK: "secret or personal data in arguments",
}


class Finding(Struct, frozen=True, kw_only=True):
    """One failure that a response shows."""

    failure: Failure
    why: str
    """One line, which may quote the model."""
    change: str
    """What to change, in one line."""
    call: int | None = None
    """The index of the call that it is about."""


class Diagnosis(Struct, frozen=True, kw_only=True):
    """A response and what is wrong with it."""

    response: Response
    findings: tuple[Finding, ...]

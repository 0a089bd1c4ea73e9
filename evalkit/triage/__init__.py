"""Raw responses of models -> what they hold, which failures they show, and what to change."""

from evalkit.triage._diagnose import diagnose
from evalkit.triage._finding import Diagnosis, Failure, Finding
from evalkit.triage._offer import Offer, read_offer
from evalkit.triage._read import read_responses
from evalkit.triage._response import (
    Hints,
    Response,
    Unread,
    from_body,
    from_events,
    from_text,
)
from evalkit.triage._rows import RowReport, triage_rows
from evalkit.triage._shapes import are_events
from evalkit.triage._show import Line, Tone, show

__all__ = [
    "Diagnosis",
    "Failure",
    "Finding",
    "Hints",
    "Line",
    "Offer",
    "Response",
    "RowReport",
    "Tone",
    "Unread",
    "are_events",
    "diagnose",
    "from_body",
    "from_events",
    "from_text",
    "read_offer",
    "read_responses",
    "show",
    "triage_rows",
]

"""Conversations with providers: one case, or all of them at once."""

from evalkit.run._converse import Conversation, Reply, Request, converse
from evalkit.run._course import Ask, Course, Errands
from evalkit.run._exchange import Answer, Asker, RetryPolicy, World
from evalkit.run._forecast import Forecast, forecast, opening
from evalkit.run._log import log_to
from evalkit.run._purse import Purse
from evalkit.run._remainder import Changed, Remainder, remainder, unsettled
from evalkit.run._runner import Job, Runner
from evalkit.run._selection import Selection

__all__ = [
    "Answer",
    "Ask",
    "Asker",
    "Changed",
    "Conversation",
    "Course",
    "Errands",
    "Forecast",
    "Job",
    "Purse",
    "Remainder",
    "Reply",
    "Request",
    "RetryPolicy",
    "Runner",
    "Selection",
    "World",
    "converse",
    "forecast",
    "log_to",
    "opening",
    "remainder",
    "unsettled",
]

"""Conversations with providers: one case, or all of them at once."""

from evalkit.run._converse import Ending, converse
from evalkit.run._exchange import Answer, Asker, RetryPolicy, World
from evalkit.run._remainder import Remainder, remainder
from evalkit.run._runner import Job, Runner
from evalkit.run._selection import Selection

__all__ = [
    "Answer",
    "Asker",
    "Ending",
    "Job",
    "Remainder",
    "RetryPolicy",
    "Runner",
    "Selection",
    "World",
    "converse",
    "remainder",
]

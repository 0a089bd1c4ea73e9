"""Transcripts, judged by what their cases expect."""

from evalkit.grade._expectation import GraderFactory
from evalkit.grade._explain import diff, explain
from evalkit.grade._grade import Grader, grade
from evalkit.grade._judgement import Judge, Judgement
from evalkit.grade._scene import Placed, Scene
from evalkit.grade._words import show_call, show_expected

__all__ = [
    "Grader",
    "GraderFactory",
    "Judge",
    "Judgement",
    "Placed",
    "Scene",
    "diff",
    "explain",
    "grade",
    "show_call",
    "show_expected",
]

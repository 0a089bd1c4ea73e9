"""The suite language: YAML files -> complete, validated cases."""

from evalkit.suite._case import Case, Suite, UserTurn
from evalkit.suite._expectation import (
    ONCE,
    CallExpectation,
    Expectation,
    Grounded,
    Idempotent,
    Limits,
    Retries,
    Times,
)
from evalkit.suite._settings import Settings, ToolNamed
from evalkit.suite._simulated import Fault, PythonCall, Returned, Simulated
from evalkit.suite._tool import Tool

__all__ = [
    "ONCE",
    "CallExpectation",
    "Case",
    "Expectation",
    "Fault",
    "Grounded",
    "Idempotent",
    "Limits",
    "PythonCall",
    "Retries",
    "Returned",
    "Settings",
    "Simulated",
    "Suite",
    "Times",
    "Tool",
    "ToolNamed",
    "UserTurn",
]

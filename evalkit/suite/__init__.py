"""The suite language: YAML files -> complete, validated cases."""

from evalkit.suite._call import ONCE, CallExpectation, Times
from evalkit.suite._case import Case, Suite, UserTurn
from evalkit.suite._check import check
from evalkit.suite._expectation import (
    Expectation,
    Grounded,
    Idempotent,
    Limits,
    Retries,
)
from evalkit.suite._load import load_suite, load_suites
from evalkit.suite._mistakes import Mistakes
from evalkit.suite._schema import suite_schema
from evalkit.suite._settings import Settings, ToolNamed
from evalkit.suite._simulated import Fault, PythonCall, Returned, Simulated
from evalkit.suite._tool import Tool, find_tools, read_tools
from evalkit.suite._yaml import Document, load_yaml

__all__ = [
    "ONCE",
    "CallExpectation",
    "Case",
    "Document",
    "Expectation",
    "Fault",
    "Grounded",
    "Idempotent",
    "Limits",
    "Mistakes",
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
    "check",
    "find_tools",
    "load_suite",
    "load_suites",
    "load_yaml",
    "read_tools",
    "suite_schema",
]

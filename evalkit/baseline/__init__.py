"""A run against an earlier one: what broke, what may be chance, and what fails a gate."""

from evalkit.baseline._changes import CaseChange, Cause, Change, what_became
from evalkit.baseline._compare import ProviderComparison, RunComparison, Totals, compare_runs
from evalkit.baseline._difference import Difference, Part
from evalkit.baseline._find import BASELINE, find_run, run_name
from evalkit.baseline._gates import Breach, FailOn, Gates, find_breaches
from evalkit.baseline._json import render_comparison
from evalkit.baseline._scan import (
    NO_CALL,
    CaseRecord,
    RunDigest,
    Trial,
    load_results,
    result_at,
    scan_run,
)
from evalkit.baseline._show import show_comparison

__all__ = [
    "BASELINE",
    "NO_CALL",
    "Breach",
    "CaseChange",
    "CaseRecord",
    "Cause",
    "Change",
    "Difference",
    "FailOn",
    "Gates",
    "Part",
    "ProviderComparison",
    "RunComparison",
    "RunDigest",
    "Totals",
    "Trial",
    "compare_runs",
    "find_breaches",
    "find_run",
    "load_results",
    "render_comparison",
    "result_at",
    "run_name",
    "scan_run",
    "show_comparison",
    "what_became",
]

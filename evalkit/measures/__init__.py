"""What the results of a run add up to, by provider and between two of them."""

from evalkit.measures._accuracy import Accuracy, CaseKey, TagAccuracy
from evalkit.measures._comparison import SIGNIFICANT, Comparison, compare, compare_all
from evalkit.measures._gate import ProviderCase, failed_cases
from evalkit.measures._selection import Confusion, Selection, ToolSelection
from evalkit.measures._spending import Cost, Latency, Tokens
from evalkit.measures._summary import ProviderSummary, summarise
from evalkit.measures._verdict import verdict

__all__ = [
    "SIGNIFICANT",
    "Accuracy",
    "CaseKey",
    "Comparison",
    "Confusion",
    "Cost",
    "Latency",
    "ProviderCase",
    "ProviderSummary",
    "Selection",
    "TagAccuracy",
    "Tokens",
    "ToolSelection",
    "compare",
    "compare_all",
    "failed_cases",
    "summarise",
    "verdict",
]

"""What the results of a run add up to, by provider and between two of them."""

from evalkit.measures._accuracy import Accuracy, CaseKey, TagAccuracy
from evalkit.measures._comparison import SIGNIFICANT, Comparison, compare, compare_all
from evalkit.measures._front import FrontPoint, Standing, pareto_front
from evalkit.measures._gate import ProviderCase, failed_cases
from evalkit.measures._ranks import Rank, rank
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
    "FrontPoint",
    "Latency",
    "ProviderCase",
    "ProviderSummary",
    "Rank",
    "Selection",
    "Standing",
    "TagAccuracy",
    "Tokens",
    "ToolSelection",
    "compare",
    "compare_all",
    "failed_cases",
    "pareto_front",
    "rank",
    "summarise",
    "verdict",
]

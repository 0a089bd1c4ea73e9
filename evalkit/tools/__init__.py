"""The tools of a suite at work: arguments are validated, simulated tools answer, faults strike."""

from evalkit.tools._answer import NEVER_S, Answer, failed
from evalkit.tools._faults import FaultFunction
from evalkit.tools._functions import FunctionCall, ToolFailed, Workshop
from evalkit.tools._sanitise import Redact, redacted, sanitised
from evalkit.tools._toolbox import NotSimulated, Prepared, Toolbox
from evalkit.tools._validation import validator_for

__all__ = [
    "NEVER_S",
    "Answer",
    "FaultFunction",
    "FunctionCall",
    "NotSimulated",
    "Prepared",
    "Redact",
    "ToolFailed",
    "Toolbox",
    "Workshop",
    "failed",
    "redacted",
    "sanitised",
    "validator_for",
]

"""The tools of a suite at work: arguments are validated, and simulated tools answer."""

from evalkit.tools._toolbox import NotSimulated, Toolbox
from evalkit.tools._validation import validator_for

__all__ = ["NotSimulated", "Toolbox", "validator_for"]

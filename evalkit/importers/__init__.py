"""Foreign files -> suites and transcripts."""

from evalkit.importers._bfcl import import_bfcl
from evalkit.importers._outputs import read_outputs, transcripts_of

__all__ = ["import_bfcl", "read_outputs", "transcripts_of"]

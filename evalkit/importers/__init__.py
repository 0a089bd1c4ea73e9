"""Foreign files -> suites and transcripts."""

from evalkit.importers._bfcl import import_bfcl
from evalkit.importers._outputs import read_outputs, transcripts_of
from evalkit.importers._plugged_in import import_by

__all__ = ["import_bfcl", "import_by", "read_outputs", "transcripts_of"]

"""Foreign files -> suites and transcripts."""

from evalkit.importers._outputs import read_outputs, transcripts_of

__all__ = ["read_outputs", "transcripts_of"]

"""Run files: what was asked, answered and judged, as JSON Lines that survive a crash."""

from evalkit.runfile._codec import as_object, dump, encode, load
from evalkit.runfile._file import (
    FORMAT,
    LATEST_RUN,
    RunHeader,
    RunProvider,
    RunRecord,
    RunSuite,
    RunWriter,
    is_run_file,
    parse_line,
    read_run,
)
from evalkit.runfile._merge import merge_runs
from evalkit.runfile._schema import run_schema

__all__ = [
    "FORMAT",
    "LATEST_RUN",
    "RunHeader",
    "RunProvider",
    "RunRecord",
    "RunSuite",
    "RunWriter",
    "as_object",
    "dump",
    "encode",
    "is_run_file",
    "load",
    "merge_runs",
    "parse_line",
    "read_run",
    "run_schema",
]

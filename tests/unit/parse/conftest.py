import gzip
import json
import os
from dataclasses import dataclass, field
from pathlib import Path

import pytest


@dataclass
class Tool:
    """The smallest thing that a parser takes for a tool."""

    name: str
    parameters: dict = field(default_factory=dict)
    description: str = ""


@pytest.fixture(scope="session")
def tool():
    """Make a tool whose parameters have the given schemas."""

    def make(name, **properties):
        return Tool(name, {"type": "object", "properties": properties})

    return make


@pytest.fixture(scope="session")
def rows():
    """Read a file of recorded examples, from the folder that EVALKIT_TEST_DATA names."""
    folder = os.environ.get("EVALKIT_TEST_DATA")
    if not folder:
        pytest.skip("EVALKIT_TEST_DATA names no folder of recorded examples")

    def read(pattern):
        return [
            json.loads(line)
            for path in sorted((Path(folder) / "formats").glob(pattern))
            for line in gzip.open(path, "rt")
        ]

    return read


@pytest.fixture(scope="session")
def tools_of():
    """Take the tools of a recorded example."""

    def take(row):
        offered = [tool for tool in row["tools"] or [] if isinstance(tool, dict)]
        flat = [inner for tool in offered for inner in tool.get("tools", [tool])]
        shapes = [tool.get("function", tool) for tool in flat]
        return [Tool(shape.get("name") or "", shape.get("parameters") or {}) for shape in shapes]

    return take

"""A run file, a cassette or a folder of cassettes -> the requests in it that tell of tokens."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

from evalkit.calibration._cassette import requests_of_cassette
from evalkit.calibration._request import Reported
from evalkit.cassettes import read
from evalkit.errors import UsageError
from evalkit.runfile import RunRecord, is_run_file, read_run
from evalkit.suite import read_tools
from evalkit.transcript import Prompt

_INTERACTIONS = re.compile(rb"^interactions:", re.MULTILINE)


def read_requests(path: Path) -> tuple[Reported, ...]:
    """Read the first request of each conversation, where it offered tools and usage is known.

    Raises:
        UsageError: there is none.
        InvalidCassette: a cassette cannot be read.
        InvalidRunFile: the run file is damaged.
    """
    if path.is_file() and is_run_file(path):
        found = tuple(_requests_of_run(read_run(path)))
    else:
        found = tuple(each for one in _cassettes(path) for each in requests_of_cassette(read(one)))
    if not found:
        raise UsageError(
            "no request with tools and reported usage in it",
            where=str(path),
            hint="name a run file, a cassette, or a folder of cassettes",
        )
    return found


def _cassettes(path: Path) -> Iterator[Path]:
    """The file, or all that lie below a folder; what is no cassette at all is passed over."""
    for each in sorted(path.rglob("*.y*ml")) if path.is_dir() else (path,):
        if not each.name.startswith(".") and _INTERACTIONS.search(each.read_bytes()):
            yield each


def _requests_of_run(run: RunRecord) -> Iterator[Reported]:
    apis = {provider.name: provider.api for provider in run.header.providers}
    offers = {suite.name: read_tools(list(suite.tools)) for suite in run.header.suites}
    for result in run.results:
        turns, given = result.transcript.turns, result.transcript.given
        said = tuple(message for message in given if isinstance(message, Prompt))
        tools = offers.get(result.suite)
        tokens = turns[0].usage.input if turns else None
        if tools and tokens and len(said) == len(given):
            yield Reported(
                api=apis.get(result.provider, ""),
                models=frozenset({result.model}),
                said=said,
                tools=tools,
                tokens=tokens,
            )

"""A run added up: what every format of the report starts from."""

from __future__ import annotations

import shlex
from datetime import datetime
from functools import lru_cache

from msgspec import Struct

from evalkit.cost import price_table_date
from evalkit.measures import (
    Comparison,
    FrontPoint,
    ProviderSummary,
    Rank,
    compare_all,
    pareto_front,
    rank,
    summarise,
    verdict,
)
from evalkit.report._figures import plural, seconds
from evalkit.report._standing import stand
from evalkit.report._table import Section, compare_providers
from evalkit.report._visible import one_line
from evalkit.results import CaseResult, Status
from evalkit.runfile import RunHeader, RunRecord

_MODES = {
    "none": "replayed from cassettes",
    "once": "replayed, or recorded where no cassette was",
    "missing": "replayed, and recorded what was missing",
    "all": "recorded anew",
    "live": "live, nothing recorded",
}


class Overview(Struct, frozen=True, kw_only=True):
    header: RunHeader
    finished_at: str | None
    verdict: str
    warnings: tuple[str, ...]
    """What a reader has to know before believing the numbers."""
    summaries: tuple[ProviderSummary, ...]
    comparisons: tuple[Comparison, ...]
    ranks: tuple[Rank, ...]
    front: tuple[FrontPoint, ...]
    sections: tuple[Section, ...]
    failed: tuple[CaseResult, ...]
    errored: tuple[CaseResult, ...]


def overview(record: RunRecord) -> Overview:
    summaries = summarise(record.results)
    comparisons = compare_all(record.results)
    ranks, front = rank(summaries, comparisons), pareto_front(summaries)
    return Overview(
        header=record.header,
        finished_at=record.finished_at,
        verdict=verdict(summaries, comparisons),
        warnings=_warnings(record, summaries),
        summaries=summaries,
        comparisons=comparisons,
        ranks=ranks,
        front=front,
        sections=(*compare_providers(summaries), *stand(ranks, front)),
        failed=tuple(r for r in record.results if r.status is Status.FAILED),
        errored=tuple(r for r in record.results if r.status is Status.ERRORED),
    )


def facts(summed: Overview) -> tuple[tuple[str, str], ...]:
    """Say what was run, when and how, as pairs of a label and a value."""
    header = summed.header
    conversations = sum(summary.conversations for summary in summed.summaries)
    known = (
        ("Suites", ", ".join(suite.name for suite in header.suites)),
        ("Conversations", plural(conversations, "conversation")),
        ("Answers", _MODES.get(header.mode, header.mode)),
        ("Recorded", _recorded(summed.summaries)),
        ("Started", minute(header.started_at)),
        ("Took", _duration(header.started_at, summed.finished_at)),
        ("Prices", price_table_date() if _is_priced(summed.summaries) else ""),
        ("Commit", header.commit or ""),
        ("evalkit", header.evalkit_version),
        ("Runs" if "," in header.id else "Run", header.id),
        ("Command", header.command),
    )
    return tuple((label, value) for label, value in known if value)


def rerun_command(header: RunHeader, result: CaseResult) -> str:
    """Return the command line that runs just this conversation again."""
    files = {suite.name: suite.file for suite in header.suites}
    words = ["evalkit", "run", files.get(result.suite, result.suite)]
    words += ["--case", result.case, "--provider", result.provider]
    return shlex.join([*words, *_settings(header.mode, header.command)])


@lru_cache(maxsize=8)
def _settings(mode: str, command: str) -> tuple[str, ...]:
    """Return the flags of a run without which a case of it cannot run again."""
    try:
        words = shlex.split(command)
    except ValueError:  # a run file is data: its command may be anything
        words = []
    kept: tuple[str, ...] = ("--record", "live") if mode == "live" else ()
    for at, word in enumerate(words):
        if word == "--config":
            kept += tuple(words[at : at + 2])
        elif word == "--allow-python" or word.startswith("--config="):
            kept += (word,)
    return kept


def reasons(result: CaseResult, limit: int = 300) -> tuple[tuple[str, str], ...]:
    """Say why a conversation failed or errored: pairs of a kind and a line."""
    trouble = result.transcript.trouble
    if result.status is Status.ERRORED and trouble is not None:
        told = "; ".join(map(str.strip, trouble.what.splitlines()))
        return ((trouble.error, one_line(told, limit)),)
    return tuple(
        (verdict.kind or verdict.status, one_line(verdict.reason or verdict.expectation, limit))
        for verdict in result.verdicts
        if verdict.status in {Status.FAILED, Status.ERRORED}
    )


def hint(result: CaseResult) -> str | None:
    """Say what to do about a conversation that errored."""
    trouble = result.transcript.trouble
    return trouble.hint if trouble else None


def title(result: CaseResult) -> str:
    """Name a conversation: its suite, its case and, where there are several, its trial."""
    trial = f" (trial {result.trial + 1})" if result.trial else ""
    if result.trials_at_most is not None:
        trial = f" (trial {result.trial + 1} of at most {result.trials_at_most})"
    return one_line(f"{result.suite}::{result.case}", 120) + trial


def _warnings(record: RunRecord, summaries: tuple[ProviderSummary, ...]) -> tuple[str, ...]:
    simulated = [summary.provider for summary in summaries if summary.simulated]
    found: list[str] = []
    if simulated and len(simulated) == len(summaries):
        found.append("Simulated: no real model gave any of these answers.")
    elif simulated:
        found.append(f"Simulated: no real model answered for {', '.join(simulated)}.")
    found += _missing(summaries)
    if record.finished_at is None:
        found.append("Incomplete: the run was interrupted before its end.")
    return tuple(found)


def _missing(summaries: tuple[ProviderSummary, ...]) -> list[str]:
    errored = {summary.provider: summary.errored for summary in summaries if summary.errored}
    if not errored:
        return []
    total = plural(sum(errored.values()), "conversation")
    where = ", ".join(f"{provider} {number}" for provider, number in errored.items())
    return [f"Errored, and in no rate: {total} ({where})."]


def _is_priced(summaries: tuple[ProviderSummary, ...]) -> bool:
    return any(summary.cost.priced for summary in summaries)


def _recorded(summaries: tuple[ProviderSummary, ...]) -> str:
    times = sorted({time[:10] for summary in summaries for time in summary.recorded_at})
    return " to ".join(dict.fromkeys((times[0], times[-1]))) if times else ""


def minute(time: str) -> str:
    return time[:16].replace("T", " ") + " UTC" if time.endswith("Z") else time


def _duration(started_at: str, finished_at: str | None) -> str:
    if finished_at is None:
        return "not finished"
    try:
        took = datetime.fromisoformat(finished_at) - datetime.fromisoformat(started_at)
    except (ValueError, TypeError):  # a run file is data: its times may be anything
        return ""
    return seconds(took.total_seconds())

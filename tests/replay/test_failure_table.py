"""The table of docs/failures.md: who makes each failure, and who does not, as recorded."""

import re
from collections import defaultdict
from pathlib import Path
from textwrap import dedent

import pytest

from evalkit.results import Kind, Status

ROOT = Path(__file__).parents[2]
PAGE = ROOT / "docs/failures.md"
GOOD = ("careful", "careful-anthropic", "careful-responses")
BAD = "hasty"

KINDS = {
    "F1": "over_call",
    "F2": "forbidden_call schema_violation wrong_answer wrong_argument",
    "F4": "unconfirmed_action forbidden_call wrong_answer",
    "F5": "wrong_answer missing_call unknown_tool",
    "F6": "missing_call",
    "F7": "ungrounded_argument extra_call",
    "F8": "malformed_json",
    "F9": "schema_violation invented_argument wrong_argument",
    "F10": "unknown_tool missing_call",
    "F11": "wrong_tool",
    "F12": "truncated malformed_json",
    "F13": "wrong_answer",
    "F14": "runaway_loop",
    "F15": "forbidden_call wrong_answer",
    "F16": "not_idempotent",
    "F17": "runaway_loop",
    "F18": "runaway_loop wrong_answer",
    "F20": "over_budget wrong_answer",
    "F21": "over_call",
    "F22": "schema_violation over_call wrong_answer",
    "F23": "forbidden_call",
    "F24": "call_in_text",
    "F25": "over_budget",
    "F28": "not_parallel",
}
"""What `hasty` is told in the cases of each failure that a suite can show, its name first."""
NO_SUITE = {"F3", "F19", "F26", "F27"}
"""About schemas and logs, not about what a model does in a conversation."""


@pytest.fixture(scope="module")
def by_tag(results):
    """Results by tag and provider."""
    found = defaultdict(list)
    for result in results:
        for tag in result.tags:
            found[tag, result.provider].append(result)
    return found


def test_every_row_is_shown_by_a_suite_or_says_why_not():
    rows = {f"F{number}" for number in range(1, 29)}

    assert KINDS.keys() | NO_SUITE == rows
    assert not KINDS.keys() & NO_SUITE


@pytest.mark.parametrize(("row", "kinds"), KINDS.items())
def test_the_bad_provider_fails_the_cases_of_a_row_under_these_names(row, kinds, by_tag):
    found = {verdict.kind for result in by_tag[row, BAD] for verdict in result.failures}

    assert found == {Kind(kind) for kind in kinds.split()}


@pytest.mark.parametrize("provider", GOOD)
@pytest.mark.parametrize("row", KINDS)
def test_a_good_provider_passes_every_case_of_the_row(row, provider, by_tag):
    statuses = {result.status for result in by_tag[row, provider]}

    assert statuses == {Status.PASSED}


@pytest.mark.parametrize(
    ("case", "limit"),
    [
        ("F14-tool-that-always-fails", "get_order was called more than 3 times"),
        ("F17-tool-that-hangs", "get_forecast did not answer in time (settings.tool_timeout_s)"),
        ("F18-rate-limit", "get_air_quality was called too often (settings.rate_limits)"),
        ("F20-result-outgrows-the-window", "outgrows 400 tokens (settings.context_tokens)"),
    ],
)
def test_a_limit_that_struck_is_in_the_transcript(case, limit, results):
    [result] = [r for r in results if (r.case, r.provider) == (case, BAD)]

    assert limit in "; ".join(result.transcript.limits)


def test_many_calls_in_one_answer_raise_an_alert(results):
    [result] = [r for r in results if (r.case, r.provider) == ("F25-too-many-calls", BAD)]

    assert result.transcript.alerts == (
        "turn 1: 7 calls in one answer, more than 5 (alerts.calls_per_turn)",
    )


@pytest.mark.parametrize(
    ("case", "fault"),
    [
        ("F13-result-under-another-id", "wrong_id"),
        ("F15-stack-trace", "stack_trace"),
        ("F16-refund-that-timed-out", "timeout"),
        ("F23-instruction-in-a-result", "injection"),
    ],
)
def test_a_planned_fault_is_signed_in_the_transcript(case, fault, results):
    [result] = [r for r in results if (r.case, r.provider) == (case, "careful")]

    faults = [getattr(message, "fault", None) for message in result.transcript.messages]
    assert fault in faults


def test_the_page_shows_the_suites_as_they_are():
    suites = "\n".join(path.read_text() for path in sorted((ROOT / "suites").glob("*.yaml")))
    shown = re.findall(r"```yaml\n(.*?)```", PAGE.read_text(), re.DOTALL)

    missing = [block for block in shown if _lines(block) not in _lines(suites)]
    assert missing == []
    assert len(shown) >= len(KINDS)


def test_the_page_quotes_what_the_report_says(results):
    page = PAGE.read_text().split("## Each of them in a suite")[1]
    sections = re.findall(r"^### (F\d+): .*?^hasty: (\w+): (.*?)$", page, re.DOTALL | re.MULTILINE)

    said = {(v.kind, v.reason) for r in results if r.provider == BAD for v in r.failures}
    assert {row: kind for row, kind, _ in sections} == {
        row: kinds.split()[0] for row, kinds in KINDS.items()
    }
    assert [each for each in sections if each[1:] not in said] == []


def _lines(text):
    """A text whatever its indentation, without comments."""
    bare = (line.strip() for line in dedent(text).splitlines())
    return "\n".join(line.split(" # ")[0].strip() for line in bare if line[:1] not in ("", "#"))

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from msgspec.structs import replace

from evalkit.cassettes import (
    KEYS,
    Answered,
    Asked,
    Condition,
    Facts,
    Recording,
    State,
    Today,
    request_key,
    status,
)
from evalkit.cassettes._key import seal
from evalkit.errors import InvalidCassette

HERE = Path("suite/gpt--gpt/case.yaml")
ELSEWHERE = Path("suite/gpt--gpt/other.yaml")
NOW = datetime(2026, 11, 20, tzinfo=UTC)


def asked(question):
    return Asked(method="POST", url="/", body=json.dumps({"ask": question}).encode())


KEY = request_key(asked("today"))


def recording(question="today", day=1, trial=0, model="gpt-a"):
    facts = Facts(
        trial=trial,
        recorded_at=f"2026-11-{day:02}T12:00:00.000Z",
        model_asked="gpt",
        model_answered=model,
    )
    return Recording(asked=asked(question), answered=Answered(status=200), facts=facts)


FOREIGN = Recording(asked=Asked(method="POST", url="/"), answered=Answered(status=200))


@pytest.mark.parametrize(
    ("recordings", "state", "reason"),
    [
        pytest.param([recording()], State.FRESH, "", id="fresh"),
        pytest.param([recording(), recording("next")], State.FRESH, "", id="later turns are free"),
        pytest.param([FOREIGN], State.FOREIGN, "recorded by another tool", id="foreign"),
        pytest.param(
            [recording("old")], State.CHANGED, "its case asks something else now", id="changed"
        ),
        pytest.param(
            [recording(), recording("old", trial=1)],
            State.UNUSED,
            "trial 2 asks something else now",
            id="unused",
        ),
        pytest.param(
            [recording(model="gpt-old")],
            State.DRIFTED,
            "gpt was gpt-old then, and is gpt-a since",
            id="drifted",
        ),
        pytest.param([], State.CHANGED, "its case asks something else now", id="empty"),
    ],
)
def test_a_cassette_has_the_state_of_what_it_holds(recordings, state, reason):
    cassettes = {HERE: recordings, ELSEWHERE: [recording(day=19)]}
    today = Today(keys={HERE: KEY, ELSEWHERE: KEY}, now=NOW)

    found = status(cassettes, today)

    assert found[0] == Condition(path=HERE, state=state, reason=reason)


def test_a_case_without_a_cassette_is_missing_one():
    assert status({}, Today(keys={HERE: KEY}, now=NOW)) == (
        Condition(path=HERE, state=State.MISSING, reason="nothing was recorded"),
    )


def test_a_cassette_that_cannot_be_read_is_broken():
    torn = InvalidCassette("the cassette is torn", where=str(HERE))

    assert status({HERE: torn}, Today(keys={HERE: KEY}, now=NOW)) == (
        Condition(path=HERE, state=State.BROKEN, reason="the cassette is torn"),
    )


def test_an_edited_request_counts_under_its_new_words():
    old = recording("old")
    facts = replace(old.facts, key=request_key(old.asked), seal=seal(old.asked, KEYS))
    edited = Recording(asked=asked("today"), answered=old.answered, facts=facts)

    (found,) = status({HERE: [edited]}, Today(keys={HERE: KEY}, now=NOW))

    assert found.state is State.FRESH


def test_a_cassette_that_no_case_uses_is_orphaned():
    assert status({HERE: [recording()]}, Today(keys={}, now=NOW)) == (
        Condition(path=HERE, state=State.ORPHANED, reason="no case uses it"),
    )


@pytest.mark.parametrize(("days", "state"), [(18, State.EXPIRED), (19, State.FRESH)])
def test_a_cassette_expires_at_the_age_a_user_sets(days, state):
    today = Today(keys={HERE: KEY}, now=NOW, max_age=timedelta(days=days))

    (found,) = status({HERE: [recording(day=1)]}, today)

    assert found.state is state


def test_what_is_most_pressing_is_told():
    today = Today(keys={HERE: KEY}, now=NOW, max_age=timedelta(days=1))

    (found,) = status({HERE: [recording("old", day=1)]}, today)

    assert found.state is State.CHANGED

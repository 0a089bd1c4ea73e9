from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from evalkit.cassettes import (
    Answered,
    Asked,
    Condition,
    Facts,
    Recording,
    State,
    Today,
    status,
)

HERE = Path("suite/gpt--gpt/case.yaml")
ELSEWHERE = Path("suite/gpt--gpt/other.yaml")
NOW = datetime(2026, 11, 20, tzinfo=UTC)


def recording(key="k", day=1, trial=0, model="gpt-a"):
    facts = Facts(
        key=key,
        trial=trial,
        recorded_at=f"2026-11-{day:02}T12:00:00.000Z",
        model_asked="gpt",
        model_answered=model,
    )
    return Recording(
        asked=Asked(method="POST", url="/"), answered=Answered(status=200), facts=facts
    )


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
            "trial 1 asks something else",
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
    today = Today(keys={HERE: "k", ELSEWHERE: "k"}, now=NOW)

    found = status(cassettes, today)

    assert found[0] == Condition(path=HERE, state=state, reason=reason)


def test_a_cassette_that_no_case_uses_is_orphaned():
    assert status({HERE: [recording()]}, Today(keys={}, now=NOW)) == (
        Condition(path=HERE, state=State.ORPHANED, reason="no case uses it"),
    )


@pytest.mark.parametrize(("days", "state"), [(18, State.EXPIRED), (19, State.FRESH)])
def test_a_cassette_expires_at_the_age_a_user_sets(days, state):
    today = Today(keys={HERE: "k"}, now=NOW, max_age=timedelta(days=days))

    (found,) = status({HERE: [recording(day=1)]}, today)

    assert found.state is state


def test_what_is_most_pressing_is_told():
    today = Today(keys={HERE: "k"}, now=NOW, max_age=timedelta(days=1))

    (found,) = status({HERE: [recording("old", day=1)]}, today)

    assert found.state is State.CHANGED

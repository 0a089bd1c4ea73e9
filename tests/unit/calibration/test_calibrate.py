from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from evalkit.calibration import Calibration, Reported, calibrate
from evalkit.cost import request_tokens
from evalkit.suite import Tool
from evalkit.transcript import Prompt

TOOLS = (Tool(name="get_time", parameters={"type": "object", "properties": {}}),)
LENGTHS = (1, 10, 40, 200, 900, 2000)


def words(text):
    return len(text.split())


def requests(told, lengths=LENGTHS, api="openai-chat", model="m"):
    """One request for each length, for which `told` of our own count was reported."""
    for length in lengths:
        said = (Prompt(role="user", text="word " * length),)
        ours = request_tokens(said, TOOLS, model, words, api=api)
        yield Reported(
            api=api, models=frozenset({model}), said=said, tools=TOOLS, tokens=told(ours)
        )


def test_a_constant_that_is_missing_is_learnt():
    learnt = calibrate(requests(lambda ours: ours + 81), "m", "openai-chat", words)

    assert learnt == Calibration(requests=6, extra=81)
    assert learnt.corrected(100) == 181


def test_a_share_that_is_missing_is_learnt():
    learnt = calibrate(requests(lambda ours: ours * 2), "m", "openai-chat", words)

    assert learnt == Calibration(requests=6, factor=2.0)
    assert learnt.corrected(100) == 200


@given(extra=st.integers(0, 1000))
def test_what_every_request_has_more_leaves_no_error(extra):
    learnt = calibrate(requests(lambda ours: ours + extra), "m", "openai-chat", words)

    assert learnt.worst == 0


def test_an_odd_request_changes_nothing_but_the_worst_error():
    odd = [*requests(lambda ours: ours + 81), *requests(lambda ours: 10 * ours, lengths=[40])]

    learnt = calibrate(odd, "m", "openai-chat", words)

    assert (learnt.extra, learnt.error) == (81, 0)
    assert learnt.worst > 0.5


@pytest.mark.parametrize(
    ("model", "api"),
    [
        pytest.param("other", "openai-chat", id="another model"),
        pytest.param("m", "openai-responses", id="another API"),
    ],
)
def test_only_requests_to_the_model_by_its_api_count(model, api):
    assert calibrate(requests(lambda ours: ours), model, api, words) is None


def test_a_few_requests_correct_nothing():
    few = requests(lambda ours: ours + 9, lengths=[1, 2, 3, 4])

    assert calibrate(few, "m", "openai-chat", words) is None

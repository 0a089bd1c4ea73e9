import pytest
from held_talks import HELLO, Held, asks, call
from hypothesis import given
from hypothesis import strategies as st

from evalkit.run._window import fitting
from evalkit.suite import Tool
from evalkit.transcript import Prompt, Stop, ToolResult, Turn

SYSTEM = Prompt(role="system", text="s" * 40)


def user(text):
    return Prompt(role="user", text=text)


def result(call_id, length=40):
    return ToolResult(call_id=call_id, name="get_order", content="r" * length)


def step(name):
    """A turn with one call, and its result."""
    return [asks(name), result(f"c-{name}")]


LONG = [SYSTEM, user("first"), *step("A"), Turn(text="a"), user("second"), *step("B"), *step("C")]


@pytest.mark.parametrize(
    ("tokens", "kept"),
    [
        pytest.param(70, LONG, id="everything fits"),
        pytest.param(69, [SYSTEM, *LONG[5:]], id="the oldest exchange with the user goes first"),
        pytest.param(48, [SYSTEM, LONG[5], *step("C")], id="then the oldest steps of the last"),
        pytest.param(30, None, id="the last step outgrows the window"),
    ],
)
def test_the_oldest_messages_go_first(tokens, kept):
    assert fitting(LONG, (), tokens) == (None if kept is None else tuple(kept))


def test_the_tools_take_their_part_of_the_window():
    tool = Tool(name="t", description="d" * 400, parameters={}, strict=None, annotations={})

    assert fitting(LONG, (), 110) == tuple(LONG)
    assert fitting(LONG, (tool,), 110) is None


MESSAGES = st.lists(
    st.one_of(
        st.just([user("u" * 30)]),
        st.just([Turn(text="t" * 30)]),
        st.lists(st.sampled_from("ABC"), min_size=1, max_size=3, unique=True).map(
            lambda names: [asks(*names), *(result(f"c-{name}") for name in names)]
        ),
    ),
    max_size=12,
).map(lambda steps: [SYSTEM, user("begin"), *(message for step in steps for message in step)])


@given(MESSAGES, st.integers(20, 300))
def test_a_window_keeps_system_and_user_and_never_parts_a_call_from_its_result(messages, tokens):
    kept = fitting(messages, (), tokens)

    if kept is None:
        return
    asked, answered = [], []
    for message in kept:
        if isinstance(message, Turn):
            asked += [one.id for one in message.calls]
        if isinstance(message, ToolResult):
            answered.append(message.call_id)
    assert asked == answered
    assert kept[0] is SYSTEM
    assert isinstance(kept[1], Prompt)
    assert kept[-1] == messages[-1]


WINDOW = "simulate: {get_order: [{return: '%s'}]}\nsettings: {context_tokens: %d}\n"


def test_a_conversation_that_grows_goes_on_with_what_fits(case):
    turns = [asks("A1"), asks("A2"), asks("A3"), HELLO]

    held = Held(case(WINDOW % ("r" * 200, 150)), turns)

    assert held.stop is Stop.ANSWERED
    assert [len(messages) for messages in held.asked] == [2, 4, 4, 4]
    assert held.course.limits == [
        "turn 2: 2 of 6 messages left out to fit 150 tokens (settings.context_tokens)",
        "turn 3: 4 of 8 messages left out to fit 150 tokens (settings.context_tokens)",
    ]
    assert len(held.course.messages) == 7


def test_a_result_that_outgrows_the_window_ends_the_conversation(case):
    held = Held(case(WINDOW % ("r" * 2000, 150)), [Turn(calls=(call(order_id="A1"),))])

    assert held.stop is Stop.CONTEXT_OVERFLOW
    assert held.course.limits == [
        "turn 1: stopped: the last exchange outgrows 150 tokens (settings.context_tokens)"
    ]
